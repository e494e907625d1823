"""Whole voices: named, joined, parted, given back; each undone as one step."""

import pytest

from actas.editing import (
    Person,
    confirm_speaker,
    described,
    name_run,
    name_sentence,
    name_voice,
)
from actas.models import Acta, Conflict, Edit, NotAllowed, Utterance
from actas.voices import (
    give_to_voice,
    join_voice,
    merge_voices,
    name_speaker,
    split_voice,
    unname_voice,
)
from councils.models import User
from sessions.colours import colours_of, person
from sessions.models import Speaker
from tests.make import make_acta, make_councillor, make_session, make_user

pytestmark = pytest.mark.django_db
ANA = Person(name="Ana Ruiz", office="personera")


@pytest.fixture
def acta() -> Acta:
    return make_acta(make_session(), ["Uno.", "Dos.", "Tres.", "Cuatro.", "Cinco."])


@pytest.fixture
def alice(acta: Acta) -> User:
    return make_user(acta.session.council, "secretary")


@pytest.fixture
def bob(acta: Acta) -> User:
    return make_user(acta.session.council, "secretary")


def voice(acta: Acta, label: str, *positions: int, **facts) -> Speaker:
    """Give the sentences at `positions` to a voice that the machine told apart."""
    facts = {"source": "machine"} | facts
    speaker = acta.session.speakers.create(voice=label, **facts)
    for position in positions:
        acta.utterances.filter(start=10.0 * position).update(speaker=speaker)
    return speaker


def row(acta: Acta, position: int) -> Utterance:
    return acta.utterances.get(start=10.0 * position)


def labels(acta: Acta) -> list[str]:
    rows = acta.utterances.select_related("speaker__same_as__councillor")
    return [u.speaker.label if u.speaker else "" for u in rows]


def undone(acta: Acta, user: User) -> str:
    return described(acta.undo(user))


# ---- Names ---------------------------------------------------------------------------


def test_it_names_a_voice_without_a_sentence(acta, alice) -> None:
    speaker = voice(acta, "S1", 0, 2)
    name_speaker(acta, speaker, alice, ANA)
    assert labels(acta) == ["Ana Ruiz", "", "Ana Ruiz", "", ""]
    speaker.refresh_from_db()
    assert (speaker.is_attributed, speaker.confirmed_by) == (True, alice)
    assert "vuelve a ser Voz 1" in undone(acta, alice)
    assert labels(acta)[0] == "Voz 1"


def test_it_says_that_a_confirmation_was_undone(acta, alice) -> None:
    speaker = voice(acta, "S1", 0, name="Ana")
    confirm_speaker(acta, speaker, alice)
    assert undone(acta, alice) == (
        "Se deshizo la confirmación: Ana vuelve a estar por confirmar."
    )
    speaker.refresh_from_db()
    assert (speaker.name, speaker.is_confirmed) == ("Ana", False)


def test_it_confirms_nobody_where_nobody_is_proposed(acta, alice) -> None:
    with pytest.raises(Conflict):
        confirm_speaker(acta, voice(acta, "S1", 0), alice)


def test_it_confirms_nobody_but_who_was_read(acta, alice) -> None:
    read = voice(acta, "S1", 0, name="Ana")
    Speaker.objects.update(name="Eva")  # proposed since, by another reading
    with pytest.raises(Conflict):
        confirm_speaker(acta, read, alice)
    assert not acta.edits.exists()


@pytest.mark.parametrize("confirmed", [True, False])
def test_it_takes_a_name_away_and_gives_it_back(acta, alice, confirmed: bool) -> None:
    luz = make_councillor(acta.session.council, "Luz Dary Bernal")
    speaker = voice(acta, "S7", 0, councillor=luz)
    if confirmed:
        confirm_speaker(acta, speaker, alice)
    unname_voice(acta, speaker, alice)
    assert labels(acta)[0] == "Voz 7"
    with pytest.raises(Conflict):
        unname_voice(acta, speaker, alice)
    assert undone(acta, alice).endswith("vuelve a ser Luz Dary Bernal.")
    speaker.refresh_from_db()
    assert (speaker.councillor, speaker.is_confirmed) == (luz, confirmed)


# ---- Two voices that are one ---------------------------------------------------------


def test_it_joins_two_voices_without_touching_a_sentence(acta, alice) -> None:
    one, other = voice(acta, "S1", 0, 1), voice(acta, "S2", 2, 3)
    before = list(acta.utterances.values())
    assert merge_voices(acta, alice, other, into=one) == one
    assert labels(acta) == ["Voz 1"] * 4 + [""]
    assert list(acta.utterances.values()) == before
    name_voice(row(acta, 3), alice, 1, ANA)  # by a sentence of the part
    assert labels(acta) == ["Ana Ruiz"] * 4 + [""]
    acta.undo(alice)
    assert undone(acta, alice) == (
        "Se deshizo la unión de dos voces: Voz 2 vuelve a estar aparte."
    )
    assert labels(acta) == ["Voz 1", "Voz 1", "Voz 2", "Voz 2", ""]


def test_it_shows_a_part_as_the_whole(acta, alice) -> None:
    one, other = voice(acta, "S11", 0), voice(acta, "S2", 1)
    merge_voices(acta, alice, other, into=one)
    other.refresh_from_db()
    assert (other.label, other.initials, other.is_named) == ("Voz 11", "11", False)
    name_speaker(acta, other, alice, ANA)
    other = Speaker.objects.get(pk=other.pk)
    assert (other.label, other.initials) == ("Ana Ruiz", "AR")
    assert (other.office_label, other.is_attributed) == ("personera", True)
    assert Person.of(other) == ANA
    assert other.name == ""  # it is asked of the whole
    colours = colours_of(acta.session, acta.session.speakers.order_by("pk"))
    assert person(other) == person(Speaker.objects.get(pk=one.pk))
    assert person(other) in colours


@pytest.mark.parametrize("named", ["S1", "S2"])
def test_it_lets_the_confirmed_one_say_who_both_are(acta, alice, named: str) -> None:
    one, other = voice(acta, "S1", 0, name="Eva"), voice(acta, "S2", 1)
    name_speaker(acta, one if named == "S1" else other, alice, ANA)
    assert merge_voices(acta, alice, other, into=one).voice == named
    assert labels(acta)[:2] == ["Ana Ruiz"] * 2


def test_it_makes_no_chains(acta, alice) -> None:
    a, b, c = (voice(acta, f"S{n}", n) for n in (1, 2, 3))
    d = voice(acta, "S4", 4)
    merge_voices(acta, alice, a, into=b)
    merge_voices(acta, alice, c, into=a)  # that is, into b
    merge_voices(acta, alice, b, into=d)  # and all that is part of it
    assert set(Speaker.objects.values_list("voice", "same_as__voice")) == {
        ("S1", "S4"), ("S2", "S4"), ("S3", "S4"), ("S4", None)
    }  # fmt: skip
    with pytest.raises(Conflict):
        merge_voices(acta, alice, a, into=c)
    acta.undo(alice)
    assert labels(acta) == ["", "Voz 2", "Voz 2", "Voz 2", "Voz 4"]


def test_it_undoes_no_union_that_somebody_built_on(acta, alice, bob) -> None:
    a, b, c = (voice(acta, f"S{n}", n) for n in (1, 2, 3))
    merge_voices(acta, alice, a, into=b)
    merge_voices(acta, bob, b, into=c)
    with pytest.raises(Conflict):
        acta.undo(alice)
    assert labels(acta)[1:4] == ["Voz 3"] * 3


def test_it_takes_all_voices_of_a_confirmed_person_as_one(acta, alice) -> None:
    for n, label in enumerate(("S1", "S2")):
        name_speaker(acta, voice(acta, label, n), alice, ANA)
    name_sentence(row(acta, 2), alice, 1, ANA)
    one, other = Speaker.objects.get(voice="S1"), voice(acta, "S3", 3)
    for verb in (
        lambda: unname_voice(acta, one, alice),
        lambda: name_speaker(acta, one, alice, Person(name="Eva")),
    ):
        verb()
        assert "Ana Ruiz" not in labels(acta)[:2]
        assert labels(acta)[2] == "Ana Ruiz"  # this one was given by itself
        acta.undo(alice)
        assert labels(acta)[:3] == ["Ana Ruiz"] * 3
    name_speaker(acta, other, alice, Person(name="Eva"))
    assert merge_voices(acta, alice, one, into=other) == other
    assert labels(acta) == ["Eva"] * 4 + [""]
    acta.undo(alice)
    assert labels(acta) == ["Ana Ruiz"] * 3 + ["Eva", ""]


def test_it_names_a_voice_that_is_whose_sentences_were_given_by_hand(
    acta, alice
) -> None:
    name_sentence(row(acta, 0), alice, 1, ANA)
    loose, found = row(acta, 0).speaker, voice(acta, "S7", 1, 2)
    assert merge_voices(acta, alice, found, into=loose) == found
    assert labels(acta) == ["Ana Ruiz"] * 3 + ["", ""]
    name_speaker(acta, found, alice, Person(name="Eva"))
    assert labels(acta)[:3] == ["Ana Ruiz", "Eva", "Eva"]


def test_it_joins_the_voice_that_a_sentence_has_by_now(acta, alice, bob) -> None:
    one, other, third = (voice(acta, f"S{n + 1}", n) for n in range(3))
    read = row(acta, 0)
    give_to_voice(row(acta, 0), bob, 1, third)
    with pytest.raises(Conflict):
        join_voice(read, alice, 1, other)
    join_voice(read, alice, 2, other)
    assert labels(acta)[:3] == ["Voz 2"] * 3
    assert Speaker.objects.get(pk=one.pk).same_as is None


def test_it_joins_no_voice_of_another_session(acta, alice) -> None:
    other = make_session().speakers.create(voice="S1")
    with pytest.raises(Conflict):
        merge_voices(acta, alice, voice(acta, "S1", 0), into=other)
    with pytest.raises(Conflict):
        give_to_voice(row(acta, 0), alice, 1, other)


# ---- One voice that is two -----------------------------------------------------------


def test_it_parts_a_voice_from_a_sentence_on(acta, alice) -> None:
    one = voice(acta, "S3", 0, 2)
    part = voice(acta, "S4", 3, same_as=one)
    voice(acta, "S5", 1, 4)
    new = split_voice(row(acta, 2), alice, 1)
    assert labels(acta) == ["Voz 3", "Voz 5", "Voz 3B", "Voz 3B", "Voz 5"]
    new.refresh_from_db()
    assert (new.source, new.is_named, new.initials) == ("person", False, "3B")
    assert list(acta.utterances.values_list("version", flat=True)) == [1, 1, 2, 2, 1]
    assert undone(acta, alice) == (
        "Se deshizo la separación de una voz: 2 intervenciones vuelven a la voz de "
        "antes."
    )
    assert labels(acta) == ["Voz 3", "Voz 5", "Voz 3", "Voz 3", "Voz 5"]
    assert row(acta, 3).speaker == part  # each to its own row


def test_it_uses_no_label_twice(acta, alice) -> None:
    voice(acta, "S3", 0, 1, 2, 3, 4)
    split_voice(row(acta, 1), alice, 1)
    split_voice(row(acta, 3), alice, 2)  # of the new one
    acta.undo(alice)
    split_voice(row(acta, 4), alice, row(acta, 4).version)
    assert labels(acta) == ["Voz 3", "Voz 3B", "Voz 3B", "Voz 3B", "Voz 3D"]


def test_it_parts_nothing_that_changed_or_has_no_voice(acta, alice) -> None:
    voice(acta, "S1", 0)
    with pytest.raises(Conflict):
        split_voice(row(acta, 0), alice, 2)
    with pytest.raises(Conflict):
        split_voice(row(acta, 1), alice, 1)
    assert not Edit.objects.exists()
    assert Speaker.objects.count() == 1


# ---- One sentence --------------------------------------------------------------------


def test_it_gives_one_sentence_to_a_voice_without_a_name(acta, alice) -> None:
    voice(acta, "S1", 0, 1)
    other = voice(acta, "S2", 2)
    give_to_voice(row(acta, 1), alice, 1, other)
    assert labels(acta)[:3] == ["Voz 1", "Voz 2", "Voz 2"]
    assert give_to_voice(row(acta, 1), alice, 2, other) is None
    with pytest.raises(Conflict):
        give_to_voice(row(acta, 0), alice, 2, other)
    assert undone(acta, alice) == "Se deshizo el nombre de la intervención de 0:00:10."
    assert labels(acta)[1] == "Voz 1"


def test_it_gives_no_sentence_to_a_row_that_is_somebody_else_now(acta, alice) -> None:
    name_sentence(row(acta, 0), alice, 1, ANA)
    luis = voice(acta, "S1", 1, name="Luis Gil")
    confirm_speaker(acta, luis, alice)
    merge_voices(acta, alice, Speaker.objects.get(name="Ana Ruiz"), into=luis)
    name_sentence(row(acta, 2), alice, 1, ANA)
    assert labels(acta)[:3] == ["Luis Gil", "Luis Gil", "Ana Ruiz"]


def test_it_shows_that_sentences_given_by_hand_are_nobodys_now(acta, alice) -> None:
    name_sentence(row(acta, 0), alice, 1, ANA)
    unname_voice(acta, Speaker.objects.get(), alice)
    (speaker,) = Speaker.objects.all()
    assert (speaker.label, speaker.initials) == ("Voz sin número", "?")
    name_sentence(row(acta, 1), alice, 1, ANA)
    assert labels(acta)[:2] == ["Voz sin número", "Ana Ruiz"]


def test_it_goes_down_a_run_over_the_parts_of_a_voice(acta, alice) -> None:
    one = voice(acta, "S1", 0, 2)
    voice(acta, "S2", 1, same_as=one)
    voice(acta, "S3", 3)
    assert name_run(row(acta, 0), alice, 1, ANA) == 3


# ---- When the acta is closed ---------------------------------------------------------


@pytest.mark.parametrize("state", ["sent", "approved", "published"])
def test_it_changes_nothing_in_a_closed_acta(acta, alice, state: str) -> None:
    one, other = voice(acta, "S1", 0, name="Eva"), voice(acta, "S2", 1)
    Acta.objects.filter(pk=acta.pk).update(state=state)
    sentence = row(acta, 0)
    for verb in (
        lambda: name_speaker(acta, one, alice, ANA),
        lambda: unname_voice(acta, one, alice),
        lambda: merge_voices(acta, alice, other, into=one),
        lambda: split_voice(sentence, alice, 1),
        lambda: give_to_voice(sentence, alice, 1, other),
    ):
        with pytest.raises(NotAllowed, match="no se puede corregir"):
            verb()
    assert not Edit.objects.exists()
    assert labels(acta)[:2] == ["Eva", "Voz 2"]
    assert Speaker.objects.count() == 2
