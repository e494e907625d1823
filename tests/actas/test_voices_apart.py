"""A voice taken out again of the person that it was said to be."""

import pytest
from django.test import Client
from django.utils import timezone

from actas.editing import Person, described
from actas.models import Acta, Conflict, NotAllowed
from actas.settling import undo
from actas.tramo import Tramo
from actas.voices import merge_voices, name_speaker, separate_voice
from councils.models import User
from sessions.models import Speaker
from tests.make import make_acta, make_councillor, make_session, make_user

pytestmark = pytest.mark.django_db
ANA, EVA = Person(name="Ana Ruiz"), Person(name="Eva Sol")


@pytest.fixture
def acta() -> Acta:
    """Three voices, a sentence each."""
    acta = make_acta(make_session(), ["Uno.", "Dos.", "Tres."])
    for number, row in enumerate(acta.utterances.all(), 1):
        facts = {"voice": f"S{number}", "source": "machine"}
        row.speaker = acta.session.speakers.create(**facts)
        row.save()
    return acta


@pytest.fixture
def alice(acta: Acta) -> User:
    return make_user(acta.session.council, "secretary")


def voice(acta: Acta, number: int) -> Speaker:
    return acta.session.speakers.select_related("same_as").get(voice=f"S{number}")


def labels(acta: Acta) -> list[str]:
    return [voice(acta, number).label for number in (1, 2, 3)]


def join(acta: Acta, user: User, *numbers: int) -> None:
    """Say that voices are one: the first of them."""
    for number in numbers[1:]:
        merge_voices(acta, user, voice(acta, number), into=voice(acta, numbers[0]))


# ---- What is done --------------------------------------------------------------------


def test_it_takes_one_voice_out_of_three(acta, alice) -> None:
    name_speaker(acta, voice(acta, 1), alice, ANA)
    join(acta, alice, 1, 2, 3)
    sentences = list(acta.utterances.values())
    separate_voice(acta, alice, voice(acta, 2))
    assert labels(acta) == ["Ana Ruiz", "Voz 2", "Ana Ruiz"]
    assert list(acta.utterances.values()) == sentences
    assert described(undo(acta, alice)) == (
        "Se deshizo la separación de una voz: vuelve a ser de Ana Ruiz."
    )
    assert labels(acta) == ["Ana Ruiz"] * 3


def test_it_gives_a_voice_its_own_name_back(acta, alice) -> None:
    name_speaker(acta, voice(acta, 1), alice, ANA)
    name_speaker(acta, voice(acta, 2), alice, EVA)
    join(acta, alice, 1, 2)
    separate_voice(acta, alice, voice(acta, 2))
    assert labels(acta)[:2] == ["Ana Ruiz", "Eva Sol"]


@pytest.mark.parametrize("confirmed", [True, False])
def test_it_takes_away_the_name_that_is_wrong(acta, alice, confirmed: bool) -> None:
    luz = make_councillor(acta.session.council, "Luz Dary Bernal")
    rows = acta.session.speakers.filter(voice="S2")
    rows.update(councillor=luz, confirmed_at=timezone.now() if confirmed else None)
    name_speaker(acta, voice(acta, 1), alice, Person(luz.pk))
    join(acta, alice, 1, 2)
    separate_voice(acta, alice, voice(acta, 2))
    assert labels(acta)[:2] == ["Luz Dary Bernal", "Voz 2"]
    assert voice(acta, 2).source == "person"  # so that it is not proposed again
    undo(acta, alice)
    assert labels(acta)[:2] == ["Luz Dary Bernal"] * 2


def test_it_parts_two_voices_confirmed_as_one_person(acta, alice) -> None:
    for number in (1, 2):
        name_speaker(acta, voice(acta, number), alice, ANA)
    separate_voice(acta, alice, voice(acta, 2))
    assert labels(acta) == ["Ana Ruiz", "Voz 2", "Voz 3"]
    with pytest.raises(Conflict):  # a second click takes nothing more
        separate_voice(acta, alice, voice(acta, 2))
    with pytest.raises(Conflict):
        separate_voice(acta, alice, voice(acta, 1))
    assert described(undo(acta, alice)).endswith("vuelve a ser Ana Ruiz.")


def test_it_takes_nothing_more_at_a_second_click(acta, alice) -> None:
    name_speaker(acta, voice(acta, 1), alice, ANA)
    name_speaker(acta, voice(acta, 2), alice, EVA)
    join(acta, alice, 1, 2)
    separate_voice(acta, alice, voice(acta, 2))
    with pytest.raises(Conflict):
        separate_voice(acta, alice, voice(acta, 2))
    assert labels(acta)[:2] == ["Ana Ruiz", "Eva Sol"]


def test_it_undoes_no_separation_that_somebody_built_on(acta, alice) -> None:
    join(acta, alice, 1, 2)
    separate_voice(acta, alice, voice(acta, 2))
    bob = make_user(acta.session.council, "secretary")
    merge_voices(acta, bob, voice(acta, 1), into=voice(acta, 3))
    with pytest.raises(Conflict):
        undo(acta, alice)
    assert labels(acta) == ["Voz 3", "Voz 2", "Voz 3"]


def test_it_parts_nothing_in_a_closed_acta(acta, alice) -> None:
    join(acta, alice, 1, 2)
    Acta.objects.filter(pk=acta.pk).update(state=Acta.State.SENT)
    with pytest.raises(NotAllowed):
        separate_voice(acta, alice, voice(acta, 2))
    assert labels(acta)[:2] == ["Voz 1"] * 2


# ---- On the page ---------------------------------------------------------------------


def parts(acta: Acta, number: int) -> list[str]:
    card = Tramo(Acta.objects.get(pk=acta.pk), 1).panel.card(voice(acta, number).pk)
    return [part.speaker.voice for part in card.parts]


def test_it_offers_to_part_only_what_is_joined(acta, alice) -> None:
    assert parts(acta, 1) == []
    join(acta, alice, 1, 2, 3)
    assert parts(acta, 1) == ["S2", "S3"]
    separate_voice(acta, alice, voice(acta, 3))
    assert (parts(acta, 1), parts(acta, 3)) == (["S2"], [])
    for number in (1, 3):
        name_speaker(acta, voice(acta, number), alice, ANA)
    assert parts(acta, 1) == ["S2", "S3"]


def test_it_parts_them_after_hearing_each(client: Client, acta, alice) -> None:
    client.force_login(alice)
    join(acta, alice, 1, 2)
    one, other = voice(acta, 1), voice(acta, 2)
    url = f"/sesiones/{acta.session_id}/voces/"
    assert f"?separar={one.pk}&amp;tramo=0" in client.get(url).text
    opened = client.get(f"{url}?separar={one.pk}&tramo=1", HTTP_HX_REQUEST="true").text
    assert opened.count("/separar/") == 2  # the same form, with and without htmx
    start, end = acta.utterances.filter(speaker=other).values_list("start", "end")[0]
    assert f'data-play="{start:g}" data-until="{end:g}"' in opened
    answer = client.post(f"/voces/{other.pk}/separar/", {"tramo": 1})
    assert answer.url.endswith(f"/transcripcion/1/#voz{other.pk}")
    assert "Quedó: la voz 2 está aparte de Voz 1." in client.get(answer.url).text
    again = client.post(f"/voces/{other.pk}/separar/", follow=True)
    assert "así que su cambio no se hizo" in again.text
