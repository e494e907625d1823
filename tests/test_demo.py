"""The demonstration council and its truth."""

import json
from collections import Counter
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.management import CommandError

from actas import proposals
from actas.draft import Turn, VoteRecord
from actas.drafting import draft_of
from astra_site import demo
from astra_site.management.commands.demo import find_weights
from councils.models import Council, Membership, User
from tests.make import make_acta, make_recording, make_transcription
from tests.transcription.hub import INT8, WHISPER, fill
from transcription import audio

pytestmark = pytest.mark.django_db


def test_it_creates_the_council_and_its_people_once(tmp_path: Path) -> None:
    passwords = tmp_path / "passwords.json"
    first = demo.seed(passwords)
    counts = Council.objects.count(), User.objects.count(), Membership.objects.count()
    assert demo.seed(passwords) == first
    again = Council.objects.count(), User.objects.count(), Membership.objects.count()
    assert again == counts
    assert passwords.stat().st_mode & 0o077 == 0
    secretary = User.objects.get(email="secretaria@demo.astra.local")
    assert secretary.check_password(first[secretary.email])
    assert secretary.may_edit(Council.objects.get())
    assert not secretary.may_approve(Council.objects.get())


def test_it_has_a_recording_as_long_as_its_truth() -> None:
    truth = demo.read("truth")
    probe = audio.probe(demo.RECORDING)
    assert probe.seconds == pytest.approx(truth["seconds"], abs=1)
    assert 7 * 60 <= probe.seconds <= 10 * 60
    assert demo.RECORDING.stat().st_size < 4 * 1024**2
    assert len({turn["speaker"] for turn in truth["turns"]}) >= 8


def test_it_confirms_the_facts_that_the_acta_prints(tmp_path: Path) -> None:
    demo.seed(tmp_path / "passwords.json")
    session, truth = demo.find_session(), demo.read("truth")
    lines = [turn["text"] for turn in truth["turns"]]
    make_transcription(make_recording(session), lines)
    acta = proposals.draft(session)
    demo.confirm(acta, User.objects.get(email="secretaria@demo.astra.local"))
    acta.session.refresh_from_db()
    draft = draft_of(acta)

    there = {line.name for line in draft.attendance if line.present}
    absent = {person["name"] for person in truth["roster"]} - there
    assert absent == set(truth["absent"])
    late = {line.name for line in draft.attendance if line.arrived}
    assert late == set(truth["late"])
    entries = [entry for section in draft.sections for entry in section.entries]
    nominal = next(v for v in truth["votes"] if v["kind"] == "nominal")
    printed = next(
        e for e in entries if isinstance(e, VoteRecord) and e.kind == "nominal"
    )
    assert [ballot.name for ballot in printed.ballots] == list(nominal["ballots"])
    counted = {tally.choice: tally.votes for tally in printed.tallies}
    assert counted == {"sí": nominal["yes"], "no": nominal["no"]}
    said = json.dumps([e.paragraphs for e in entries if isinstance(e, Turn)])
    assert len(said) > 1000


def test_it_tells_how_many_words_have_their_person(tmp_path: Path) -> None:
    demo.seed(tmp_path / "passwords.json")
    session, turns = demo.find_session(), demo.read("truth")["turns"]
    acta = make_acta(session, [turn["text"] for turn in turns])
    people = {c.full_name: c for c in session.council.councillors.all()}
    first, second = turns[0]["speaker"], turns[1]["speaker"]  # presides; keeps records
    right = session.speakers.create(voice="S1", councillor=people[first])
    wrong = session.speakers.create(voice="S2", councillor=people[first])
    nameless = session.speakers.create(voice="S3")
    for row, turn in zip(acta.utterances.all(), turns, strict=True):
        who = {first: right, second: wrong}.get(turn["speaker"], nameless)
        times = {"start": turn["start"], "end": turn["end"]}
        acta.utterances.filter(pk=row.pk).update(speaker=who, **times)
    words = Counter()
    for turn in turns:
        words[turn["speaker"]] += len(turn["text"].split())

    found = demo.named(acta)

    assert (found.right, found.wrong) == (words[first], words[second])
    assert found.words == words.total()


def test_it_confirms_the_chair_where_it_was_proposed_right(tmp_path: Path) -> None:
    passwords = demo.seed(tmp_path / "passwords.json")
    session, truth = demo.find_session(), demo.read("truth")
    acta = make_acta(session)
    people = {c.full_name: c for c in session.council.councillors.all()}
    chair = session.speakers.create(voice="S1", councillor=people[truth["president"]])
    other = session.speakers.create(voice="S2", councillor=people[truth["first_vice"]])
    session.speakers.create(voice="S3")

    demo.confirm_chair(acta, User.objects.get(email=next(iter(passwords))))

    confirmed = session.speakers.exclude(confirmed_at=None)
    assert list(confirmed) == [chair]
    assert other.councillor


def test_it_finds_its_session_again() -> None:
    demo.seed(Path(demo.settings.MEDIA_ROOT) / "p.json")
    first = demo.find_session()
    assert demo.find_session() == first
    assert first.agenda.count() == 5


def test_it_finds_the_weights_of_any_engine(
    settings: LazySettings, tmp_path: Path
) -> None:
    settings.MODELS_FOLDER = tmp_path
    folder = fill(tmp_path / "large-v3-turbo", *WHISPER)
    fill(tmp_path / "nemo-parakeet-tdt-0.6b-v3", *INT8)
    settings.TRANSCRIPTION_ENGINES = {
        **settings.TRANSCRIPTION_ENGINES,
        "openai": {"BACKEND": "transcription.engines.openai.OpenAICompatible"},
    }

    assert find_weights("turbo") == folder
    # What another model hears is not compared with faster-whisper.
    assert find_weights("parakeet-cpu") is None
    assert find_weights("openai") is None
    with pytest.raises(CommandError, match=r"«nada».*turbo"):
        find_weights("nada")
