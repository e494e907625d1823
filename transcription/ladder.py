"""Clips heard until they are good enough: three tries at most. [no Django]"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from transcription import guards
from transcription.cutting import MAX_CLIP
from transcription.engines import Biasing, ClipResult, Engine, EngineError, Word
from transcription.guards import Sound
from transcription.passages import Passage, halves, shortened
from transcription.sentences import Way, moved

log = logging.getLogger(__name__)

TRIES = 3  # of one clip, the first included
SHARE = 0.15  # of a part's audio that further tries may take
LEAST = 2 * MAX_CLIP  # seconds that they may take of the shortest part
GROUP = 2  # batches given to an engine at once, so that its leftovers fill up too
SHORTEST_RECUT = 4.0  # seconds; shorter clips are not worth cutting in two

# What to do next, by what is wrong; the first way that is left and can be gone.
WAYS: tuple[tuple[frozenset[str], tuple[Way, ...]], ...] = (
    (
        frozenset({guards.INVENTED, guards.CREDITS}),
        (Way.CAREFUL, Way.BACKUP, Way.RECUT),
    ),
    # Only an engine that is told the language can be trusted with drift.
    (frozenset({guards.LANGUAGE}), (Way.BACKUP, Way.CAREFUL, Way.RECUT)),
    # An engine passes over the same speech again, and loops again, unless the cut
    # moves: clips that looped came out a little better in halves than whole.
    (
        frozenset({guards.EMPTY, guards.LOOP}),
        (Way.RECUT, Way.BACKUP, Way.CAREFUL),
    ),
    (guards.CURABLE, (Way.CAREFUL, Way.BACKUP, Way.RECUT)),
    (guards.PARTIAL - {guards.GLUED}, (Way.FILL,)),
)


@dataclass(frozen=True)
class Attempt:
    """One hearing of a clip, and what the guards say of it."""

    engine: str
    way: Way
    result: ClipResult  # of the whole clip, words on the clip's clock
    flags: tuple[str, ...]
    text: str  # what this hearing alone gave
    base: int | None = None  # the attempt of which it filled holes
    fit: bool = True  # False: it filled nothing


@dataclass(frozen=True)
class Heard:
    """A clip and its attempts so far, the first at least."""

    passage: Passage
    sound: Sound
    attempts: tuple[Attempt, ...]

    @property
    def kept(self) -> int:
        """The attempt that is kept: the least that is wrong, then the most words.

        Words of a loop, and words that nobody said, count for nothing. Of two that
        are alike the later one stays: it was heard without prompt.
        """
        return max(
            (index for index, one in enumerate(self.attempts) if one.fit),
            key=lambda index: (*_worth(self.attempts[index]), index),
        )

    @property
    def best(self) -> Attempt:
        return self.attempts[self.kept]


class Ears:
    """The engines that may hear a part; a backup is loaded when a clip needs it."""

    def __init__(
        self,
        engine: Engine,
        backups: Sequence[Callable[[], Engine]],
        language: str,
        terms: Sequence[str],
        tick: Callable[[], None],
    ) -> None:
        """`tick` is called after each call of an engine."""
        self.engine = engine
        self.language = language
        self._terms = terms
        self._tick = tick
        self._backups = list(backups)
        self._backup: Engine | None = None

    @property
    def has_backup(self) -> bool:
        """Whether there is another engine to load, or one loaded."""
        return bool(self._backup or self._backups)

    def backup(self) -> Engine | None:
        """Return the next engine of the list, or None if none can be used."""
        while self._backup is None and self._backups:
            try:
                self._backup = self._backups.pop(0)()
            except EngineError as error:
                log.warning("A backup engine cannot be used: %s", error)
        return self._backup

    def drop_backup(self, error: EngineError) -> None:
        """Go on without the engine that failed; the next of the list may serve."""
        log.warning("A backup engine stopped: %s", error)
        self._backup = None

    def hear(
        self,
        engine: Engine,
        passages: Sequence[Passage],
        *,
        careful: bool = False,
        biased: bool = True,
    ) -> list[ClipResult]:
        """Return what each passage says, cut to what the engine takes and rejoined.

        `biased` gives the engine as much of the list of terms as it reads.
        """
        known = engine.capabilities
        terms = self._terms if biased and known.biasing != Biasing.NONE else ()
        pieces = [shortened(one, known.max_clip) for one in passages]
        flat = [piece for one in pieces for piece in one]
        found: list[ClipResult] = []
        for first in range(0, len(flat), known.batch * GROUP):
            found += engine.transcribe(
                [piece.clip for piece in flat[first : first + known.batch * GROUP]],
                language=self.language,
                terms=terms[: known.terms],
                careful=careful,
            )
            self._tick()
        results = iter(found)
        return [
            rejoined(passage, [(piece, next(results)) for piece in own])
            for passage, own in zip(passages, pieces, strict=True)
        ]

    def judged(
        self,
        passage: Passage,
        sound: Sound,
        result: ClipResult,
        engine: Engine,
        way: Way,
        *,
        biased: bool = True,
    ) -> Attempt:
        """Return `result` of a whole clip as an attempt, with what is wrong with it."""
        flags = guards.findings(
            result,
            sound,
            terms=self._terms if biased else (),
            locked=engine.capabilities.language_lock or self.language != "es",
        )
        return Attempt(named(engine), way, result, flags, result.text)


@dataclass(frozen=True)
class _Step:
    """The next try of one clip."""

    index: int
    way: Way
    passages: tuple[Passage, ...]  # what is heard

    @property
    def seconds(self) -> float:
        return sum(one.seconds for one in self.passages)


def first(ears: Ears, passage: Passage, result: ClipResult) -> Heard:
    """Return a clip with what its first try gave."""
    sound = Sound.of(passage.clip.samples)
    attempt = ears.judged(passage, sound, result, ears.engine, Way.FIRST)
    return Heard(passage, sound, (attempt,))


def climbed(heard: Sequence[Heard], ears: Ears) -> list[Heard]:
    """Return all clips of a part after the tries that they needed and could get.

    The worst are tried first; what SHARE does not allow stays as it is, flagged.
    """
    heard = list(heard)
    total = sum(one.passage.seconds for one in heard)
    left = max(SHARE * total, LEAST)
    while True:
        wanted = _steps(heard, ears)
        steps = []
        for step in wanted:
            if step.seconds <= left:
                left -= step.seconds
                steps.append(step)
        if not steps:
            break
        for way in Way:
            own = [step for step in steps if step.way is way]
            # A backup that fails gives nothing; the next round finds another way.
            for step, attempt in zip(own, _tried(way, own, heard, ears), strict=False):
                heard[step.index] = _with(heard[step.index], attempt)
    if wanted:
        log.warning(
            "Engine unfit: %s needed more than %.0f %% of the audio again; %d clips "
            "of %d stay as they were heard",
            named(ears.engine),
            100 * SHARE,
            len(wanted),
            len(heard),
        )
    return heard


def named(engine: Engine) -> str:
    """Return what heard it, as the tries tell: a path is no name."""
    model = engine.model.rsplit("/", 1)[-1]
    return engine.name if model == engine.name else f"{engine.name} {model}".strip()


def _steps(heard: Sequence[Heard], ears: Ears) -> list[_Step]:
    """Return the next try of each clip that needs one, the worst clip first."""
    worst = sorted(
        range(len(heard)),
        key=lambda index: guards.gravity(heard[index].best.flags),
        reverse=True,
    )
    steps = (_step(index, heard[index], ears) for index in worst)
    return [step for step in steps if step]


def _step(index: int, heard: Heard, ears: Ears) -> _Step | None:
    if len(heard.attempts) >= TRIES:
        return None
    flags = set(heard.best.flags)
    tried = {one.way for one in heard.attempts}
    ways = next((ways for wrong, ways in WAYS if wrong & flags), ())
    for way in ways:
        if way in tried:
            continue
        if way is Way.FILL:
            gaps = guards.holes(heard.best.result.words, heard.sound)
            passages = tuple(heard.passage.within(*gap) for gap in gaps)
            return _Step(index, way, passages)
        if way is Way.RECUT and heard.passage.seconds < SHORTEST_RECUT:
            continue
        if way is Way.BACKUP and not ears.has_backup:
            continue
        return _Step(index, way, (heard.passage,))
    return None


def _tried(
    way: Way, steps: Sequence[_Step], heard: Sequence[Heard], ears: Ears
) -> list[Attempt]:
    """Return the attempts that `steps` ask for; none if the backup failed."""
    if not steps:
        return []
    if way is Way.FILL:
        return _filled(steps, heard, ears)
    engine = ears.backup() if way is Way.BACKUP else ears.engine
    if not engine:
        return []
    pieces = [
        halves(step.passages[0]) if way is Way.RECUT else list(step.passages)
        for step in steps
    ]
    biased = way is Way.BACKUP  # which is asked as if it had been the first
    flat = [piece for own in pieces for piece in own]
    try:
        results = iter(ears.hear(engine, flat, careful=not biased, biased=biased))
    except EngineError as error:
        if way is not Way.BACKUP:
            raise
        ears.drop_backup(error)
        return []
    attempts = []
    for step, own in zip(steps, pieces, strict=True):
        one = heard[step.index]
        result = rejoined(one.passage, [(piece, next(results)) for piece in own])
        attempts.append(
            ears.judged(one.passage, one.sound, result, engine, way, biased=biased)
        )
    return attempts


def _filled(
    steps: Sequence[_Step], heard: Sequence[Heard], ears: Ears
) -> list[Attempt]:
    """Hear the stretches with sound and no word, and put what they say in place."""
    flat = [gap for step in steps for gap in step.passages]
    results = iter(ears.hear(ears.engine, flat, biased=False))
    attempts = []
    for step in steps:
        one = heard[step.index]
        whole, texts = one.best.result, []
        for gap in step.passages:
            result = next(results)
            texts.append(result.text)
            sound = Sound.of(gap.clip.samples)
            own = ears.judged(gap, sound, result, ears.engine, Way.FILL, biased=False)
            if result.words and not set(own.flags) - guards.PARTIAL:
                whole = _placed(whole, result, gap.start - one.passage.start, gap)
        done = ears.judged(one.passage, one.sound, whole, ears.engine, Way.FILL)
        attempts.append(
            replace(
                done,
                text=" ".join(filter(None, texts)),
                base=one.kept,
                fit=whole is not one.best.result,
            )
        )
    return attempts


def _placed(whole: ClipResult, part: ClipResult, by: float, gap: Passage) -> ClipResult:
    middle = by + gap.seconds / 2
    at = sum((word.start + word.end) / 2 < middle for word in whole.words)
    added = tuple(moved(word, by) for word in part.words)
    words = whole.words[:at] + added + whole.words[at:]
    return replace(whole, text=" ".join(word.text for word in words), words=words)


def _with(heard: Heard, attempt: Attempt) -> Heard:
    """Add an attempt, which may also show what the first one is worth."""
    original, *others = heard.attempts
    doubted = guards.unsaid(original.flags, attempt.flags, heard.sound)
    listed = guards.ECHO in original.flags and attempt.way is Way.CAREFUL
    alike = (doubted or listed) and guards.alike(original.text, attempt.text)
    if doubted and not alike:
        # What nobody said comes out different each time: this is a hearing of nothing.
        attempt = replace(attempt, result=ClipResult(""), flags=())
    if listed and alike:
        said = tuple(flag for flag in original.flags if flag != guards.ECHO)
        original = replace(original, flags=said)
        # The list spells the names right: this hearing was only a proof.
        attempt = replace(attempt, fit=bool(guards.CURABLE & set(said)))
    return replace(heard, attempts=(original, *others, attempt))


def rejoined(
    passage: Passage, pieces: Sequence[tuple[Passage, ClipResult]]
) -> ClipResult:
    """Make one result of a passage's pieces, with words on the passage's clock."""
    if len(pieces) == 1 and pieces[0][0].start == passage.start:
        return pieces[0][1]
    words: list[Word] = []
    for piece, result in pieces:
        words += [moved(word, piece.start - passage.start) for word in result.words]
    sure = [one.avg_logprob for _, one in pieces if one.avg_logprob is not None]
    packed = [r.compression_ratio for _, r in pieces if r.compression_ratio is not None]
    return replace(
        pieces[0][1],
        text=" ".join(result.text for _, result in pieces if result.text),
        # Half of the words with times would lose the others.
        words=tuple(words) if all(r.words or not r.text for _, r in pieces) else (),
        avg_logprob=sum(sure) / len(sure) if sure else None,
        compression_ratio=max(packed, default=None),
    )


def _worth(attempt: Attempt) -> tuple[float, ...]:
    worst, total = guards.gravity(attempt.flags)
    return -worst, -total, guards.fitting(attempt.result, attempt.flags)
