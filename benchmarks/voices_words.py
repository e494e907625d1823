"""Whose words they are: heard, given to the voices, and names proposed for those.

Called by voices.py in a process of its own, with Django but without a database. What
was heard of a recording is kept in var/benchmarks/heard: delete that folder, or give
`fresh`, to hear with an engine that has changed.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks import runs, voices_truth
from benchmarks.voices_truth import Truth, Turn

if TYPE_CHECKING:
    from actas.around import Heard
    from actas.parting import Spoken
    from actas.reading.voices import Candidate, Naming

MODELS = runs.ROOT / "var" / "models"
KEPT = runs.ROOT / "var" / "benchmarks" / "heard"
ALIKE = 85.0  # from which a guest's name, as it was heard, is that of a person


def judged(audio: Path, truth: Truth, turns: Sequence[Turn]) -> dict[str, Any]:
    """Return the tally of the words in `audio`, and the name proposed for each voice.

    The names that may be proposed are those that the site knows before a session: who
    holds a seat, who presides, the secretary. Guests are named only if they are heard
    to be.
    """
    from actas.parting import parted
    from actas.reading.heard import Line
    from actas.reading.voices import namings
    from transcription.voices.grouping import TurnDraft

    told = [TurnDraft(*turn) for turn in turns]
    segments = heard(audio, terms(truth.content))
    said = [one for segment in segments for one in parted(segment, told)]
    lines = [
        Line(at, one.heard.start, one.heard.end, one.heard.text, one.voice or "")
        for at, one in enumerate(said)
    ]
    found = namings(lines, people(truth.content))
    names = {one.voice: called(one, truth.voices) for one in found if one.is_proposed}
    tally = voices_truth.tally(_words(said, names), truth)
    sure = {one.voice: round(one.confidence, 3) for one in found}
    return {
        "tally": asdict(tally),
        "names": [
            (voice, name, sure[voice], _whose(said, voice, truth))
            for voice, name in sorted(names.items())
        ],
    }


def people(content: dict[str, Any]) -> list[Candidate]:
    """Return who may have spoken, as actas.naming.candidates_of would."""
    from actas.reading.voices import Candidate, Role

    roster = voices_truth.people(content, "roster")
    about = {one["name"]: one for one in voices_truth.people(content, "roles")}
    about |= {one["name"]: about.get(one["name"], {}) | one for one in roster}
    presiders = [one["name"] for one in voices_truth.people(content, "presiders")]
    presider = next(iter(presiders), content.get("president"))
    seated = [one["name"] for one in roster]
    found = [
        Candidate(
            f"c{at}",
            name,
            about.get(name, {}).get("gender") or "",
            Role.PRESIDENT if name == presider else Role.COUNCILLOR,
        )
        for at, name in enumerate(dict.fromkeys([*seated, presider]))
        if name
    ]
    if secretary := content.get("secretary"):
        one = about.get(secretary, {})
        gender, office = one.get("gender") or "", one.get("role") or ""
        found.append(Candidate("secretary", secretary, gender, Role.SECRETARY, office))
    return found


def called(naming: Naming, voices: set[str]) -> str:
    """Return the name that is proposed, of a guest as the truth spells it."""
    from rapidfuzz import fuzz

    from actas.reading.heard import fold

    name = naming.person.name
    if not naming.person.key.startswith("heard:"):
        return name
    alike = {one: fuzz.token_set_ratio(fold(one), fold(name)) for one in voices}
    best = max(alike, key=alike.__getitem__, default=name)
    return best if alike.get(best, 0) >= ALIKE else name


def _words(said: Sequence[Spoken], names: dict[str, str]) -> Iterator[Turn]:
    for one in said:
        for word in one.heard.timed():
            yield word.start, word.end, names.get(one.voice or "", "")


def _whose(said: Sequence[Spoken], voice: str, truth: Truth) -> str:
    """Return who says most of what was given to a voice."""
    counts = {
        who: voices_truth.tally(
            (
                (a, b, who)
                for a, b, _ in _words([o for o in said if o.voice == voice], {})
            ),
            truth,
        ).right
        for who in truth.voices
    }
    return max(counts, key=counts.__getitem__)


def terms(content: dict[str, Any]) -> list[str]:
    """Return the list that the session would give the engine; guests are not on it."""
    # Nothing is asked of a database, so none has to be there.
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "astra_site.settings")
    os.environ.setdefault("DATABASE_URL", "postgresql://nobody@localhost/none")
    import django

    django.setup()
    from sessions import hearing_list

    names = [one["name"] for one in voices_truth.people(content, "roster")]
    if content.get("secretary"):
        names.append(content["secretary"])
    return hearing_list.listed(
        people=names,
        places=[content["council"]] if content.get("council") else [],
        titles=[point["title"] for point in content.get("agenda") or ()],
        words=[one["name"] for one in voices_truth.people(content, "terms")],
    )


def heard(audio: Path, given: Sequence[str], *, fresh: bool = False) -> list[Heard]:
    """Return what Whisper base hears in `audio`, from what was kept if it was."""
    from actas.around import Heard, Word

    digest = hashlib.sha256(json.dumps(list(given)).encode())
    digest.update(audio.read_bytes())
    kept = KEPT / f"{digest.hexdigest()}.json"
    if fresh or not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps(_hear(audio, given)), encoding="utf-8")
    return [
        Heard(start, end, text, tuple(Word(*word) for word in words))
        for start, end, text, words in json.loads(kept.read_text(encoding="utf-8"))
    ]


def _hear(audio: Path, given: Sequence[str]) -> list[tuple]:
    from transcription import pipeline, weights
    from transcription.engines.whisper import Whisper

    engine = Whisper(
        str(weights.find("base", MODELS)), compute_type="int8", models=MODELS
    )
    return [
        (
            one.start,
            one.end,
            one.text,
            [(word.start, word.end, word.text) for word in one.words],
        )
        for one in pipeline.transcribe_file(audio, engine, terms=given)
    ]
