"""How voices sound, found out while something else is done. [no Django]"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from types import TracebackType

import numpy as np

from transcription import voices
from transcription.voices import Vectors
from transcription.voices.windows import Span

LOOK = 0.1  # seconds between two looks at whether the work is still wanted

logger = logging.getLogger(__name__)


class Stopped(Exception):
    """Nobody waits for the vectors any more."""


class Beside:
    """The vectors of a part, computed by a thread of its own from entering on.

    Whatever goes wrong is logged and leaves no vectors: what was said matters more
    than who said it. The thread ends soon after leaving, done or not.
    """

    def __init__(
        self, alias: str, samples: np.ndarray, speech: Sequence[Span], offset: float
    ) -> None:
        """`alias` names the model; "" has nothing done. The rest as `vectors_of`."""
        self._alias = alias
        self._samples, self._speech, self._offset = samples, speech, offset
        self._unwanted = threading.Event()
        self._done = threading.Event()
        self._found: Vectors | None = None
        self.model = ""  # that the vectors are of, once there are any

    def __enter__(self) -> Beside:
        if self._alias and self._speech:
            # A daemon: a process that ends waits for the batches at work, no longer.
            threading.Thread(target=self._run, daemon=True).start()
        else:
            self._done.set()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._unwanted.set()

    def vectors(self, patience: float, check: Callable[[], None]) -> Vectors | None:
        """Return the vectors, or None if there are none within `patience` seconds.

        What `check`, called all the while, raises comes up.
        """
        until = time.monotonic() + patience
        while not self._done.wait(LOOK):
            check()
            if time.monotonic() > until:
                logger.error("Gave up waiting for the voices after %.0f s", patience)
                return None
        return self._found

    def _run(self) -> None:
        try:
            model = voices.load(self._alias)
            found = voices.vectors_of(
                self._samples,
                self._speech,
                model,
                offset=self._offset,
                check=self._check,
            )
            self.model, self._found = model.model, found if len(found) else None
        except Stopped:
            logger.info("Stopped telling voices apart: nobody waits for it")
        except Exception:
            logger.exception("Could not tell how the voices of a part sound")
        finally:
            self._done.set()

    def _check(self) -> None:
        if self._unwanted.is_set():
            raise Stopped
