"""Corrections: recorded, undoable, never over somebody else's work."""

import uuid

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from actas.editing import (
    Person,
    confirm_speaker,
    name_run,
    name_sentence,
    name_voice,
    verify_all,
)
from actas.models import Acta, Conflict, Edit, NotAllowed, Utterance
from sessions.models import Speaker
from tests.make import (
    make_acta,
    make_council,
    make_councillor,
    make_session,
    make_transcription,
    make_user,
)
from transcription.models import Segment

pytestmark = pytest.mark.django_db
State = Utterance.State


@pytest.fixture
def acta() -> Acta:
    return make_acta(lines=["Uno.", "Dos.", "Tres.", "Cuatro."])


@pytest.fixture
def alice(acta: Acta):
    return make_user(acta.session.council, "secretary", name="Alicia Ruiz")


@pytest.fixture
def bob(acta: Acta):
    return make_user(acta.session.council, "secretary", name="Bernardo Gil")


def first(acta: Acta) -> Utterance:
    return acta.utterances.first()


def texts(acta: Acta) -> list[str]:
    return list(acta.utterances.values_list("text", flat=True))


def voice(acta: Acta, label: str, *positions: int, **facts) -> Speaker:
    """Give the sentences at `positions` to a voice."""
    speaker = Speaker.objects.create(session=acta.session, voice=label, **facts)
    pks = list(acta.utterances.values_list("pk", flat=True))
    chosen = [pks[position] for position in positions]
    Utterance.objects.filter(pk__in=chosen).update(speaker=speaker)
    return speaker


def labels(acta: Acta) -> list[str]:
    return [
        row.speaker.label if row.speaker else ""
        for row in acta.utterances.select_related("speaker__councillor")
    ]


# ---- One sentence ------------------------------------------------------------------


def test_it_changes_a_text_and_notes_the_edit(acta: Acta, alice) -> None:
    edit = first(acta).change(alice, 1, text="Uno, y dos.")
    changed = first(acta)
    assert (changed.text, changed.version, changed.state) == (
        "Uno, y dos.",
        2,
        State.EDITED,
    )
    assert (edit.who, edit.before["text"], edit.after["text"]) == (
        alice,
        "Uno.",
        "Uno, y dos.",
    )


def test_it_refuses_a_text_that_was_read_before_somebody_changed_it(
    acta: Acta, alice, bob
) -> None:
    mine = first(acta)
    first(acta).change(bob, 1, text="De Bernardo.")
    with pytest.raises(Conflict):
        mine.change(alice, 1, text="De Alicia.")
    assert first(acta).text == "De Bernardo."
    assert acta.edits.count() == 1


def test_it_takes_the_same_save_twice_as_one(acta: Acta, alice) -> None:
    first(acta).change(alice, 1, text="Uno y medio.")
    assert first(acta).change(alice, 1, text="Uno y medio.") is None
    assert (acta.edits.count(), first(acta).version) == (1, 2)


def test_it_counts_the_machine_text_put_back_as_the_machines(acta: Acta, alice) -> None:
    first(acta).change(alice, 1, text="Otra cosa.")
    first(acta).change(alice, 2, text="Uno.")
    assert first(acta).state == State.MACHINE


def test_it_asks_for_verifying_again_after_a_new_text(acta: Acta, alice) -> None:
    first(acta).change(alice, 1, state=State.VERIFIED)
    first(acta).change(alice, 2, text="Uno, corregido.")
    assert first(acta).state == State.EDITED


@pytest.mark.parametrize(
    "state", [Acta.State.SENT, Acta.State.APPROVED, Acta.State.PUBLISHED]
)
def test_it_changes_nothing_in_a_closed_acta(acta: Acta, alice, state: str) -> None:
    speaker = voice(acta, "S1", 0)
    Acta.objects.filter(pk=acta.pk).update(state=state)
    row, who = first(acta), Person(name="Ana")
    for verb in (
        lambda: row.change(alice, 1, text="Nuevo."),
        lambda: verify_all(acta, alice, 0, 600),
        lambda: name_sentence(row, alice, 1, who),
        lambda: name_voice(row, alice, 1, who),
        lambda: name_run(row, alice, 1, who),
        lambda: confirm_speaker(acta, speaker, alice),
    ):
        with pytest.raises(NotAllowed, match="no se puede corregir"):
            verb()
    assert acta.edits.count() == 0
    assert texts(acta) == ["Uno.", "Dos.", "Tres.", "Cuatro."]
    assert Speaker.objects.count() == 1


# ---- Undo --------------------------------------------------------------------------


def test_it_undoes_ones_own_last_change_and_then_the_one_before(
    acta: Acta, alice, bob
) -> None:
    rows = list(acta.utterances.all())
    rows[0].change(alice, 1, text="A.")
    rows[1].change(alice, 1, text="B.")
    rows[2].change(bob, 1, text="C.")
    acta.undo(alice)
    assert texts(acta) == ["A.", "Dos.", "C.", "Cuatro."]
    acta.undo(alice)
    assert texts(acta) == ["Uno.", "Dos.", "C.", "Cuatro."]
    assert acta.undo(alice) is None
    assert first(acta).state == State.MACHINE
    assert first(acta).version == 3


def test_it_undoes_a_batch_as_one_step(acta: Acta, alice) -> None:
    first(acta).change(alice, 1, text="A mano.")
    assert verify_all(acta, alice, 0, 600) == 3
    assert set(acta.utterances.values_list("state", flat=True)) == {
        State.EDITED,
        State.VERIFIED,
    }
    acta.undo(alice)
    assert list(acta.utterances.values_list("state", flat=True)) == [
        State.EDITED,
        *[State.MACHINE] * 3,
    ]


def test_it_undoes_several_saves_of_one_stay_at_once(acta: Acta, alice) -> None:
    stay = uuid.uuid4()
    for version, text in enumerate(["U", "Un", "Una cosa."], 1):
        first(acta).change(alice, version, stay, text=text)
    acta.undo(alice)
    assert first(acta).text == "Uno."
    assert acta.undo(alice) is None


def test_it_does_not_undo_over_somebody_elses_later_change(
    acta: Acta, alice, bob
) -> None:
    first(acta).change(alice, 1, text="De Alicia.")
    first(acta).change(bob, 2, text="De Bernardo.")
    with pytest.raises(Conflict):
        acta.undo(alice)
    assert first(acta).text == "De Bernardo."


def test_it_does_not_undo_in_a_closed_acta(acta: Acta, alice) -> None:
    first(acta).change(alice, 1, text="De Alicia.")
    Acta.objects.get(pk=acta.pk).send()
    with pytest.raises(NotAllowed):
        acta.undo(alice)
    assert first(acta).text == "De Alicia."


# ---- Whole tramos and names --------------------------------------------------------


def test_it_verifies_only_what_begins_inside(acta: Acta, alice) -> None:
    assert verify_all(acta, alice, 10, 30) == 2
    assert list(acta.utterances.values_list("state", "version")) == [
        ("machine", 1),
        ("verified", 2),
        ("verified", 2),
        ("machine", 1),
    ]


def test_it_names_one_sentence_and_reuses_the_row_of_a_person(
    acta: Acta, alice
) -> None:
    voice(acta, "S1", 0, 1, 2, 3)
    ana = Person(name="Ana Ruiz", office="personera")
    rows = list(acta.utterances.all())
    name_sentence(rows[0], alice, 1, ana)
    name_sentence(rows[2], alice, 1, ana)
    assert labels(acta) == ["Ana Ruiz", "Voz 1", "Ana Ruiz", "Voz 1"]
    assert Speaker.objects.count() == 2
    speaker = Speaker.objects.get(name="Ana Ruiz")
    assert (speaker.confirmed_by, speaker.source) == (alice, "person")


def test_it_keeps_a_sentence_with_its_person_when_a_voice_is_renamed(
    acta: Acta, alice
) -> None:
    voice(acta, "S1", 0, 1)
    voice(acta, "S2", 2, 3, name="Ana Ruiz", office="personera")
    rows = list(acta.utterances.all())
    name_sentence(rows[0], alice, 1, Person(name="Ana Ruiz", office="personera"))
    name_voice(rows[2], alice, 1, Person(name="Luis Gil"))
    assert labels(acta) == ["Ana Ruiz", "Voz 1", "Luis Gil", "Luis Gil"]


def test_it_names_a_voice_in_the_whole_session_and_undoes_it(acta: Acta, alice) -> None:
    councillor = make_councillor(acta.session.council, "Rosa Vélez")
    speaker = voice(acta, "S1", 0, 2, name="Rosa Veles", source="machine")
    name_voice(first(acta), alice, 1, Person(councillor.pk))
    speaker.refresh_from_db()
    assert labels(acta) == ["Rosa Vélez", "", "Rosa Vélez", ""]
    assert speaker.confirmed_by == alice
    assert (timezone.now() - speaker.confirmed_at).total_seconds() < 60
    acta.undo(alice)
    speaker.refresh_from_db()
    assert (speaker.label, speaker.source) == ("Rosa Veles", "machine")
    assert not speaker.is_confirmed
    assert speaker.confirmed_by is None


def test_it_does_not_undo_a_name_that_somebody_changed_since(
    acta: Acta, alice, bob
) -> None:
    speaker = voice(acta, "S1", 0)
    name_voice(first(acta), alice, 1, Person(name="Ana"))
    name_voice(first(acta), bob, 1, Person(name="Berta"))
    with pytest.raises(Conflict):
        acta.undo(alice)
    speaker.refresh_from_db()
    assert speaker.name == "Berta"


def test_it_names_the_nameless_run_until_the_voice_changes(acta: Acta, alice) -> None:
    voice(acta, "S1", 0, 1)
    voice(acta, "S2", 2)
    assert name_run(first(acta), alice, 1, Person(name="Ana")) == 2
    assert labels(acta) == ["Ana", "Ana", "Voz 2", ""]
    acta.undo(alice)
    assert labels(acta) == ["Voz 1", "Voz 1", "Voz 2", ""]


def test_it_stops_a_run_before_a_sentence_with_a_name(acta: Acta, alice) -> None:
    voice(acta, "S1", 2, name="Luis")
    assert name_run(first(acta), alice, 1, Person(name="Ana")) == 2
    assert labels(acta) == ["Ana", "Ana", "Luis", ""]


def test_it_takes_one_naming_for_each_change_of_speaker(acta: Acta, alice) -> None:
    rows = list(acta.utterances.all())
    assert name_run(rows[0], alice, 1, Person(name="Ana")) == 4
    assert name_run(rows[1], alice, 2, Person(name="Luis")) == 3
    assert name_run(rows[3], alice, 3, Person(name="Ana")) == 1
    assert labels(acta) == ["Ana", "Luis", "Luis", "Ana"]
    assert name_run(rows[1], alice, 3, Person(name="Eva")) == 2
    acta.undo(alice)
    assert labels(acta) == ["Ana", "Luis", "Luis", "Ana"]


def test_it_goes_on_over_two_rows_of_one_person_and_over_nobody(
    acta: Acta, alice
) -> None:
    voice(acta, "S1", 0, name="Luis", office="personero")
    voice(acta, "S2", 2, name="Luis", office="personero")
    voice(acta, "S3", 3)
    assert name_run(first(acta), alice, 1, Person(name="Ana")) == 3
    assert labels(acta) == ["Ana", "Ana", "Ana", "Voz 3"]


@pytest.mark.parametrize(("name", "count"), [("Ana", 4), ("Eva", 2)])
def test_it_stops_before_what_was_verified_as_anothers(
    acta: Acta, alice, name: str, count: int
) -> None:
    voice(acta, "S1", 0, 1, 2, 3, name="Ana")
    acta.utterances.filter(text="Tres.").update(state=State.VERIFIED)
    assert name_run(first(acta), alice, 1, Person(name=name)) == count
    assert labels(acta)[2:] == ["Ana", "Ana"]


@pytest.mark.parametrize("verb", [name_sentence, name_voice, name_run])
def test_it_names_nothing_that_changed_since_it_was_read(
    acta: Acta, alice, bob, verb
) -> None:
    voice(acta, "S1", 0)
    first(acta).change(bob, 1, text="De Bernardo.")
    with pytest.raises(Conflict):
        verb(first(acta), alice, 1, Person(name="Ana"))
    assert labels(acta)[0] == "Voz 1"
    assert Speaker.objects.count() == 1


def test_it_confirms_what_the_machine_proposed(acta: Acta, alice) -> None:
    speaker = voice(
        acta, "S1", 0, name="Luis", source="machine", proof_quote="Soy Luis"
    )
    confirm_speaker(acta, speaker, alice)
    speaker.refresh_from_db()
    assert (speaker.name, speaker.confirmed_by) == ("Luis", alice)
    assert speaker.proof_quote == "Soy Luis"


# ---- What never changes ------------------------------------------------------------


def refused(change) -> bool:
    with pytest.raises(DatabaseError, match="never change"), transaction.atomic():
        change()
    return True


def test_it_refuses_to_change_an_edit(acta: Acta, alice) -> None:
    first(acta).change(alice, 1, text="Otra.")
    assert refused(lambda: Edit.objects.update(before={}))


def test_it_refuses_to_change_or_delete_a_version(acta: Acta, alice) -> None:
    acta.send()
    version = acta.approve(alice, {"title": "Acta"}, b"docx")
    assert refused(lambda: acta.versions.update(word=b"other"))
    assert refused(version.delete)


def test_it_refuses_to_change_what_the_machine_heard() -> None:
    session = make_session(make_council())
    acta = make_acta(session)
    make_transcription(session.recordings.get(), ["Lo que se oyó."])
    assert acta.utterances.exists()
    with pytest.raises(DatabaseError), transaction.atomic():
        Segment.objects.update(text="Lo que se quiso oír.")
    assert Segment.objects.get().text == "Lo que se oyó."
