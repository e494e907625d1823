"""The review page: what it shows, in how many queries."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from actas.doubts import Part, marked
from actas.models import Acta, Utterance
from actas.tramo import Tramo, run_lengths
from councils.models import User
from sessions.models import AgendaItem, Recording, Speaker, Vote
from tests.actas.sample_session import make_forty_minutes
from tests.make import (
    make_councillor,
    make_part,
    make_session,
    make_transcription,
    make_user,
)
from transcription.models import Segment

State = Utterance.State


# ---- Words that the engine doubted ---------------------------------------------------


def test_it_marks_the_words_that_the_engine_doubted() -> None:
    words = [(0, 1, " El", 0.9), (1, 2, " barrio", 0.3), (2, 3, " Porvenir.", 0.39)]
    assert marked("El barrio Porvenir.", words) == [
        Part("El "),
        Part("barrio", 1),
        Part(" "),
        Part("Porvenir", 2),
        Part("."),
    ]


def test_it_marks_the_right_one_of_equal_words() -> None:
    words = [(0, 1, "no", 0.9), (1, 2, "dijo", 0.9), (2, 3, "no", 0.1)]
    assert marked("no dijo no", words) == [Part("no dijo "), Part("no", 2)]


def test_it_passes_over_a_word_that_was_repaired() -> None:
    words = [(0, 1, "ante", 0.9), (1, 2, "Imbías", 0.1), (2, 3, "hoy", 0.2)]
    assert marked("ante Invías hoy", words) == [Part("ante Invías "), Part("hoy", 2)]


def test_it_marks_nothing_without_words() -> None:
    assert marked("Sin palabras.", []) == [Part("Sin palabras.")]
    assert marked("", [(0, 1, "algo", 0.1)]) == []


def test_it_writes_equal_neighbours_once() -> None:
    assert run_lengths([1, 1, 0, 7]) == "1x2,0x1,7x1"
    assert run_lengths([]) == ""


# ---- A session of forty minutes ------------------------------------------------------


@pytest.fixture
def acta(db) -> Acta:
    return make_forty_minutes()


@pytest.fixture
def alice(acta: Acta) -> User:
    return make_user(acta.session.council, "secretary", name="Alicia Ruiz")


@pytest.fixture
def page(client: Client, alice: User, acta: Acta):
    """Log Alicia in; return what gets a tramo of the session."""
    client.force_login(alice)

    def get(tramo: int = 1, query: str = "", **headers):
        url = f"/sesiones/{acta.session_id}/transcripcion/{tramo}/{query}"
        return client.get(url, **headers)

    return get


def row(acta: Acta, n: int) -> Utterance:
    return acta.utterances.all()[n]


def test_it_shows_ten_minutes(page, acta: Acta) -> None:
    text = page(2).text
    shown = [n for n in range(10) if f"Frase número {n}." in text]
    assert shown == [3, 4]  # from 600 up to 1200 seconds; the next begins at 1200
    assert "tramo 2 de 4" in text
    assert f'href="/sesiones/{acta.session_id}/transcripcion/1/"' in text
    assert f'href="/sesiones/{acta.session_id}/transcripcion/3/"' in text


def test_it_has_no_way_before_the_first_nor_after_the_last(page) -> None:
    assert 'rel="prev"' not in page(1).text
    assert 'rel="next"' not in page(4).text


@pytest.mark.parametrize(("asked", "nearest"), [(0, 1), (5, 4), (999999, 4)])
def test_it_goes_to_the_nearest_tramo(page, acta, asked: int, nearest: int) -> None:
    answer = page(asked)
    assert answer.status_code == 302
    assert answer.url == f"/sesiones/{acta.session_id}/transcripcion/{nearest}/"


def test_it_goes_to_the_tramo_and_row_of_a_second(page, acta: Acta) -> None:
    answer = page(1, "?t=1700")
    row_there = row(acta, 7).pk  # begins at 1680
    assert answer.url.endswith(f"/transcripcion/3/?t=1700#u{row_there}")
    assert 'data-second="1700"' in page(3, "?t=0:28:20").text


@pytest.mark.parametrize("nonsense", ["-5", "nada", "nan", "1e99", ""])
def test_it_ignores_a_second_that_is_none(page, nonsense: str) -> None:
    answer = page(1, f"?t={nonsense}")
    assert answer.status_code == 200
    assert "data-second=" not in answer.text


def test_it_goes_to_the_last_tramo_for_a_second_beyond_the_end(page) -> None:
    assert "/transcripcion/4/" in page(1, "?t=99999").url
    assert page(4, "?t=99999").status_code == 200


def test_it_offers_every_recording_to_hear(page, acta: Acta) -> None:
    text = page(1).text
    for recording in acta.session.recordings.all():
        assert f'src="/grabaciones/{recording.pk}/audio/" data-seconds="1200"' in text


def test_it_keeps_the_colour_of_a_person_when_another_is_named(
    page, acta: Acta
) -> None:
    def colours() -> list[str]:
        return [v.speaker.label + str(v.colour) for v in tramo_voices(acta)]

    assert colours() == ["Voz 11", "Voz 22", "Voz 33"]
    Speaker.objects.filter(voice__in=["S1", "S2"]).update(
        name="Ana", office="personera"
    )
    assert colours() == ["Ana1", "Ana1", "Voz 33"]


def tramo_voices(acta: Acta) -> list:
    return list(Tramo(Acta.objects.get(pk=acta.pk), 1).voices.values())


def test_it_says_how_much_is_reviewed(page, acta: Acta) -> None:
    pks = list(acta.utterances.values_list("pk", flat=True))
    acta.utterances.filter(pk__in=pks[:4]).update(state=State.VERIFIED)
    acta.utterances.filter(pk=pks[5]).update(state=State.EDITED)
    text = page(1).text
    assert "<strong>50 % revisado</strong>" in text
    assert "0 sin revisar en este tramo" in text


def test_it_shows_the_agenda_with_its_beginnings(page, acta: Acta) -> None:
    make_item = AgendaItem.objects.create
    make_item(session=acta.session, position=1, title="Llamado", start=0.0)
    make_item(session=acta.session, position=2, title="Debate", start=900.0)
    make_item(session=acta.session, position=3, title="Varios")
    first, second = page(1).text, page(2).text
    assert "<h2>1. Llamado</h2>" in first
    assert "<h2>2. Debate</h2>" not in first
    assert "<h2>2. Debate</h2>" in second  # above the sentence at 960
    assert "falta decir dónde empieza" in first
    assert "?t=900" in first


def test_it_marks_doubts_while_nobody_touched_the_sentence(page, acta: Acta) -> None:
    utterance = row(acta, 5)  # of the second recording, 0 seconds into it
    recording = Recording.objects.get(pk=utterance.recording_id)
    part = make_part(make_transcription(recording))
    words = [[3.0, 4.0, " Frase", 0.9], [4.0, 5.0, " número", 0.2], [5, 6, " 5.", 0.9]]
    segment = Segment.objects.create(
        part=part, position=0, start=0, end=30, text="Frase número 5.", words=words
    )
    utterance.segments.add(segment)
    text = page(3).text
    assert '<mark class="doubt">número</mark>' in text
    assert 'data-play="1204"' in text  # the word's second on the session's clock
    Utterance.objects.filter(pk=utterance.pk).update(state=State.VERIFIED)
    assert "<mark" not in page(3).text


def test_it_shows_votes_and_voices_beside_the_text(page, acta: Acta) -> None:
    Vote.objects.create(session=acta.session, question="Proposición n.º 38", start=700)
    text = page(1).text
    assert "Proposición n.º 38" in text
    assert f'href="/sesiones/{acta.session_id}/votaciones/"' in text
    first_of_voice = row(acta, 1)
    assert f"?voz={first_of_voice.pk}#u{first_of_voice.pk}" in text


def test_it_says_so_where_nobody_speaks(page, acta: Acta) -> None:
    acta.utterances.filter(start__gte=600, start__lt=1200).delete()
    assert "En este tramo no se oye a nadie" in page(2).text


@pytest.mark.django_db
def test_it_sends_to_the_session_when_there_is_no_acta_yet(client: Client) -> None:
    session = make_session()
    client.force_login(make_user(session.council, "secretary"))
    answer = client.get(f"/sesiones/{session.pk}/transcripcion/1/")
    assert answer.url == f"/sesiones/{session.pk}/"


def test_it_escapes_what_people_said(page, acta: Acta) -> None:
    acta.utterances.update(text="<script>alert(1)</script>")
    Speaker.objects.update(name="<b>Ana</b>")
    text = page(1).text
    assert "<script>alert" not in text
    assert "<b>Ana" not in text


def make_long(acta: Acta) -> None:
    """Let fifteen councillors say a thousand sentences more in `acta`."""
    recording = acta.session.recordings.first()
    transcription = make_transcription(recording)
    part = make_part(transcription)
    speakers = [
        Speaker.objects.create(
            session=acta.session,
            voice=f"S{n}",
            councillor=make_councillor(acta.session.council),
        )
        for n in range(10, 25)
    ]
    said = Utterance.objects.bulk_create(
        Utterance(
            acta=acta,
            recording=recording,
            start=5.9 * n,
            end=5.9 * n + 5,
            text=f"Frase larga número {n}, con varias palabras que decir.",
            speaker=speakers[n % 15],
        )
        for n in range(1000)
    )
    heard = Segment.objects.bulk_create(
        Segment(
            part=part,
            position=n,
            start=5.9 * n,
            end=5.9 * n + 5,
            text=u.text,
            words=[[5.9 * n, 5.9 * n + 1, "Frase", 0.2]],
        )
        for n, u in enumerate(said[:110])
    )
    Through = Utterance.segments.through
    Through.objects.bulk_create(
        Through(utterance=u, segment=s) for u, s in zip(said, heard, strict=False)
    )


def test_it_asks_the_database_as_often_for_a_long_session(page, acta: Acta) -> None:
    page(1)  # what is asked once a process is asked now

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert page(1).status_code == 200
        return len(asked)

    few = queries()
    make_long(acta)
    assert queries() == few + 1  # the offices of councillors, once for all of them
    assert few <= 14
