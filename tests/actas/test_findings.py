"""What an acta still lacks: whose the voices are."""

import pytest

from actas.drafting import draft_of
from actas.findings import Finding, findings
from actas.models import Acta
from sessions.models import Speaker
from tests.make import make_acta, make_councillor, make_session

pytestmark = pytest.mark.django_db


@pytest.fixture
def acta() -> Acta:
    return make_acta(make_session(), [f"Frase {n}." for n in range(6)])


def voice(acta: Acta, label: str, *positions: int, **facts) -> Speaker:
    """Give the sentences at `positions` to a voice that the machine told apart."""
    facts = {"source": "machine"} | facts
    speaker = acta.session.speakers.create(voice=label, **facts)
    for position in positions:
        acta.utterances.filter(start=10.0 * position).update(speaker=speaker)
    return speaker


def about(acta: Acta, words: str) -> Finding | None:
    stored = Acta.objects.get(pk=acta.pk)
    return next((f for f in findings(stored) if words in f.title), None)


def test_it_counts_the_voices_that_nobody_confirmed(acta) -> None:
    rosa = make_councillor(acta.session.council, "Rosa Vélez")
    voice(acta, "S1", 0)
    voice(acta, "S2", 1, 2, 3, councillor=rosa)
    voice(acta, "S3", 4, name="Luis Gil").confirm(None)
    voice(acta, "S4", 5)
    voice(acta, "S5")  # says nothing
    found = about(acta, "Hay 3 voces por confirmar")
    assert found.missing
    assert found.detail == (
        "Dicen 5 intervenciones, y en el acta salen como «Interviniente sin "
        "identificar»: Rosa Vélez (propuesta), Voz 1 y Voz 4."
    )
    assert found.href == f"/sesiones/{acta.session_id}/transcripcion/1/#voces"
    assert draft_of(Acta.objects.get(pk=acta.pk)).pending.speakers == 3


def test_it_counts_joined_voices_as_one(acta) -> None:
    head = voice(acta, "S1", 0, 1, 2)
    voice(acta, "S2", 3, 4, 5, same_as=head)
    assert about(acta, "Hay 1 voz por confirmar").detail.startswith("Dice 6 ")
    head.name = "Ana"
    head.confirm(None)
    assert about(acta, "Quién habla está confirmado")
    assert draft_of(Acta.objects.get(pk=acta.pk)).pending.speakers == 0


def test_it_names_a_few_of_many_voices(acta) -> None:
    for n in range(6):
        voice(acta, f"S{n + 1}", n)
    acta.utterances.create(
        recording=acta.session.recordings.get(), start=70, end=71, text="Más.",
        speaker=voice(acta, "S7"),
    )  # fmt: skip
    found = about(acta, "Hay 7 voces por confirmar")
    assert "Voz 6 y 1 más." in found.detail


def test_it_tells_of_sentences_without_a_voice(acta) -> None:
    voice(acta, "S1", 0, 1, 2, 3, name="Ana").confirm(None)
    found = about(acta, "Hay 2 intervenciones sin voz")
    assert "«Interviniente sin identificar»" in found.detail
    assert found.href.endswith("?t=40")
    assert about(acta, "por confirmar") is None
    assert about(acta, "Quién habla está confirmado") is None
