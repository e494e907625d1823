"""Any service that speaks OpenAI's `POST /v1/audio/transcriptions`. [no Django]

OpenAI, Groq, speaches, vLLM, LocalAI… differ: what one refuses is left out from then
on, and what one does not give is not promised any more.
"""

import hashlib
import itertools
import json
import os
import random
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import astuple, replace
from typing import Any

import numpy as np

from transcription.audio import RATE, as_int16
from transcription.engines import (
    Biasing,
    Capabilities,
    Clip,
    ClipResult,
    EngineError,
)
from transcription.engines.openai import answers, fields, troubles
from transcription.engines.openai.fields import Hints
from transcription.engines.openai.files import encoded
from transcription.engines.openai.troubles import Passing

OPENAI = "https://api.openai.com/v1"
MAX_BYTES = 25 * 1024**2  # OpenAI's limit of a file
ROOM = 0.98  # of it, for what the form adds around the file
SHORT = 29.0  # seconds of a clip whose answer carries no times: ours must do
PROMPT_LETTERS = 400  # some 150 tokens; Whisper reads the last 224 of a prompt
MEMORY = 64  # answers kept for a part that is tried again
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 8.0  # seconds, doubled from try to try
CONNECT = 10.0  # seconds until a service that is there has taken the call


class OpenAICompatible:
    """Sends blocks of some minutes, several at once, and asks again with patience.

    The prompt reaches only the first half minute of a block in most servers: Whisper
    goes on from its own text. What was answered is remembered in the process by its
    content, so that a part that is tried again pays only for what it still lacks.
    """

    name = "openai"

    def __init__(
        self,
        model: str = "whisper-1",
        base_url: str = "",
        key_from: str = "OPENAI_API_KEY",
        block_seconds: float = 900.0,
        max_bytes: int = MAX_BYTES,
        concurrency: int = 4,
        retries: int = 5,
        patience: float = 120.0,
        timeout: float = 30.0,
        timeout_per_second: float = 1.0,
        price_per_minute: float = 0.006,
        prompt: str = "",
    ) -> None:
        """Take the settings; nothing is sent yet.

        `key_from` names the environment variable with the key, so that no setting
        holds it. A service may be silent for `timeout` seconds and
        `timeout_per_second` more for each second of audio; a block is tried again
        while fewer than `retries` and `patience` seconds were spent on it, so that
        one that needed longer goes back to the queue. Raises EngineError for an
        address that is none, and when OpenAI itself is to be used without a key.
        """
        self.model = self._wanted = model
        self._url = base_url or OPENAI
        self._server = troubles.host(self._url)
        if not self._url.startswith(("http://", "https://")):
            raise troubles.final(
                self._server,
                "necesita una dirección que empiece por https:// o http://",
                "Pida a quien administra el servidor que corrija base_url en las "
                "opciones del motor (OPENAI_BASE_URL)",
            )
        self._key, self._key_from = os.environ.get(key_from, "").strip(), key_from
        if not self._key and self._url == OPENAI:
            raise troubles.final(
                self._server,
                "necesita una clave",
                f"Pida a quien administra el servidor que ponga {key_from}",
            )
        self._max_bytes = max_bytes
        self._concurrency, self._retries, self._patience = (
            concurrency,
            retries,
            patience,
        )
        self._timeout, self._timeout_per_second = timeout, timeout_per_second
        self._manner = prompt
        self.capabilities = Capabilities(
            max_clip=block_seconds,
            batch=concurrency,
            biasing=Biasing.PROMPT,
            terms=40,
            confidence=False,
            price=price_per_minute,
        )
        self.sent = 0.0  # seconds of audio that the service took, ever
        self.pause: Callable[[float], None] = time.sleep
        self._format = "flac"
        self._without: frozenset[str] = frozenset()
        self._met = False  # it answered once: what it can do is known
        self._client: Any = None
        self._known: OrderedDict[str, ClipResult] = OrderedDict()
        self._lock = threading.Lock()

    def transcribe(
        self,
        clips: Sequence[Clip],
        *,
        language: str = "es",
        terms: Sequence[str] = (),
        careful: bool = False,
    ) -> list[ClipResult]:
        """Return what each block says; one without words was too long to be timed.

        When `capabilities.max_clip` is shorter after the call than a block was, the
        service gives no times: that block is to be heard again as short clips. Raises
        EngineError when any block failed; those that did not are remembered.
        """
        hints = Hints(language)
        if not careful:
            hints = Hints(language, self._fitting(terms), self._manner)
        found: dict[int, ClipResult] = {}
        if clips and not self._met:
            # One alone, the shortest: if it shows that the service gives no times, the
            # others were not paid for in vain.
            first = min(range(len(clips)), key=lambda index: clips[index].seconds)
            found[first] = self._heard(clips[first], hints)
        rest = [index for index in range(len(clips)) if index not in found]
        with ThreadPoolExecutor(self._concurrency) as pool:
            futures = [pool.submit(self._heard, clips[index], hints) for index in rest]
            found |= dict(zip(rest, _results(futures), strict=True))
        return [found[index] for index in range(len(clips))]

    def unload(self) -> None:
        """Close the connections and forget the answers."""
        with self._lock:
            client, self._client = self._client, None
            self._known.clear()
        if client:
            client.close()

    def _fitting(self, terms: Sequence[str]) -> tuple[str, ...]:
        """Return as many of the first terms as a prompt has room for."""
        room = PROMPT_LETTERS - len(self._manner)
        kept: list[str] = []
        for term in terms:
            room -= len(term) + 2
            if room < 0:
                break
            kept.append(term.strip())
        return tuple(kept)

    def _heard(self, clip: Clip, hints: Hints) -> ClipResult:
        """Return the answer for one block, remembered or asked for with patience."""
        samples = as_int16(clip.samples)
        about = json.dumps([self._wanted, astuple(hints)])
        digest = hashlib.sha256(samples)  # 30 MB for a block: not to be copied
        digest.update(about.encode())
        content = digest.hexdigest()
        with self._lock:
            known = self._known.get(content)
        if known:
            return known
        spent = 0.0  # seconds, waits included
        for attempt in itertools.count():
            began = time.monotonic()
            try:
                result = self._asked(samples, content, hints)
            except Passing as passing:
                if passing.taken:
                    self._count(len(samples))
                pause = min(FIRST_PAUSE * 2**attempt, LONGEST_PAUSE)
                pause *= 1 - random.random() / 4  # so that four blocks do not march
                pause = pause if passing.wait is None else passing.wait
                spent += time.monotonic() - began + pause
                if attempt >= self._retries or spent > self._patience:
                    raise passing.trouble from None
                self.pause(pause)
            else:
                self._remember(content, result)
                return result or ClipResult("")
        raise AssertionError("unreachable")

    def _asked(
        self, samples: np.ndarray, content: str, hints: Hints
    ) -> ClipResult | None:
        """Send one block, with less and less asked for until the service takes it.

        Raises EngineError, and Passing for what is worth another try. Returns None for
        a block that is too long for a service without times: it is not sent.
        """
        import openai  # heavy: only the process that transcribes may pay for it

        seconds = len(samples) / RATE
        while self.capabilities.word_times or seconds <= SHORT + 1:
            without, format = self._without, self._format
            asked = fields.of(self._wanted, hints, without)
            file = self._file(samples, format)
            about = json.dumps([content, file[0], asked], sort_keys=True)
            key = hashlib.sha256(about.encode()).hexdigest()
            try:
                response = (
                    self._connected().audio.transcriptions.with_raw_response.create(
                        file=file,
                        model=self._wanted,
                        # Alike for each try of a block: who can tell bills it once.
                        extra_headers={"Idempotency-Key": key},
                        timeout=openai.Timeout(
                            self._timeout + self._timeout_per_second * seconds,
                            connect=min(self._timeout, CONNECT),
                        ),
                        **asked,
                    )
                )
            except openai.APIStatusError as error:
                if not self._adapted(error, without, format):
                    raise self._refused(error) from None
            except openai.APIConnectionError as error:
                raise troubles.of_connection(error, server=self._server) from None
            else:
                result = self._read(response, seconds)
                self._count(len(samples))
                return result
        return None

    def _adapted(self, error: Any, without: frozenset[str], format: str) -> bool:
        """Whether the next request asks for less than the one that was refused."""
        if error.status_code == 413 and format == "flac":
            self._format = "ogg"
            return True
        if error.status_code not in (400, 422):
            return False
        text = f"{getattr(error, 'param', '')} {error.message} {error.body}"
        field = fields.refused(text, without)
        if field:
            self._give_up(field)
        return bool(field)

    def _give_up(self, field: str) -> None:
        with self._lock:
            self._without |= {field}
            if field == fields.TIMES:
                self.capabilities = _without_times(self.capabilities)
            if field == fields.carries_terms(self._wanted):
                self.capabilities = replace(
                    self.capabilities, biasing=Biasing.NONE, terms=0
                )

    def _refused(self, error: Any) -> EngineError | Passing:
        return troubles.of_status(
            error,
            server=self._server,
            model=self._wanted,
            key=self._key,
            key_name=self._key_from,
        )

    def _read(self, response: Any, seconds: float) -> ClipResult:
        """Return the result of an answer and learn from it what the service can do."""
        kind = response.headers.get("content-type", "")
        try:
            answer = answers.read(response.content, kind, seconds)
        except answers.Broken:
            raise troubles.broken(self._server) from None
        with self._lock:
            self._met = True
            served = answer.model or response.headers.get("openai-model", "")
            self.model = served or self.model
            if answer.result.text and not answer.timed:
                self.capabilities = _without_times(self.capabilities)
            if answer.unsure:
                self.capabilities = replace(self.capabilities, confidence=True)
        return answer.result

    def _file(self, samples: np.ndarray, format: str) -> tuple[str, bytes, str]:
        """Return name, content and type of the file that carries `samples`.

        Opus where FLAC is too large, for this block and all that follow. Raises
        EngineError where Opus is too large as well.
        """
        limit = self._max_bytes * ROOM
        content = encoded(samples, format)
        if len(content) > limit and format == "flac":
            self._format = format = "ogg"
            content = encoded(samples, format)
        if len(content) > limit:
            raise troubles.final(
                self._server,
                f"recibe archivos de hasta {self._max_bytes} bytes y este tramo ocupa "
                f"{len(content)}",
                "Pida a quien administra el servidor que baje block_seconds en las "
                "opciones del motor",
            )
        return f"tramo.{format}", content, f"audio/{format}"

    def _connected(self) -> Any:
        import openai  # heavy, as above

        with self._lock:
            if self._client is None:
                self._client = openai.OpenAI(
                    api_key=self._key or "sin-clave",  # a server of one's own asks none
                    base_url=self._url,
                    max_retries=0,  # ours wait as asked, and count what was sent
                )
            return self._client

    def _count(self, samples: int) -> None:
        with self._lock:
            self.sent += samples / RATE

    def _remember(self, content: str, result: ClipResult | None) -> None:
        if result is None:
            return
        with self._lock:
            self._known[content] = result
            while len(self._known) > MEMORY:
                self._known.popitem(last=False)


def _results(futures: Sequence[Future[ClipResult]]) -> list[ClipResult]:
    """Return all results, or raise the error that says most and begin nothing more."""
    wait(futures, return_when=FIRST_EXCEPTION)
    for future in futures:
        future.cancel()  # those that did not begin; the others are waited for
    wait(futures)
    errors = [f.exception() for f in futures if not f.cancelled() and f.exception()]
    for error in sorted(errors, key=lambda one: not getattr(one, "permanent", False)):
        raise error
    return [future.result() for future in futures]


def _without_times(known: Capabilities) -> Capabilities:
    return replace(known, max_clip=min(known.max_clip, SHORT), word_times=False)
