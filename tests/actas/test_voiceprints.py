"""What a council remembers follows what people confirm in its actas."""

import numpy as np
import pytest

from actas.editing import Person
from actas.models import Acta
from actas.settling import undo
from actas.voiceprints import evidence_for, follow
from actas.voices import merge_voices, name_speaker, split_voice, unname_voice
from councils.models import Council, Councillor, Role, User, Voiceprint
from sessions.models import Speaker
from tests.councils.voices import (
    MODEL,
    axis,
    make_consent,
    make_listening,
    make_remembered,
    remember,
)
from tests.make import (
    make_acta,
    make_council,
    make_councillor,
    make_recording,
    make_session,
    make_transcription,
    make_turns,
    make_user,
)
from transcription.turns import PartVoices
from transcription.voices import Vectors

pytestmark = pytest.mark.django_db
VOICES = "12345678"  # each for ten seconds


@pytest.fixture
def council() -> Council:
    return make_listening()


@pytest.fixture
def ana(council: Council) -> Councillor:
    councillor = make_councillor(council, "Ana Ardila")
    make_consent(councillor)
    return councillor


@pytest.fixture
def user(council: Council) -> User:
    return make_user(council, Role.SECRETARY)


def make_voiced(
    council: Council, sounds: dict[str, np.ndarray] | None = None, model: str = MODEL
) -> Acta:
    """An acta whose voices each sound like nobody else, or as `sounds` says."""
    session = make_session(council, number=51)
    hearing = make_transcription(
        make_recording(session),
        [f"Habla la voz {voice}." for voice in VOICES],
        together=f"session {session.pk}",
        voices="onnx",
    )
    make_turns(hearing, VOICES)
    sounds = {f"S{voice}": axis(100 + int(voice)) for voice in VOICES} | (sounds or {})
    times = [(10.0 * at + 1, 10.0 * at + 2.5) for at in range(len(VOICES))]
    values = np.stack([sounds[f"S{voice}"] for voice in VOICES])
    vectors = Vectors(np.array(times, np.float32), values)
    PartVoices.of(hearing.parts.get().pk, model, vectors).save()
    acta = make_acta(session, [f"Habla la voz {voice}." for voice in VOICES])
    for voice, said in zip(VOICES, acta.utterances.all(), strict=True):
        said.speaker = Speaker.objects.create(session=session, voice=f"S{voice}")
        said.save()
    return acta


def voice(acta: Acta, label: str) -> Speaker:
    return acta.session.speakers.get(voice=label)


def call(acta: Acta, label: str, who: Councillor | None, user: User) -> int:
    """Confirm who a voice is; return how many voices are kept more than before."""
    person = Person(who.pk) if who else Person(name="Una Invitada", office="gerente")
    before = Voiceprint.objects.count()
    name_speaker(acta, voice(acta, label), user, person)
    return Voiceprint.objects.count() - before


def kept() -> dict[str, str]:
    """Return whose voice is kept, by where it came from."""
    rows = Voiceprint.objects.select_related("consent__councillor")
    return {one.source: one.consent.councillor.full_name for one in rows}


def test_it_remembers_a_voice_that_a_person_confirmed(
    council: Council, ana: Councillor, user: User
) -> None:
    acta = make_voiced(council)
    assert call(acta, "S3", ana, user) == 1
    one = Voiceprint.objects.get()
    assert kept() == {f"session {acta.session_id}/S3": "Ana Ardila"}
    assert np.allclose(one.vector, axis(103), atol=1e-3)
    assert (one.model, one.seconds) == (MODEL, 10.0)
    assert one.heard_in == "Sesión ordinaria n.º 51 del 14/08/2026"
    assert follow(acta) == 0  # and once


def test_it_remembers_nothing_of_a_proposal(council: Council, ana: Councillor) -> None:
    acta = make_voiced(council)
    acta.session.speakers.filter(voice="S3").update(
        councillor=ana, confidence=0.99, source="machine"
    )
    assert follow(acta) == 0
    assert kept() == {}


def test_it_remembers_nobody_who_did_not_consent(council: Council, user: User) -> None:
    acta = make_voiced(council)
    assert call(acta, "S3", make_councillor(council), user) == 0
    assert call(acta, "S4", None, user) == 0  # an official: nobody asked
    assert kept() == {}


def test_it_remembers_nothing_while_it_is_off(user: User) -> None:
    council = make_council()
    acta = make_voiced(council)
    assert call(acta, "S3", make_councillor(council), make_user(is_staff=True)) == 0
    assert kept() == {}


def test_it_forgets_a_voice_that_is_nobodys_any_more(
    council: Council, ana: Councillor, user: User
) -> None:
    acta = make_voiced(council)
    call(acta, "S3", ana, user)
    unname_voice(acta, voice(acta, "S3"), user)
    assert kept() == {}


def test_it_forgets_a_confirmation_that_is_taken_back_and_knows_it_again(
    council: Council, ana: Councillor, user: User
) -> None:
    acta = make_voiced(council)
    call(acta, "S3", ana, user)
    undo(acta, user)
    assert kept() == {}
    call(acta, "S3", ana, user)
    assert len(kept()) == 1


def test_it_forgets_a_name_that_was_another_persons(
    council: Council, ana: Councillor, user: User
) -> None:
    bea, cid = make_councillor(council, "Bea B"), make_councillor(council, "Cid C")
    make_consent(bea)
    acta = make_voiced(council)
    call(acta, "S3", ana, user)
    source = f"session {acta.session_id}/S3"
    call(acta, "S3", bea, user)
    assert kept() == {source: "Bea B"}
    call(acta, "S3", cid, user)  # who did not consent
    assert kept() == {}


def test_it_lets_other_sessions_alone(
    council: Council, ana: Councillor, user: User
) -> None:
    first, second = make_voiced(council), make_voiced(make_listening())
    remember(ana, axis(0), source=f"session {first.session_id}0/S3")
    call(first, "S3", ana, user)
    follow(second)
    unname_voice(first, voice(first, "S3"), user)
    assert kept() == {f"session {first.session_id}0/S3": "Ana Ardila"}


def test_it_takes_joined_voices_as_one_persons(
    council: Council, ana: Councillor, user: User
) -> None:
    acta = make_voiced(council)
    call(acta, "S3", ana, user)
    merge_voices(acta, user, voice(acta, "S5"), voice(acta, "S3"))
    prefix = f"session {acta.session_id}"
    assert set(kept()) == {f"{prefix}/S3", f"{prefix}/S5"}
    undo(acta, user)
    assert set(kept()) == {f"{prefix}/S3"}


def test_it_forgets_a_voice_that_turns_out_to_be_two_peoples(
    council: Council, ana: Councillor, user: User
) -> None:
    acta = make_voiced(council)
    call(acta, "S3", ana, user)
    said = acta.utterances.get(text="Habla la voz 3.")
    split_voice(said, user, said.version)
    assert kept() == {}
    undo(acta, user)
    assert len(kept()) == 1


def test_it_knows_a_voice_again_whose_parts_are_one_persons(
    council: Council, ana: Councillor, user: User
) -> None:
    acta = make_voiced(council)
    call(acta, "S3", ana, user)
    said = acta.utterances.get(text="Habla la voz 3.")
    merge_voices(acta, user, split_voice(said, user, said.version), voice(acta, "S3"))
    assert kept() == {f"session {acta.session_id}/S3": "Ana Ardila"}


def test_it_keeps_what_it_remembers_when_the_vectors_go(
    council: Council, ana: Councillor, user: User
) -> None:
    acta = make_voiced(council)
    call(acta, "S3", ana, user)
    PartVoices.objects.all().delete()
    assert follow(acta) == 0
    assert len(kept()) == 1
    assert call(acta, "S4", ana, user) == 0  # of that nothing is known any more
    assert evidence_for(acta) == {}


def test_it_follows_once_somebody_consents(council: Council, user: User) -> None:
    acta = make_voiced(council)
    bea = make_councillor(council, "Bea B")
    call(acta, "S3", bea, user)
    make_consent(bea)
    assert follow(acta) == 1


def test_it_recognises_a_voice_of_another_session(council: Council) -> None:
    ana = make_remembered(council, axis(0))
    acta = make_voiced(council, {"S4": axis(9, toward=0, cosine=0.9)})
    found = evidence_for(acta)
    assert set(found) == {"S4"}
    assert found["S4"].councillor_id == ana.pk
    assert found["S4"].score == pytest.approx(0.9, abs=1e-2)
    assert voice(acta, "S4").councillor is None  # and proposes nothing by itself


def test_it_recognises_nothing_while_it_is_off(
    council: Council, django_assert_num_queries
) -> None:
    make_remembered(council, axis(0))
    acta = make_voiced(council, {"S4": axis(0)})
    assert set(evidence_for(acta)) == {"S4"}
    acta.session.council.voiceprints = False
    with django_assert_num_queries(0):
        assert evidence_for(acta) == {}


def test_it_compares_joined_voices_as_one(council: Council, user: User) -> None:
    """Two halves of a voice must not look like two people who sound alike."""
    make_remembered(council, axis(0))
    half = axis(9, toward=0, cosine=0.9)
    acta = make_voiced(council, {"S4": half, "S6": half})
    assert evidence_for(acta) == {}
    merge_voices(acta, user, voice(acta, "S6"), voice(acta, "S4"))
    assert set(evidence_for(acta)) == {"S4"}
    merge_voices(acta, user, voice(acta, "S8"), voice(acta, "S7"))
    assert evidence_for(acta) == {}  # six are too few to say how alike people sound
