"""A session is heard once more, and not one correction is touched."""

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django_q.models import OrmQ

from actas import proposals
from actas.editing import Person, name_sentence, name_voice, verify_all
from actas.models import Acta, Conflict, Edit, Utterance
from councils.models import Council, Role, User
from sessions import again
from sessions.facts import NotAllowed
from sessions.models import Attendance, CouncilSession, Recording
from tests.make import (
    make_acta,
    make_council,
    make_councillor,
    make_part,
    make_recording,
    make_session,
    make_transcription,
    make_turns,
    make_user,
)
from transcription.models import Part, Segment, Transcription

pytestmark = pytest.mark.django_db
DONE, FAILED = Part.Status.DONE, Part.Status.FAILED
State = Utterance.State
FIRST = ["Buenos días.", "El varrio no tiene.", "Se abre.", "Gracias.", "Fin."]
AGAIN = ["Muy buenos días.", "El barrio no tiene.", "Se habre.", "Grasias.", "Fin, sí."]


@pytest.fixture
def session() -> CouncilSession:
    return make_session()


@pytest.fixture
def alice(session: CouncilSession) -> User:
    return make_user(session.council, Role.SECRETARY)


@pytest.fixture
def acta(session: CouncilSession) -> Acta:
    """An acta of five sentences, ten seconds each, as the first engine heard them."""
    make_transcription(make_recording(session, seconds=50.0), FIRST)
    return proposals.draft(session)


def hear(
    session: CouncilSession, lines: list[str], engine: str = "turbo", voices: str = ""
) -> Transcription:
    """The recording as another engine hears it, and the draft that follows."""
    recording = session.recordings.get()
    hearing = make_transcription(recording, [], engine=engine)
    make_turns(hearing, voices)
    Part.objects.filter(transcription=hearing).update(end=10.0 * len(lines))
    part = hearing.parts.get()
    for n, line in enumerate(lines):
        Segment.objects.create(
            part=part, position=n, start=10.0 * n, end=10.0 * n + 9, text=line,
        )  # fmt: skip
    proposals.draft(session)
    return hearing


def said(acta: Acta) -> list[str]:
    return [u.text for u in acta.utterances.all()]


def row(acta: Acta, n: int) -> Utterance:
    return acta.utterances.all()[n]


def frozen(rows) -> list[dict]:
    """Return every field of some sentences, and what they were made from."""
    found = []
    for u in rows:
        fields = {f.attname: getattr(u, f.attname) for f in Utterance._meta.fields}
        found.append(fields | {"edits": list(u.edits.values())})
    return found


# ---- The text ------------------------------------------------------------------------


def test_it_replaces_what_nobody_touched_and_leaves_the_rest_as_it_is(
    session, acta, alice
) -> None:
    row(acta, 1).change(alice, 1, text="El barrio Porvenir no tiene agua.")
    verify_all(acta, alice, 20.0, 30.0)
    name_sentence(row(acta, 3), alice, 1, Person(name="Ana", office="personera"))
    touched = [row(acta, n).pk for n in (1, 2, 3)]
    before = frozen(acta.utterances.filter(pk__in=touched))
    hear(session, AGAIN)
    assert said(acta) == [
        "Muy buenos días.",
        "El barrio Porvenir no tiene agua.",
        "Se abre.",
        "Gracias.",
        "Fin, sí.",
    ]
    assert frozen(acta.utterances.filter(pk__in=touched)) == before
    starts = [u.start for u in acta.utterances.all()]
    assert starts == sorted(starts) == [0.0, 10.0, 20.0, 30.0, 40.0]


def test_it_keeps_what_somebody_erased(session, acta, alice) -> None:
    row(acta, 4).change(alice, 1, text="")
    hear(session, AGAIN)
    assert said(acta)[4] == ""


def test_it_keeps_what_was_corrected_and_undone(session, acta, alice) -> None:
    row(acta, 1).change(alice, 1, text="Otra cosa.")
    acta.undo(alice)
    hear(session, AGAIN)
    assert said(acta)[1] == "El varrio no tiene."
    assert Edit.objects.count() == 2


def test_it_links_each_sentence_to_what_it_came_from(session, acta, alice) -> None:
    row(acta, 1).change(alice, 1, text="El barrio.")
    hearing = hear(session, AGAIN)
    fresh = {u.text: u for u in acta.utterances.all()}
    (segment,) = fresh["Muy buenos días."].segments.all()
    assert (segment.text, segment.part.transcription) == ("Muy buenos días.", hearing)
    kept = [s.text for s in fresh["El barrio."].segments.order_by("pk")]
    assert kept == [
        "El varrio no tiene.",
        "El barrio no tiene.",
    ]  # what stands under it
    assert not proposals.unwritten().exists()


def test_it_trims_a_segment_that_reaches_over_a_correction(
    session, acta, alice
) -> None:
    row(acta, 1).change(alice, 1, text="El barrio Porvenir.")
    recording = session.recordings.get()
    part = make_part(
        make_transcription(recording, [], engine="turbo"), end=50.0, status=DONE
    )
    words = ["Muy", "buenos", "días.", "El", "barrio", "no", "tiene.", "Se", "abre."]
    times = [0.0, 3.0, 6.0, 10.2, 12.0, 14.0, 17.0, 20.1, 25.0]
    Segment.objects.create(
        part=part, position=0, start=0.0, end=29.0, text=" ".join(words),
        words=[[t, t + 1, w, 0.9] for t, w in zip(times, words, strict=True)],
    )  # fmt: skip
    proposals.draft(session)
    assert said(acta) == ["Muy buenos días.", "El barrio Porvenir.", "Se abre."]
    first, kept, last = acta.utterances.all()
    assert (first.end, last.start, last.end) == (7.0, 20.1, 26.0)
    assert first.segments.get() == last.segments.get()
    assert kept.segments.get().text == "El varrio no tiene."


def test_it_changes_nothing_the_second_time(session, acta, alice) -> None:
    row(acta, 1).change(alice, 1, text="El barrio.")
    hear(session, AGAIN)
    before = frozen(acta.utterances.all())
    proposals.draft(session)
    assert frozen(acta.utterances.all()) == before
    assert session not in proposals.waiting()


def test_it_can_be_undone_afterwards_as_before(session, acta, alice) -> None:
    row(acta, 1).change(alice, 1, text="El barrio.")
    hear(session, AGAIN)
    acta.undo(alice)
    assert said(acta)[1] == "El varrio no tiene."
    with pytest.raises(Conflict):
        row(acta, 1).change(alice, 1, text="Tarde.")


def test_it_keeps_the_older_text_where_the_new_engine_failed(session, acta) -> None:
    hearing = make_transcription(
        session.recordings.get(), ["Muy buenos días."], engine="turbo"
    )
    aside = make_part(hearing, start=10.0, end=50.0, status=FAILED, error="Se cayó.")
    proposals.draft(session)
    assert said(acta) == ["Muy buenos días.", *FIRST[1:]]
    Part.objects.filter(pk=aside.pk).update(status=DONE)  # tried again, and heard
    for n, line in enumerate(AGAIN[1:], start=1):
        Segment.objects.create(
            part=aside, position=n, start=10.0 * n, end=10.0 * n + 9, text=line
        )
    proposals.draft(session)
    assert said(acta) == AGAIN


def test_it_replaces_each_recording_on_its_own_clock(session, acta, alice) -> None:
    second = make_recording(session, seconds=20.0)
    make_transcription(second, ["Tras el receso.", "Sigue."])
    proposals.draft(session)
    row(acta, 6).change(alice, 1, text="Sigue, corregido.")
    make_transcription(second, ["Tras un receso.", "Sige."], engine="turbo")
    proposals.draft(session)
    assert said(acta) == [*FIRST, "Tras un receso.", "Sigue, corregido."]
    assert [u.start for u in acta.utterances.all()][5:] == [50.0, 60.0]


def test_it_takes_nothing_into_an_acta_that_left_the_draft(session, acta) -> None:
    acta.send()
    hear(session, AGAIN)
    assert said(acta) == FIRST
    acta.give_back("Falta.")
    proposals.draft(session)
    assert said(acta) == AGAIN


def test_it_asks_the_database_as_often_for_a_long_session() -> None:
    def queries(lines: int) -> int:
        session = make_session()
        alice = make_user(session.council, Role.SECRETARY)
        make_recording(session, seconds=10.0 * lines)
        make_transcription(session.recordings.get(), FIRST * (lines // 5))
        acta = proposals.draft(session)
        verify_all(acta, alice, 0.0, 5.0 * lines)
        texts = iter(AGAIN * (lines // 5))
        hearing = make_transcription(session.recordings.get(), list(texts))
        with CaptureQueriesContext(connection) as asked:
            proposals.draft(session)
        assert acta.utterances.count() == lines
        assert hearing.segments().filter(text="Fin, sí.").exists()
        return len(asked)

    assert queries(400) <= queries(20) + 2  # rows are deleted some hundred at a time


# ---- Facts and names -----------------------------------------------------------------


def test_it_keeps_the_names_of_voices_whatever_the_new_labels_are(
    session, alice
) -> None:
    make_transcription(make_recording(session, seconds=50.0), [])
    acta = proposals.draft(session)
    hear(session, FIRST, "base", voices="11221")
    ana = make_councillor(session.council, "Ana Becerra")
    name_voice(row(acta, 0), alice, 1, Person(councillor_id=ana.pk))
    hear(session, AGAIN, voices="22113")  # the same people, other labels
    who = [u.speaker.label for u in acta.utterances.select_related("speaker")]
    assert who == ["Ana Becerra", "Ana Becerra", "Voz 2", "Voz 2", "Ana Becerra"]
    assert session.speakers.count() == 2


def test_it_names_sentences_without_voices_by_who_spoke_there(session, alice) -> None:
    make_transcription(make_recording(session, seconds=50.0), [])
    acta = proposals.draft(session)
    hear(session, FIRST, "base", voices="11222")
    name_voice(row(acta, 0), alice, 1, Person(name="Ana", office="personera"))
    hear(session, AGAIN)
    who = [u.speaker.label for u in acta.utterances.select_related("speaker")]
    assert who == ["Ana", "Ana", "Voz 2", "Voz 2", "Voz 2"]


def test_it_gives_a_new_voice_a_label_that_is_nobody_elses(session, alice) -> None:
    make_transcription(make_recording(session, seconds=50.0), [])
    acta = proposals.draft(session)
    hear(session, FIRST[:2], "base", voices="11")
    name_voice(row(acta, 0), alice, 1, Person(name="Ana"))
    hear(session, AGAIN[:3], voices="221")  # «S1» is somebody whom nobody heard before
    who = [u.speaker.voice for u in acta.utterances.select_related("speaker")]
    assert who == ["S1", "S1", "S2"]
    assert row(acta, 0).speaker.name == "Ana"
    assert row(acta, 2).speaker.name == ""


def test_it_forgets_a_voice_that_says_nothing_any_more(session, alice) -> None:
    make_transcription(make_recording(session, seconds=50.0), [])
    acta = proposals.draft(session)
    hear(session, FIRST, "base", voices="12345")
    # The voice of a sentence that was given to somebody comes back when that is undone.
    name_sentence(row(acta, 4), alice, 1, Person(name="Ana"))
    hear(session, ["Todo en uno.", "Y más."], voices="11")
    session.recordings.get().transcription.parts.update(end=50.0)
    proposals.draft(session)
    voices = set(session.speakers.values_list("voice", flat=True))
    assert {"S3", "S4"} & voices == set()
    assert "S5" in voices
    acta.undo(alice)
    assert acta.utterances.last().speaker.voice == "S5"


VOTE = [
    "En consideración el acta número 22. Se abre la discusión.",
    "¿Aprueban los honorables concejales?",
    "Aprobado.",
    "Ha sido aprobada, señor presidente.",
    "Sigue el informe.",
]


def test_it_leaves_confirmed_facts_and_proposes_none_twice(session, alice) -> None:
    ana = make_councillor(session.council, "Ana Lucía Becerra Prada")
    item = session.agenda.create(position=1, title="Llamado a lista", start=3.0)
    make_transcription(make_recording(session, seconds=50.0), VOTE)
    proposals.draft(session)
    vote = session.votes.get()
    vote.confirm(alice)
    present = session.attendance.create(
        councillor=ana, state=Attendance.State.PRESENT, source="machine"
    )
    present.confirm(alice)
    before = [vars(x).copy() for x in (vote, present)]
    hear(session, [line.replace("Aprobado", "Aprovado") for line in VOTE])
    for fact, was in zip((vote, present), before, strict=True):
        fact.refresh_from_db()
        same = {k: v for k, v in was.items() if not k.startswith("_")}
        assert {k: getattr(fact, k) for k in same} == same
    assert session.votes.count() == 1
    item.refresh_from_db()
    assert item.start == 3.0


def test_it_does_not_propose_again_what_somebody_took_away(session) -> None:
    make_transcription(make_recording(session, seconds=50.0), VOTE)
    proposals.draft(session)
    session.votes.all().delete()
    hear(session, VOTE)
    assert not session.votes.exists()


# ---- Asking for it -------------------------------------------------------------------


@pytest.fixture
def secretary(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def address(session: CouncilSession, page: str = "otra-vez") -> str:
    return f"/sesiones/{session.pk}/{page}/"


def ask(client: Client, session: CouncilSession, engine="turbo", scope="all") -> str:
    form = {"engine": engine, "scope": scope}
    return client.post(address(session), form, follow=True).text


def test_it_says_what_will_happen(secretary, session, acta, alice) -> None:
    row(acta, 1).change(alice, 1, text="El barrio.")
    row(acta, 2).change(alice, 1, text="Se abre, sí.")
    row(acta, 2).change(alice, 2, text="Se abre, ya.")
    home = secretary.get(f"/sesiones/{session.pk}/").text
    assert f'href="{address(session)}">Transcribir otra vez con otro motor' in home
    page = secretary.get(address(session)).text
    assert "<strong>2</strong> intervenciones que alguien corrigió" in page
    assert "<strong>3</strong> que nadie ha tocado se reemplazan" in page
    assert 'value="turbo" checked' in page  # base heard it
    assert 'value="gaps"' not in page
    assert "Volver a ese texto" not in page


def test_it_has_every_recording_heard_by_the_engine(secretary, session, acta) -> None:
    make_transcription(make_recording(session), ["Más."])
    old = set(Transcription.objects.values_list("pk", flat=True))
    assert "Lo corregido no se toca" in ask(secretary, session)
    session.refresh_from_db()
    assert session.engine == "turbo"
    for recording in session.recordings.all():
        assert recording.transcription.pk not in old
        assert recording.transcription.engine == "turbo"
        assert recording.transcription.status == "waiting"
    assert OrmQ.objects.filter(key="media").count() == 2
    assert said(acta) == FIRST  # until it is heard
    assert "Espere a que termine" in ask(secretary, session)
    assert "Espere a que termine" in secretary.get(address(session)).text
    assert Transcription.objects.count() == 4


def test_it_has_only_what_is_missing_heard(secretary, session, acta) -> None:
    recording = session.recordings.get()
    hearing = recording.transcription
    then = "2026-01-01T00:00Z"
    Transcription.objects.update(prepared_at=then, heard_at=then)
    make_part(hearing, start=50.0, end=90.0, status=FAILED, error="Se cayó.")
    home = secretary.get(f"/sesiones/{session.pk}/").text
    assert "Transcribir lo que falta con otro motor" in home
    assert 'value="gaps" checked' in secretary.get(address(session)).text
    ask(secretary, session, "parakeet", "gaps")
    hearing.refresh_from_db()
    assert Recording.objects.get().transcription == hearing
    assert hearing.engine == "parakeet"
    statuses = list(hearing.parts.values_list("status", "engine"))
    assert statuses == [(DONE, "base"), (Part.Status.WAITING, "")]


def test_it_goes_back_to_what_was_heard_before(secretary, session, acta, alice) -> None:
    first = session.recordings.get().transcription
    row(acta, 1).change(alice, 1, text="El barrio.")
    hear(session, AGAIN)
    row(acta, 4).change(alice, 1, text="Fin, corregido.")
    page = secretary.get(address(session)).text
    assert "Whisper base" in page.split('id="antes"')[1]
    text = secretary.post(address(session, "otra-vez/volver"), follow=True).text
    assert "Vuelve lo que se oyó antes" in text
    assert session.recordings.get().transcription == first
    assert OrmQ.objects.get(key="astra").task["args"] == (first.pk,)
    proposals.draft(session)
    assert said(acta) == [FIRST[0], "El barrio.", *FIRST[2:4], "Fin, corregido."]
    assert not proposals.unwritten().exists()


def test_it_has_nothing_to_go_back_to(session, acta) -> None:
    with pytest.raises(NotAllowed, match="no tiene otra"):
        again.go_back(session)


def test_it_refuses_once_the_acta_left_the_draft(secretary, session, acta) -> None:
    acta.send()
    assert "El acta ya salió del borrador" in secretary.get(address(session)).text
    assert "El acta ya salió del borrador" in ask(secretary, session)
    back = secretary.post(address(session, "otra-vez/volver"), follow=True).text
    assert "El acta ya salió del borrador" in back
    assert "Transcribir otra vez" not in secretary.get(f"/sesiones/{session.pk}/").text
    assert Transcription.objects.count() == 1


def test_it_refuses_an_engine_that_the_council_does_not_allow(
    secretary, session, acta, settings: LazySettings
) -> None:
    service = {**settings.TRANSCRIPTION_ENGINES["base"], "EXTERNAL": True}
    settings.TRANSCRIPTION_ENGINES = {
        **settings.TRANSCRIPTION_ENGINES, "openai": service
    }  # fmt: skip
    assert 'value="openai"' not in secretary.get(address(session)).text
    assert "no se puede usar en este concejo" in ask(secretary, session, "openai")
    assert Transcription.objects.count() == 1
    Council.objects.update(external_api_allowed=True)
    assert 'value="openai"' in secretary.get(address(session)).text


def test_it_asks_for_an_engine(secretary, session, acta) -> None:
    answer = secretary.post(address(session), {"scope": "all"})
    assert answer.status_code == 422
    assert "Falta elegir quién la transcribe" in answer.text


@pytest.mark.parametrize("page", ["otra-vez", "otra-vez/volver"])
def test_it_is_for_the_secretary_of_the_council(client, session, page) -> None:
    make_acta(session)
    where = address(session, page)
    assert client.post(where).url.startswith("/cuenta/login/")
    client.force_login(make_user(make_council(), Role.SECRETARY))
    assert client.post(where).status_code == 404
    for role in (Role.READER, Role.PRESIDENT):
        client.force_login(make_user(session.council, role))
        assert client.post(where).status_code == 403
        assert "otra vez" not in client.get(f"/sesiones/{session.pk}/").text
