"""A transcription service on this machine that answers as OpenAI's reference says.

It misbehaves on request: each fault of `faults` spoils one answer, in order.
"""

from __future__ import annotations

import email.parser
import email.policy
import io
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import av
import numpy as np
import pytest

from transcription import audio
from transcription.engines import Clip, Word
from transcription.engines.openai import OpenAICompatible

KEY = "sk-prueba-0123456789"
VERBOSE = "verbose_json"
Hear = Callable[[np.ndarray], list[Word]]
Build = Callable[..., OpenAICompatible]  # of the fixture that makes engines


@dataclass(frozen=True)
class Request:
    """One POST as it arrived."""

    fields: dict[str, list[str]]
    samples: np.ndarray  # float32, 16 kHz, decoded from the file
    bytes: int  # of the file
    filename: str
    headers: dict[str, str]

    @property
    def seconds(self) -> float:
        return len(self.samples) / audio.RATE

    def field(self, name: str) -> str:
        return self.fields.get(name, [""])[0]


@dataclass(frozen=True)
class Fault:
    """How one answer goes wrong."""

    status: int = 200
    body: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    wait: float = 0.0  # seconds before answering
    cut: int | None = None  # bytes after which the connection is closed
    whole: bool = False  # with `cut`: the length announced is that of what is sent


def refusal(status: int, message: str, **more: Any) -> Fault:
    """Return an error in OpenAI's form."""
    return Fault(status, {"error": {"message": message, **more}})


def numbers(samples: np.ndarray) -> list[Word]:
    """Hear a sentence of three words in every second of sound, none like another."""
    words = []
    for second in range(len(samples) // audio.RATE):
        piece = samples[second * audio.RATE : (second + 1) * audio.RATE]
        if np.abs(piece).max() < 0.01:
            continue
        said = ("Punto", f"{second},", "aprobado.")
        words += [
            Word(second + 0.3 * i, second + 0.3 * i + 0.25, text, 0.9)
            for i, text in enumerate(said)
        ]
    return words


class ApiServer:
    """The service; its attributes are what a test sets and reads."""

    def __init__(self) -> None:
        self.hear: Hear = numbers
        self.faults: list[Fault] = []
        self.requests: list[Request] = []
        self.models = {"whisper-1"}
        self.served = ""  # the model that the answer names
        self.key = KEY
        self.formats = {"json", "text", VERBOSE}
        self.gives_words = True
        self.gives_segments = True
        self.most_at_once = 0
        self.port = 0
        self._now = 0
        self._lock = threading.Lock()
        self._http: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def start(self) -> None:
        """Listen, on the same port as before where it had one."""
        handler = type("Handler", (_Handler,), {"service": self})
        ThreadingHTTPServer.allow_reuse_address = True
        self._http = ThreadingHTTPServer(("127.0.0.1", self.port), handler)
        self._http.daemon_threads = True
        self.port = self._http.server_address[1]
        arguments = {"poll_interval": 0.01}
        threading.Thread(
            target=self._http.serve_forever, kwargs=arguments, daemon=True
        ).start()

    def stop(self) -> None:
        """Refuse connections from now on; what is being answered is dropped."""
        if self._http:
            self._http.shutdown()
            self._http.server_close()
            self._http = None

    def take(self, request: Request) -> Fault | None:
        with self._lock:
            self.requests.append(request)
            return self.faults.pop(0) if self.faults else None

    @contextmanager
    def busy(self) -> Iterator[None]:
        """Count how many requests are in work at once."""
        with self._lock:
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
        try:
            yield
        finally:
            with self._lock:
                self._now -= 1

    def judge(self, request: Request) -> Fault | None:
        """Return why a well-formed service would refuse `request`, if it would."""
        model, shape = request.field("model"), request.field("response_format")
        if request.headers.get("authorization") != f"Bearer {self.key}":
            return refusal(401, f"Incorrect API key provided: {KEY[:5]}…")
        if model not in self.models:
            return refusal(404, f"The model '{model}' does not exist", param="model")
        if shape not in self.formats:
            return refusal(
                400,
                f"response_format '{shape}' is not compatible with model '{model}'. "
                "Use 'json' or 'text' instead.",
                param="response_format",
                code="unsupported_value",
            )
        return None

    def answer(self, request: Request) -> dict[str, Any]:
        words = self.hear(request.samples)
        text = " ".join(word.text for word in words)
        if request.field("response_format") != VERBOSE:
            return {"text": text} | ({"model": self.served} if self.served else {})
        answer: dict[str, Any] = {
            "task": "transcribe",
            "language": "spanish",
            "duration": request.seconds,
            "text": text,
        }
        asked = request.fields.get("timestamp_granularities[]", ["segment"])
        if self.gives_segments and "segment" in asked:
            answer["segments"] = [*_segments(words)]
        if self.gives_words and "word" in asked:
            # As OpenAI gives them: bare of punctuation, without probabilities.
            answer["words"] = [
                {"word": w.text.strip(".,;:¿?¡!«»…"), "start": w.start, "end": w.end}
                for w in words
            ]
        if self.served:
            answer["model"] = self.served
        return answer


def block(seconds: float = 3, start: float = 0.0) -> Clip:
    """A clip that no other clip of a test is equal to."""
    t = np.arange(int(seconds * audio.RATE)) / audio.RATE
    tone = 0.3 * np.sin(2 * np.pi * (150 + 10 * start) * t)
    return Clip(tone.astype(np.float32), start)


@contextmanager
def serving(
    monkeypatch: pytest.MonkeyPatch, hear: Hear = numbers
) -> Iterator[ApiServer]:
    """Run a service whose key is in the environment."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    server = ApiServer()
    server.start()
    try:
        yield server
    finally:
        server.stop()


def _segments(words: list[Word]) -> Iterator[dict[str, Any]]:
    start = 0
    for index, word in enumerate(words):
        if word.text[-1] in ".?!…" or index == len(words) - 1:
            yield {
                "id": index,
                "seek": 0,
                "start": words[start].start,
                "end": word.end,
                "text": " " + " ".join(w.text for w in words[start : index + 1]),
                "tokens": [],
                "temperature": 0.0,
                "avg_logprob": -0.2,
                "compression_ratio": 1.3,
                "no_speech_prob": 0.02,
            }
            start = index + 1


class _Handler(BaseHTTPRequestHandler):
    service: ApiServer  # HTTP/1.0, the default: a connection ends with its answer

    def do_POST(self) -> None:
        with self.service.busy():
            request = self._read()
            fault = self.service.take(request) or self.service.judge(request)
            if fault and fault.wait:
                time.sleep(fault.wait)
            if fault and fault.status != 200:
                self._send(fault.status, fault.body, fault)
            elif fault and fault.body:
                self._send(200, fault.body, fault)
            else:
                self._send(200, self.service.answer(request), fault)

    def _read(self) -> Request:
        assert self.path == "/v1/audio/transcriptions", self.path
        body = self.rfile.read(int(self.headers["content-length"]))
        head = f"content-type: {self.headers['content-type']}\r\n\r\n".encode()
        parser = email.parser.BytesParser(policy=email.policy.HTTP)
        fields: dict[str, list[str]] = {}
        file, filename = b"", ""
        for part in parser.parsebytes(head + body).iter_parts():
            name = part.get_param("name", header="content-disposition")
            if name == "file":
                file, filename = part.get_payload(decode=True), part.get_filename()
            else:
                value = part.get_payload(decode=True).decode()
                fields.setdefault(name, []).append(value)
        headers = {name.lower(): value for name, value in self.headers.items()}
        return Request(fields, _decoded(file), len(file), filename, headers)

    def _send(self, status: int, body: dict[str, Any], fault: Fault | None) -> None:
        content = json.dumps(body).encode()
        cut = fault.cut if fault and fault.cut is not None else len(content)
        length = cut if fault and fault.whole else len(content)
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(length))
        for name, value in (fault.headers if fault else {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content[:cut])

    def log_message(self, *_: object) -> None:
        """Say nothing: the tests' output is theirs."""


def _decoded(file: bytes) -> np.ndarray:
    with av.open(io.BytesIO(file)) as container:
        resampler = av.AudioResampler("flt", "mono", audio.RATE)
        frames = [
            piece.to_ndarray().reshape(-1)
            for frame in [*container.decode(audio=0), None]
            for piece in resampler.resample(frame)
        ]
    return np.concatenate(frames) if frames else np.zeros(0, np.float32)
