"""Who is offered as the one who speaks."""

import pytest

from actas.forms import people_of, waiting_voices
from actas.models import Acta
from tests.make import make_acta, make_councillor, make_session

pytestmark = pytest.mark.django_db


@pytest.fixture
def acta() -> Acta:
    return make_acta(make_session(), ["Uno.", "Dos."])


def test_it_offers_nobody_under_a_name_that_no_longer_counts(acta) -> None:
    session = acta.session
    luz = make_councillor(session.council, "Luz Dary Bernal")
    head = session.speakers.create(voice="S1", councillor=luz)
    session.speakers.create(voice="S2", name="Ana Ruiz", same_as=head)
    session.speakers.create(voice="S3", name="Eva Paz", office="personera")
    others = people_of(session)["Otras personas de esta sesión"]
    assert [shown for shown, _ in others.values()] == ["Eva Paz, personera"]


def test_it_offers_no_voice_that_says_nothing(acta) -> None:
    head, part, _ = (
        acta.session.speakers.create(voice=label) for label in ("S1", "S2", "S1B")
    )
    assert waiting_voices(acta.session, None) == {}
    acta.utterances.update(speaker=part)
    assert list(waiting_voices(acta.session, None)) == [f"v{part.pk}"]
    acta.session.speakers.filter(pk=part.pk).update(same_as=head)
    assert list(waiting_voices(acta.session, None)) == [f"v{head.pk}"]
