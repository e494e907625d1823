"""Names that the machine proposes, and what it never touches."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_q.models import OrmQ

from actas import naming, proposals, tasks
from actas.editing import Person, confirm_speaker, name_voice
from actas.models import Acta, Utterance
from actas.naming import (
    candidates_of,
    labels_of,
    lines_of,
    propose_further,
    propose_names,
)
from actas.reading.voices import Candidate, Evidence, Kind, Naming, Role
from actas.settling import undo
from actas.voices import merge_voices, name_speaker, split_voice, unname_voice
from councils.matching import Match
from councils.models import Councillor, Office, User
from sessions.facts import tied
from sessions.models import Speaker
from tests.make import (
    make_acta,
    make_councillor,
    make_recording,
    make_session,
    make_transcription,
    make_turns,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def acta() -> Acta:
    """Four voices, a sentence each."""
    acta = make_acta(make_session(), ["Uno.", "Dos.", "Tres.", "Cuatro."])
    for n, utterance in enumerate(acta.utterances.all(), start=1):
        speaker = acta.session.speakers.create(voice=f"S{n}", source="machine")
        Utterance.objects.filter(pk=utterance.pk).update(speaker=speaker)
    return acta


@pytest.fixture
def alice(acta: Acta) -> User:
    return make_user(acta.session.council, "secretary")


@pytest.fixture
def luz(acta: Acta) -> Councillor:
    return make_councillor(acta.session.council, "Luz Dary Bernal")


def voice(acta: Acta, label: str) -> Speaker:
    return acta.session.speakers.select_related("councillor").get(voice=label)


def row(acta: Acta) -> Utterance:
    return acta.utterances.first()


def hear(monkeypatch: pytest.MonkeyPatch, *found: Naming) -> list:
    """Let the reading find these names; return what it is asked with."""
    asked = []

    def namings(lines, people, **more):
        asked.append((list(lines), list(people), more))
        return list(found)

    monkeypatch.setattr(naming, "namings", namings)
    return asked


def named(label: str, who: Councillor | Candidate, confidence: float) -> Naming:
    person = who
    if isinstance(who, Councillor):
        person = Candidate(f"c{who.pk}", who.full_name)
    evidence = (
        Evidence(Kind.ABSENT, 3.0, "No contesta", -4.0, person.key),
        Evidence(Kind.FLOOR, 5.0, "Tiene la palabra", 2.1, person.key),
        Evidence(Kind.ROLL_CALL, 7.0, "Presente", 2.7, person.key),
    )
    return Naming(label, person, confidence, evidence)


# ---- What is proposed ----------------------------------------------------------------


def test_it_proposes_a_councillor_with_its_proof(acta, luz, monkeypatch) -> None:
    hear(monkeypatch, named("S2", luz, 0.97))
    propose_names(acta)
    speaker = voice(acta, "S2")
    assert (speaker.councillor, speaker.label) == (luz, "Luz Dary Bernal")
    assert (speaker.is_confirmed, speaker.source) == (False, "machine")
    assert (speaker.proof_start, speaker.proof_quote) == (7.0, "Presente")
    assert speaker.confidence == 0.97
    assert speaker.evidence[2] == {
        "kind": "roll_call",
        "start": 7.0,
        "quote": "Presente",
        "strength": 2.7,
        "person": f"c{luz.pk}",
        "name": "Luz Dary Bernal",
        "answer": "",
    }
    assert not voice(acta, "S1").is_named


def test_it_proposes_whoever_holds_no_seat_by_name(acta, monkeypatch) -> None:
    who = Candidate("secretary", "Óscar Gil", "M", Role.SECRETARY, "secretario general")
    hear(monkeypatch, named("S1", who, 0.99))
    propose_names(acta)
    speaker = voice(acta, "S1")
    assert (speaker.councillor, speaker.name) == (None, "Óscar Gil")
    assert (speaker.office, speaker.gender) == ("secretario general", "M")
    assert Councillor.objects.count() == 0


def test_it_keeps_what_is_too_weak_for_a_name(acta, luz, monkeypatch) -> None:
    hear(monkeypatch, named("S2", luz, 0.9))
    propose_names(acta)
    speaker = voice(acta, "S2")
    assert (speaker.is_named, speaker.label, speaker.proof_quote) == (
        False,
        "Voz 2",
        "",
    )
    assert (speaker.might_be, speaker.confidence) == ("Luz Dary Bernal", 0.9)
    assert voice(acta, "S1").might_be == ""


def test_it_takes_back_what_is_not_proved_any_more(acta, luz, monkeypatch) -> None:
    hear(monkeypatch, named("S2", luz, 0.97))
    propose_names(acta)
    hear(monkeypatch, named("S3", luz, 0.97))
    propose_further(acta)  # under somebody's eyes: added to, not moved
    assert [voice(acta, v).is_named for v in ("S2", "S3")] == [True, True]
    propose_names(acta)
    assert [voice(acta, v).is_named for v in ("S2", "S3")] == [False, True]
    assert (voice(acta, "S2").evidence, voice(acta, "S2").confidence) == ([], None)


# ---- What people said ----------------------------------------------------------------


def test_it_never_touches_what_a_person_confirmed(
    acta, alice, luz, monkeypatch
) -> None:
    name_voice(
        acta.utterances.first(), alice, 1, Person(name="Ana", office="personera")
    )
    before = Speaker.objects.filter(voice="S1").values().get()
    hear(monkeypatch, named("S1", luz, 0.99))
    propose_names(acta)
    assert Speaker.objects.filter(voice="S1").values().get() == before


def test_it_proposes_no_name_again_that_a_person_took_away(
    acta, alice, luz, monkeypatch
) -> None:
    hear(monkeypatch, named("S1", luz, 0.99))
    propose_names(acta)
    unname_voice(acta, voice(acta, "S1"), alice)
    propose_names(acta)
    speaker = voice(acta, "S1")
    assert (speaker.is_named, speaker.might_be) == (False, "")


def test_it_leaves_a_voice_whose_naming_was_undone(
    acta, alice, luz, monkeypatch
) -> None:
    hear(monkeypatch, named("S1", luz, 0.99))
    propose_names(acta)
    confirm_speaker(acta, voice(acta, "S1"), alice)
    acta.undo(alice)
    hear(monkeypatch)
    propose_names(acta)
    assert voice(acta, "S1").councillor == luz  # as the person saw it last


def test_it_asks_nothing_when_no_voice_is_open(acta, luz, monkeypatch) -> None:
    asked = hear(monkeypatch)
    for speaker in Speaker.objects.all():
        speaker.councillor = luz
        speaker.confirm(None)
    propose_names(acta)
    assert asked == []


# ---- What the reading is asked -------------------------------------------------------


def test_it_reads_joined_voices_as_one(acta, alice, luz, monkeypatch) -> None:
    merge_voices(acta, alice, voice(acta, "S4"), into=voice(acta, "S2"))
    asked = hear(monkeypatch, named("S2", luz, 0.99), named("S4", luz, 0.99))
    propose_names(acta)
    assert [line.voice for line in asked[0][0]] == ["S1", "S2", "S3", "S2"]
    assert [line.text for line in asked[0][0]] == ["Uno.", "Dos.", "Tres.", "Cuatro."]
    part = Speaker.objects.get(voice="S4")
    assert (part.label, part.councillor) == ("Luz Dary Bernal", None)
    acta.undo(alice)  # a proposal is no reason not to
    assert Speaker.objects.get(voice="S4").label == "Voz 4"


def test_it_reads_all_voices_of_a_confirmed_person_as_one(acta, luz) -> None:
    for label in ("S1", "S3"):
        speaker = voice(acta, label)
        speaker.councillor = luz
        speaker.confirm(None)
    by_hand = acta.session.speakers.create(name="Ana")
    by_hand.confirm(None)
    guess = voice(acta, "S4")
    guess.councillor = luz
    guess.save()
    acta.utterances.filter(text="Dos.").update(speaker=by_hand)
    labels = labels_of(tied(acta.session.speakers.order_by("pk")))
    voices = [line.voice for line in lines_of(acta, labels)]
    assert voices == ["S1", f"P{by_hand.pk}", "S1", "S4"]


def test_it_knows_who_may_have_spoken(acta, luz) -> None:
    session = acta.session
    gil = make_councillor(session.council, "Luis Gil", gender="M")
    gone = make_councillor(session.council, "Jairo Sanabria")
    gone.tenures.update(until=datetime.date(2025, 1, 1))
    luz.tenures.create(office=Office.PRESIDENT, since=datetime.date(2026, 1, 1))
    session.speakers.create(name="Ana Ruiz", office="personera").confirm(None)
    session.speakers.create(name="Ana Ruis", office="personera")
    session.speakers.create(name="Adriana Pérez Duque").confirm(None)
    found = candidates_of(session, tied(session.speakers.all()))
    assert [(one.name, one.role, one.office, one.gender) for one in found] == [
        ("Luz Dary Bernal", Role.PRESIDENT, "presidenta", "F"),
        ("Luis Gil", Role.COUNCILLOR, "concejal", "M"),
        ("Adriana Pérez Duque", Role.SECRETARY, "secretaria general", "F"),
        ("Ana Ruiz", Role.GUEST, "personera", ""),
    ]
    session.presider = gil
    roles = [one.role for one in candidates_of(session, [])]
    assert roles == [Role.COUNCILLOR, Role.PRESIDENT, Role.SECRETARY]


def test_it_takes_what_a_person_said_as_given(acta, alice, luz, monkeypatch) -> None:
    name_voice(acta.utterances.first(), alice, 1, Person(councillor_id=luz.pk))
    staff = acta.session.speakers.create(name="Adriana Pérez Duque")
    guest = acta.session.speakers.create(name="Ana", office="personera")
    for one, text in ((staff, "Tres."), (guest, "Cuatro.")):
        one.confirm(alice)
        acta.utterances.filter(text=text).update(speaker=one)
    asked = hear(monkeypatch)
    propose_names(acta)
    lines, people, more = asked[0]
    assert more["given"] == {
        "S1": f"c{luz.pk}",
        f"P{staff.pk}": "secretary",
        f"P{guest.pk}": "guest:Ana, personera",
    }
    assert set(more["given"].values()) <= {one.key for one in people}
    assert [line.voice for line in lines] == [
        "S1", "S2", f"P{staff.pk}", f"P{guest.pk}"
    ]  # fmt: skip


def test_it_hears_whom_the_council_remembers(acta, luz, monkeypatch) -> None:
    for _ in range(6):
        make_councillor(acta.session.council)
    match = Match(luz.pk, 0.8, 0.3, "Sesión ordinaria n.º 50")
    known = {"S3": match, "S9": match}  # of which nothing is said any more
    monkeypatch.setattr(naming.voiceprints, "evidence_for", lambda _: known)
    propose_names(acta)
    speaker = voice(acta, "S3")
    assert speaker.councillor == luz
    assert [(one["kind"], one["start"], one["quote"]) for one in speaker.evidence] == [
        ("voiceprint", 20.0, "Sesión ordinaria n.º 50")
    ]
    assert (speaker.proof_start, speaker.proof_quote) == (None, "")  # it is no sentence
    assert not any(voice(acta, label).is_named for label in ("S1", "S2", "S4"))


def test_it_loses_no_draft_over_a_name(monkeypatch) -> None:
    def broken(*_args, **_more):
        raise ValueError

    monkeypatch.setattr(naming, "namings", broken)
    session = make_session()
    make_turns(make_transcription(make_recording(session), ["Hola."] * 2), "12")
    assert proposals.draft(session).utterances.count() == 2


# ---- After a person named one --------------------------------------------------------


@pytest.mark.parametrize(
    "verb",
    [
        lambda acta, alice: confirm_speaker(acta, voice(acta, "S2"), alice),
        lambda acta, alice: name_voice(row(acta), alice, 1, Person(name="Ana")),
        lambda acta, alice: name_speaker(
            acta, voice(acta, "S1"), alice, Person(name="Ana")
        ),
        lambda acta, alice: unname_voice(acta, voice(acta, "S2"), alice),
        lambda acta, alice: merge_voices(
            acta, alice, voice(acta, "S1"), into=voice(acta, "S4")
        ),
        lambda acta, alice: split_voice(row(acta), alice, 1),
    ],
)
def test_it_reads_on_after_a_verb_and_after_undoing_it(
    acta, alice, luz, monkeypatch, django_capture_on_commit_callbacks, verb
) -> None:
    acta.session.speakers.filter(voice="S2").update(name="Eva")
    hear(monkeypatch, named("S3", luz, 0.99))
    for change in (verb, lambda acta, alice: undo(acta, alice)):
        OrmQ.objects.all().delete()
        with django_capture_on_commit_callbacks(execute=True):
            change(acta, alice)
        task = OrmQ.objects.get().task
        assert (task["func"], task["args"]) == ("actas.tasks.name_voices", (acta.pk,))
    tasks.name_voices(acta.pk)
    assert voice(acta, "S3").councillor == luz
    assert voice(acta, "S2").name == "Eva"  # a proposal that stands is not moved


def test_it_reads_nothing_after_a_text_is_undone(
    acta, alice, django_capture_on_commit_callbacks
) -> None:
    row(acta).change(alice, 1, text="Otro.")
    with django_capture_on_commit_callbacks(execute=True):
        assert undo(acta, alice).utterance == row(acta)
        assert undo(acta, alice) is None
    assert not OrmQ.objects.exists()


def test_it_writes_nothing_that_was_read_before_somebody_spoke(
    acta, alice, luz, monkeypatch
) -> None:
    hear(monkeypatch, named("S3", luz, 0.99))
    read = naming.namings

    def meanwhile(*lines, **more):
        name_speaker(acta, voice(acta, "S4"), alice, Person(luz.pk))
        return read(*lines, **more)

    monkeypatch.setattr(naming, "namings", meanwhile)
    tasks.name_voices(acta.pk)
    assert not voice(acta, "S3").is_named
    monkeypatch.setattr(naming, "namings", read)  # the task of that naming
    tasks.name_voices(acta.pk)
    assert voice(acta, "S3").is_named


def test_it_keeps_nobody_waiting_while_it_reads(acta, luz, monkeypatch) -> None:
    hear(monkeypatch, named("S3", luz, 0.99))
    with CaptureQueriesContext(connection) as asked:
        tasks.name_voices(acta.pk)
    said = [query["sql"] for query in asked.captured_queries]
    read = next(at for at, sql in enumerate(said) if "actas_utterance" in sql)
    assert not any("FOR UPDATE" in sql for sql in said[:read])
    assert "FOR UPDATE" in "".join(said[read:])


def test_it_proposes_nothing_in_a_closed_acta(acta, luz, monkeypatch) -> None:
    hear(monkeypatch, named("S3", luz, 0.99))
    acta.send()
    tasks.name_voices(acta.pk)
    assert not voice(acta, "S3").is_named
    tasks.name_voices(0)


# ---- From the recording --------------------------------------------------------------


def test_it_names_the_voices_of_a_roll_call() -> None:
    session = make_session()
    names = ["Luz Dary Bernal Ortiz", "Luis Carlos Tavera Ossa", "Rosa Vélez Arango"]
    people = [make_councillor(session.council, name) for name in names]
    lines, voices = ["Señora secretaria, sírvase llamar a lista."], "1"
    for n, name in enumerate(names):
        lines += [f"Honorable concejal {name}.", "Presente."]
        voices += f"2{n + 3}"
    speech = "Gracias, presidenta. Yo quiero hablar de la vía a la vereda El Porvenir."
    for n, name in enumerate(names):
        lines += [f"Tiene la palabra la honorable concejal {name}.", speech]
        voices += f"1{n + 3}"
    make_turns(make_transcription(make_recording(session), lines), voices)
    proposals.draft(session)
    found = dict(session.speakers.values_list("voice", "councillor"))
    expected = {f"S{n + 3}": who.pk for n, who in enumerate(people)}
    assert {v: pk for v, pk in found.items() if v in expected} == expected
    assert found["S1"] is None  # nothing but her office says who she is
    speaker = session.speakers.get(voice="S3")
    assert not speaker.is_confirmed
    assert speaker.proof_quote
    assert speaker.proof_start is not None
