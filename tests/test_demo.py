"""The demonstration council and its truth."""

import json
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
from tests.make import make_recording, make_transcription
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
