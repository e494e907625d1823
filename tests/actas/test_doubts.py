"""What the guards found reaches the secretary, with what else was heard."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from actas import proposals
from actas.doubts import Odd, instead, odd
from actas.editing import Person, name_sentence
from actas.findings import findings
from actas.models import Acta, Utterance
from actas.tramo import Tramo
from councils.models import Role, User
from tests.make import (
    make_council,
    make_part,
    make_recording,
    make_session,
    make_transcription,
    make_user,
)
from transcription import guards
from transcription.models import Part, Segment
from transcription.pipeline import INAUDIBLE

State = Utterance.State

# ---- What another try heard in a sentence's place ------------------------------------

KEPT = "Buenos días. El barrio el Por Venir no tiene agua. Gracias, presidente."


@pytest.mark.parametrize(
    ("sentence", "other", "found"),
    [
        # One sentence of three; the others of the clip stay out.
        (
            "El barrio el Por Venir no tiene agua.",
            "Buenos días. El barrio El Porvenir no tiene agua. Gracias, presidente.",
            "El barrio El Porvenir no tiene agua.",
        ),
        # The first and the last, each with what the other heard more.
        ("Buenos días.", "Muy buenos días. El barrio no tiene.", "Muy buenos días."),
        (
            "Gracias, presidente.",
            "Buenos días. El barrio el Por Venir no tiene agua. Gracias, presidenta.",
            "Gracias, presidenta.",
        ),
        # Nothing alike: cut where a sentence ends, nearest to its share.
        ("Buenos días.", "Uno dos tres. Cuatro cinco seis siete.", "Uno dos tres."),
        # A sentence that stands in no place of the clip, or in two.
        ("Otra cosa muy distinta.", "Buenos días.", ""),
    ],
)
def test_it_finds_the_place_of_a_sentence(
    sentence: str, other: str, found: str
) -> None:
    assert instead(sentence, KEPT, other) == found


def test_it_gives_every_word_of_the_other_hearing_to_one_sentence() -> None:
    sentences = re.split(r"(?<=\.) ", KEPT)
    for other in (
        "Muy buenos días a todos. Barrio Porvenir, no hay agua aquí. Gracias.",
        "No se oye nada que se parezca. Ni poco. Ni mucho. Ni siquiera esto.",
        "Gracias, presidente.",
    ):
        shared = [instead(sentence, KEPT, other) for sentence in sentences]
        assert " ".join(filter(None, shared)) == other


def test_it_offers_nothing_for_a_sentence_said_twice_in_the_clip() -> None:
    assert instead("Presente.", "Ana. Presente. Luis. Presente.", "Ana. Ausente.") == ""


def test_it_offers_all_of_it_where_nothing_was_made_out() -> None:
    assert instead(INAUDIBLE, "", "Se abre la sesión.") == "Se abre la sesión."


# ---- Which sentences are odd ---------------------------------------------------------


def a_try(text: str, *flags: str, kept: bool = False, way: str = "careful") -> dict:
    return {
        "engine": "whisper base",
        "way": way,
        "flags": list(flags),
        "text": text,
        "kept": kept,
    }


def heard(text: str, *flags: str, tries: list[dict] | None = None) -> Segment:
    return Segment(text=text, flags=list(flags), tries=tries or [], words=[])


def test_it_says_the_worst_first_and_only_what_concerns_the_secretary() -> None:
    found = odd([heard("Uno uno.", guards.DOUBTFUL, guards.LOOP, "internal")], "")
    assert found.says == (guards.SAYS[guards.LOOP], guards.SAYS[guards.DOUBTFUL])
    assert odd([heard("Uno.", "internal")], "Uno.") is None
    assert odd([heard("Uno.")], "Uno.") is None
    assert odd([], "Uno.") is None


@pytest.mark.parametrize(
    "other",
    [
        a_try("Uno, dos.", kept=True),
        a_try("uno dos"),  # the same words
        a_try(""),
        a_try("Gracias por ver el video.", guards.CREDITS),
        a_try("no " * 40, guards.LOOP),
        a_try("tres cuatro", guards.EARLY, way="fill"),  # of a hole, not of the clip
    ],
)
def test_it_offers_no_try_that_is_of_no_use(other: dict) -> None:
    tries = [a_try("Uno, dos.", guards.DOUBTFUL, kept=True, way="first"), other]
    segment = heard("Uno, dos.", guards.DOUBTFUL, tries=tries)
    assert odd([segment], "Uno, dos.").also == ()


def test_it_offers_each_other_text_once_and_two_at_most() -> None:
    kept = a_try("Uno, dos.", guards.DOUBTFUL, kept=True, way="first")
    others = [a_try(text) for text in ("Uno, tres.", "uno tres", "Dos.", "Cuatro.")]
    segment = heard("Uno, dos.", guards.DOUBTFUL, tries=[kept, *others])
    assert odd([segment], "Uno, dos.").also == ("Uno, tres.", "Dos.")


def test_it_offers_nothing_for_a_sentence_that_was_cut_beside_another() -> None:
    kept = a_try("Uno. Dos.", guards.DOUBTFUL, kept=True, way="first")
    segment = heard("Uno. Dos.", guards.DOUBTFUL, tries=[kept, a_try("Un. Dos.")])
    assert odd([segment], "Uno. Dos.").also == ("Un. Dos.",)
    assert odd([segment], "Uno.") == Odd((guards.SAYS[guards.DOUBTFUL],))


# ---- The review page -----------------------------------------------------------------


@pytest.fixture
def acta(db: None) -> Acta:
    """Three sentences; the second is odd, and another try heard it otherwise."""
    recording = make_recording(make_session())
    part = make_part(make_transcription(recording, []), status=Part.Status.DONE)
    tries = [
        a_try("El Por Venir no no tiene.", guards.LOOP, kept=True, way="first"),
        a_try("El Porvenir no tiene.", guards.DOUBTFUL),
    ]
    lines = [
        ("Buenos días.", [], []),
        ("El Por Venir no no tiene.", [guards.LOOP], tries),
        ("Gracias.", ["internal"], []),
    ]
    for n, (text, flags, tried) in enumerate(lines):
        Segment.objects.create(
            part=part, position=n, start=10.0 * n, end=10.0 * n + 9, text=text,
            flags=flags, tries=tried,
        )  # fmt: skip
    return proposals.draft(recording.session)


@pytest.fixture
def alice(acta: Acta) -> User:
    return make_user(acta.session.council, Role.SECRETARY)


@pytest.fixture
def secretary(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def page(client: Client, acta: Acta) -> str:
    return client.get(f"/sesiones/{acta.session_id}/transcripcion/1/").text


def second(acta: Acta) -> Utterance:
    return acta.utterances.all()[1]


def test_it_marks_the_sentence_and_lists_it_among_the_doubts(secretary, acta) -> None:
    text = page(secretary, acta)
    row = text.split(f'id="u{second(acta).pk}"')[1].split("</article>")[0]
    assert guards.SAYS[guards.LOOP] in row
    assert "También se oyó: <q>El Porvenir no tiene.</q>" in row
    assert text.count('<div class="odd">') == 1
    doubts = text.split('id="dudas"')[1].split("</section>")[0]
    assert guards.SAYS[guards.LOOP] in doubts
    assert 'data-play="10"' in doubts
    assert f'data-edit="{second(acta).pk}"' in doubts
    assert "Está bien" in doubts
    assert 'Dudas <span class="count" data-doubts>1</span>' in text


def test_it_lets_a_reader_see_and_not_decide(client, acta) -> None:
    client.force_login(make_user(acta.session.council, Role.READER))
    text = page(client, acta)
    assert "También se oyó" in text
    assert "Usar este texto" not in text
    assert "Está bien" not in text


@pytest.mark.parametrize("state", [State.EDITED, State.VERIFIED])
def test_it_asks_no_more_once_a_person_looked(secretary, acta, state) -> None:
    assert "1 intervención que ASTRA no oyó bien" in missing(acta)
    acta.utterances.filter(pk=second(acta).pk).update(state=state)
    text = page(secretary, acta)
    assert 'class="odd"' not in text
    assert "ASTRA no dudó de nada en este tramo" in text
    assert "no oyó bien" not in missing(acta)


def test_it_does_not_take_a_later_hearing_for_the_text_of_what_stayed(
    secretary, alice, acta
) -> None:
    name_sentence(acta.utterances.first(), alice, 1, Person(name="Ana"))
    hearing = make_transcription(second(acta).recording, [], engine="turbo")
    hearing.parts.update(end=600.0)
    for n, text in enumerate(["Buenos dias.", "El Porvenir.", "Gracias."]):
        Segment.objects.create(
            part=hearing.parts.get(), position=n, start=10.0 * n, end=10.0 * n + 9,
            text=text, flags=[guards.DOUBTFUL] if n == 0 else [],
        )  # fmt: skip
    proposals.draft(acta.session)
    assert acta.utterances.first().segments.count() == 2
    assert 'class="odd"' not in page(secretary, acta)
    assert "no oyó bien" not in missing(acta)
    editing = secretary.get(
        f"/sesiones/{acta.session_id}/transcripcion/1/"
        f"?editar={acta.utterances.first().pk}"
    ).text
    assert "La máquina oyó: «Buenos días.»" in editing
    assert "Al transcribir otra vez se oyó: «Buenos dias.»" in editing


def missing(acta: Acta) -> str:
    fresh = Acta.objects.select_related("session__council").get(pk=acta.pk)
    return "; ".join(f.title for f in findings(fresh) if f.missing)


def test_it_verifies_from_the_list(secretary, acta) -> None:
    u = second(acta)
    address = f"/intervenciones/{u.pk}/revisada/?version={u.version}"
    assert f'hx-post="{address}" hx-target="#u{u.pk}"' in page(secretary, acta)
    answer = secretary.post(address, {"verified": "1"}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert 'class="odd"' not in answer.text
    assert second(acta).state == State.VERIFIED


# ---- Taking the other text -----------------------------------------------------------


def take(client: Client, acta: Acta, text: str = "El Porvenir no tiene.", version=1):
    address = f"/intervenciones/{second(acta).pk}/tambien/?version={version}"
    return client.post(address, {"text": text}, headers={"HX-Request": "true"})


def test_it_takes_the_other_text_as_an_edit_that_can_be_undone(
    secretary, alice, acta
) -> None:
    answer = take(secretary, acta)
    assert answer.status_code == 200
    u = second(acta)
    assert (u.text, u.state) == ("El Porvenir no tiene.", State.EDITED)
    assert 'class="odd"' not in answer.text
    assert acta.edits.get().who == alice
    acta.undo(alice)
    u = second(acta)
    assert (u.text, u.state) == ("El Por Venir no no tiene.", State.MACHINE)
    assert 'class="odd"' in page(secretary, acta)


def test_it_goes_back_to_the_sentence_without_javascript(secretary, acta) -> None:
    u = second(acta)
    address = f"/intervenciones/{u.pk}/tambien/?version=1"
    answer = secretary.post(address, {"text": "El Porvenir no tiene."})
    assert answer.url.endswith(f"#u{u.pk}")


def test_it_takes_nothing_that_was_not_heard(secretary, acta) -> None:
    assert take(secretary, acta, "Lo que sea.").status_code == 409
    assert second(acta).text == "El Por Venir no no tiene."


def test_it_takes_nothing_over_what_somebody_wrote(secretary, acta) -> None:
    second(acta).change(make_user(), 1, text="Otra cosa.")
    for version in (1, 2):
        answer = take(secretary, acta, version=version)
        assert answer.status_code == 409
        assert "Alguien cambió esta intervención" in answer.text
    assert second(acta).text == "Otra cosa."


def test_it_takes_nothing_into_an_acta_that_was_sent(secretary, acta) -> None:
    acta.send()
    answer = take(secretary, acta)
    assert "ya no está en borrador" in answer.text
    assert second(acta).version == 1


def test_it_lets_only_the_secretary_take_it(client, acta) -> None:
    u = second(acta)
    address = f"/intervenciones/{u.pk}/tambien/?version=1"
    assert client.post(address).url.startswith("/cuenta/login/")
    client.force_login(make_user(make_council(), Role.SECRETARY))
    assert client.post(address).status_code == 404
    for role in (Role.READER, Role.PRESIDENT):
        client.force_login(make_user(acta.session.council, role))
        assert client.post(address).status_code == 403


def test_it_asks_the_database_as_often_however_many_are_odd(secretary, acta) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            page(secretary, acta)
        return len(asked)

    queries()
    few = queries()
    part = Part.objects.get(segments__isnull=False, segments__position=0)
    for n in range(3, 40):
        segment = Segment.objects.create(
            part=part, position=n, start=10.0 * n, end=10.0 * n + 9, text=f"Frase {n}.",
            flags=[guards.DOUBTFUL], tries=[a_try("Nada.")],
        )  # fmt: skip
        one = acta.utterances.create(
            recording=second(acta).recording, start=10.0 * n, end=10.0 * n + 9,
            text=segment.text,
        )  # fmt: skip
        one.segments.add(segment)
    assert queries() == few
    assert len(Tramo(acta, 1).odd) == 38
