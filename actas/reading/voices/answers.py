"""What answers to names read out say of the voices that gave them."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from actas.reading.voices.calling import Answer, Calling
from actas.reading.voices.proof import STRENGTHS, Finding, Kind
from actas.reading.voices.scene import Scene

_OWN = 1.0  # log odds of an answer under the caller's label: most are strays
# Short answers under a wrong label: one in ten in a good room, one in two in a very bad
# one. Before anything is heard one in five, believed as firmly as eight answers.
_WRONG, _TRIALS = 1.6, 8.0
_UNSURE = 0.6  # the same of answers of a few words that two labels share


def answered(scene: Scene, found: Sequence[Calling]) -> list[Finding]:
    """Return what the answers say of the voices that gave them, for and against.

    A voice that answers to many names is no person but a heap of short answers: each
    of its answers is worth what it is more frequent at that name than at the others.
    """
    kinds = {answer: calling for calling in found for answer in calling.answers}
    heard = [answer for answer in kinds if answer.voice]
    given = Counter(answer.voice for answer in heard)
    pairs = Counter((answer.voice, answer.call.person.key) for answer in heard)
    calls = Counter(answer.call.person.key for answer in heard)
    wrong = mistaken(scene, heard)
    stray = wrong / max(len(scene.voices) - 1, 1)
    findings = [*_unsure(scene, heard, kinds)]
    for answer in heard:
        if answer.also:
            continue
        person, voice = answer.call.person, answer.voice
        others = given[voice] - pairs[voice, person.key]
        rate = (others + 0.5) / (len(heard) - calls[person.key] + 6) if others else 0.0
        kind = Kind.VOTE if answer.is_ballot else kinds[answer].kind
        worth = min(STRENGTHS[kind], math.log((1 - wrong) / max(rate, stray)))
        span = (answer.call.first, answer.call.last)
        if worth > 0:
            findings.append(
                scene.finding(voice, person, kind, span, worth, answer=answer.at)
            )
        findings += [
            scene.finding(other, person, Kind.OTHER_ANSWERED, span, answer=answer.at)
            for other in scene.voices
            if other != voice
        ]
    return [*findings, *_own(scene, found), *_shared(scene, heard, pairs, calls)]


def _own(scene: Scene, found: Sequence[Calling]) -> Iterator[Finding]:
    """Yield the answers heard under the label of who calls."""
    for calling in found:
        for answer in calling.answers:
            if answer.is_own:
                person, span = answer.call.person, (answer.call.first, answer.call.last)
                yield scene.finding(calling.caller, person, calling.kind, span, _OWN)


def _unsure(
    scene: Scene, heard: Sequence[Answer], kinds: Mapping[Answer, Calling]
) -> Iterator[Finding]:
    """Yield the answers that two labels share, for both: often neither is right."""
    stray = _UNSURE / max(len(scene.voices) - 1, 1)
    for answer in heard:
        if not answer.also:
            continue
        span = (answer.call.first, answer.call.last)
        for voice in (answer.voice, answer.also):
            kind = Kind.VOTE if answer.is_ballot else kinds[answer].kind
            worth, person = math.log((1 - _UNSURE) / stray), answer.call.person
            if worth > 0:
                yield scene.finding(voice, person, kind, span, worth, answer=answer.at)


def mistaken(scene: Scene, heard: Sequence[Answer]) -> float:
    """Return the share of answers that are under a wrong label, as the session shows.

    Who is called twice should answer with one label, and two people not with the same.
    A stray shows by that only where it falls on the label of somebody who answers too.
    """
    voices: dict[str, Counter[str]] = defaultdict(Counter)
    for answer in heard:
        voices[answer.call.person.key][answer.voice] += 1
    usual = {key: max(sorted(row), key=row.__getitem__) for key, row in voices.items()}
    again = sum(row.total() - 1 for row in voices.values())
    differs = sum(row.total() - row[usual[key]] for key, row in voices.items())
    shared = len(usual) - len(set(usual.values()))
    seen = max(len(set(usual.values())) - 1, 0) / max(len(scene.voices) - 1, 1)
    trials = again + len(usual) * min(seen, 1.0)
    return min(0.6, (_WRONG + differs + shared) / (_TRIALS + trials))


def _shared(
    scene: Scene,
    heard: Sequence[Answer],
    pairs: Counter[tuple[str, str]],
    calls: Counter[str],
) -> Iterator[Finding]:
    """Yield the voices that answer to two people, again and again, as nobody's."""
    people: dict[str, set[str]] = defaultdict(set)
    for (voice, key), times in pairs.items():
        if times >= 2 and times * 2 >= calls[key]:
            people[voice].add(key)
    for answer in heard:
        keys = people[answer.voice]
        if len(keys) >= 2 and answer.call.person.key in keys:
            span = (answer.call.first, answer.call.last)
            for key in sorted(keys - {answer.call.person.key}):
                person = scene.by_key[key]
                yield scene.finding(answer.voice, person, Kind.TWO_PEOPLE, span)
