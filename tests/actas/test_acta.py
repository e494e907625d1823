"""The acta's page: what is printed, what it lacks, and who may move it."""

from datetime import time

import pytest
from django.test import Client

from actas.approval import approve, fingerprint
from actas.drafting import draft_of
from actas.findings import findings
from actas.models import Acta
from councils.models import Council
from tests.make import (
    make_acta,
    make_council,
    make_councillor,
    make_part,
    make_recording,
    make_session,
    make_transcription,
    make_user,
)

pytestmark = pytest.mark.django_db

MOVES = {
    "enviar": ("review", "sent", {"secretary", "staff"}),
    "devolver": ("sent", "review", {"president", "staff"}),
    "publicar": ("approved", "published", {"secretary", "staff"}),
    "reabrir": ("published", "review", {"secretary", "staff"}),
}
ROLES = ["secretary", "president", "reader", "staff"]


@pytest.fixture
def council() -> Council:
    return make_council(seats=1)


@pytest.fixture
def acta(council: Council) -> Acta:
    return make_acta(make_session(council), ["Buenos días.", "Se abre la sesión."])


def log_in(client: Client, council: Council, role: str) -> None:
    staff = {"is_staff": True} if role == "staff" else {}
    client.force_login(make_user(*(() if staff else (council, role)), **staff))


def stored(acta: Acta) -> Acta:
    """Return the acta as a page reads it."""
    return Acta.objects.select_related("session__council").get(pk=acta.pk)


def approved(acta: Acta) -> Acta:
    Acta.objects.filter(pk=acta.pk).update(state="sent")
    who = make_user(acta.session.council, "president", name="Gladys Idárraga")
    approve(
        acta, who, fingerprint(draft_of(stored(acta))), "http://testserver/verificar/"
    )
    acta.refresh_from_db()
    return acta


def in_state(acta: Acta, state: str) -> Acta:
    if state in {"approved", "published"}:
        approved(acta)
    Acta.objects.filter(pk=acta.pk).update(state=state)
    acta.refresh_from_db()
    return acta


def shown(client: Client, acta: Acta) -> str:
    return client.get(f"/actas/{acta.pk}/").content.decode()


def missing(acta: Acta) -> str:
    """Return the titles of what is missing, joined."""
    return "; ".join(f.title for f in findings(stored(acta)) if f.missing)


@pytest.mark.parametrize("role", ROLES)
def test_it_shows_the_acta_to_every_member_with_links_to_the_second(
    client: Client, council: Council, acta: Acta, role: str
) -> None:
    log_in(client, council, role)
    page = shown(client, acta)
    assert "Buenos días. Se abre la sesión." in page
    assert f"/sesiones/{acta.session_id}/transcripcion/1/?t=0" in page
    assert "Borrador, sin aprobar" in page


def test_it_prints_facts_only_once_a_person_states_them(
    client: Client, council: Council, acta: Acta
) -> None:
    councillor = make_councillor(council, "Marleny Londoño")
    facts = (
        acta.session.attendance.create(councillor=councillor, state="presente"),
        acta.session.votes.create(question="Suficiente ilustración", yes=1, no=0),
    )
    log_in(client, council, "reader")
    page = shown(client, acta)
    assert "Marleny Londoño" not in page
    assert "Suficiente ilustración" not in page
    for fact in facts:
        fact.confirm(make_user())
    page = shown(client, acta)
    assert "Marleny Londoño, concejala" in page
    assert "Suficiente ilustración" in page


def test_it_escapes_what_was_said(client: Client, council: Council, acta: Acta) -> None:
    acta.utterances.update(text="<script>alert(1)</script>")
    log_in(client, council, "secretary")
    page = shown(client, acta)
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_it_hands_out_the_draft_as_word(
    client: Client, council: Council, acta: Acta
) -> None:
    log_in(client, council, "reader")
    answer = client.get(f"/actas/{acta.pk}/word/")
    assert answer.content[:2] == b"PK"
    assert "-borrador.docx" in answer["Content-Disposition"]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("verb", MOVES)
def test_it_moves_only_for_the_role_that_may(
    client: Client, council: Council, acta: Acta, verb: str, role: str
) -> None:
    source, target, roles = MOVES[verb]
    in_state(acta, source)
    log_in(client, council, role)
    answer = client.post(f"/actas/{acta.pk}/{verb}/", {"reason": "Falta un nombre."})
    acta.refresh_from_db()
    assert answer.status_code == (302 if role in roles else 403)
    assert acta.state == (target if role in roles else source)


@pytest.mark.parametrize("verb", [*MOVES, "aprobar"])
def test_it_hides_every_move_from_other_councils_and_asks_who_is_there(
    client: Client, acta: Acta, verb: str
) -> None:
    path = f"/actas/{acta.pk}/{verb}/"
    assert client.post(path)["Location"].startswith("/cuenta/login/")
    for role in ("secretary", "president"):
        log_in(client, make_council(), role)
        assert client.post(path, {"reason": "Porque sí."}).status_code == 404
    assert client.get(path).status_code == 405


@pytest.mark.parametrize("path", ["", "word/", "versiones/1/word/"])
def test_it_hides_the_acta_from_other_councils_and_asks_who_is_there(
    client: Client, acta: Acta, path: str
) -> None:
    approved(acta)
    path = f"/actas/{acta.pk}/{path}"
    assert client.get(path)["Location"].startswith("/cuenta/login/")
    log_in(client, make_council(), "president")
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    ("verb", "states"),
    [
        ("enviar", ["sent", "approved", "published"]),
        ("devolver", ["review", "approved", "published"]),
        ("publicar", ["review", "sent", "published"]),
        ("reabrir", ["review", "sent"]),
    ],
)
def test_it_refuses_a_move_from_another_state(
    client: Client, council: Council, acta: Acta, verb: str, states: list[str]
) -> None:
    log_in(client, council, "staff")
    approved(acta)
    for state in states:
        Acta.objects.filter(pk=acta.pk).update(state=state)
        path = f"/actas/{acta.pk}/{verb}/"
        page = client.post(path, {"reason": "Porque sí."}, follow=True)
        acta.refresh_from_db()
        assert acta.state == state
        assert "alguien la movió antes" in page.content.decode()


@pytest.mark.parametrize(
    ("verb", "state"), [("devolver", "sent"), ("reabrir", "approved")]
)
def test_it_asks_why(
    client: Client, council: Council, acta: Acta, verb: str, state: str
) -> None:
    in_state(acta, state)
    log_in(client, council, "staff")
    answer = client.post(f"/actas/{acta.pk}/{verb}/", {"reason": "  "})
    acta.refresh_from_db()
    assert answer.status_code == 422
    assert "Falta decir por qué" in answer.content.decode()
    assert acta.state == state


def test_it_shows_the_reason_to_the_secretary(
    client: Client, council: Council, acta: Acta
) -> None:
    in_state(acta, "sent").give_back("El nombre de la ponente está mal.")
    log_in(client, council, "secretary")
    assert "El nombre de la ponente está mal." in shown(client, acta)


@pytest.mark.parametrize(
    ("state", "offers"),
    [
        ("review", {"secretary": ["Enviar a aprobación"], "president": []}),
        ("sent", {"president": ["Aprobar el acta", "Devolver"], "secretary": []}),
        ("approved", {"secretary": ["Publicar", "Reabrir"], "president": []}),
        ("published", {"secretary": ["Reabrir"], "president": []}),
    ],
)
def test_it_offers_each_role_its_moves(
    client: Client,
    council: Council,
    acta: Acta,
    state: str,
    offers: dict[str, list[str]],
) -> None:
    in_state(acta, state)
    for role, words in (offers | {"reader": []}).items():
        log_in(client, council, role)
        moves = shown(client, acta).split("<aside>")[1]
        assert ('method="post"' in moves) is bool(words)
        assert all(word in moves for word in words)


def test_it_lists_versions_with_who_when_and_sha256(
    client: Client, council: Council, acta: Acta
) -> None:
    version = approved(acta).versions.get()
    log_in(client, council, "reader")
    page = shown(client, acta)
    for said in ("Gladys Idárraga", version.sha256, version.code, "versiones/1/word/"):
        assert said in page
    assert "Borrador, sin aprobar" not in page


def test_it_finds_everything_missing_in_a_fresh_draft(acta: Acta) -> None:
    make_councillor(acta.session.council)
    acta.session.votes.create(question="Proposición n.º 38")
    speaker = acta.session.speakers.create(voice="S1")
    acta.utterances.update(speaker=speaker)
    found = missing(acta)
    assert "Falta confirmar la asistencia de 1 concejal" in found
    assert "Falta confirmar 1 votación" in found
    assert "Falta la hora de apertura y la hora de cierre" in found
    assert "Falta el orden del día" in found
    assert "Hay 1 voz por confirmar" in found
    assert "Falta revisar 2 intervenciones, el 100 %" in found


def test_it_finds_nothing_missing_when_everything_was_stated(acta: Acta) -> None:
    session, user = acta.session, make_user()
    session.opened_at, session.closed_at = time(9), time(11)
    session.save()
    councillor = make_councillor(session.council)
    row = session.attendance.create(councillor=councillor, state="presente")
    row.confirm(user)
    vote = session.votes.create(question="Acta anterior", yes=1, no=0)
    vote.confirm(user)
    session.agenda.create(position=1, title="Llamado a lista", start=0.0)
    speaker = session.speakers.create(voice="S1", councillor=councillor)
    speaker.confirm(user)
    acta.utterances.update(speaker=speaker, state="verified")
    make_transcription(session.recordings.get(), status="done")
    assert missing(acta) == ""


def test_it_finds_a_confirmed_vote_that_does_not_add_up(acta: Acta) -> None:
    row = acta.session.attendance.create(
        councillor=make_councillor(acta.session.council), state="presente"
    )
    vote = acta.session.votes.create(question="Acta anterior", yes=6, no=0)
    row.confirm(make_user())
    assert "cuya cuenta no coincide" not in missing(acta)
    vote.confirm(make_user())
    assert "confirmadas cuya cuenta no coincide" in missing(acta)


def test_it_finds_items_without_their_beginning(acta: Acta) -> None:
    acta.session.agenda.create(position=1, title="Lista", start=0.0)
    acta.session.agenda.create(position=2, title="Varios")
    assert "Falta decir dónde empieza el punto 2" in missing(acta)


def test_it_finds_that_there_was_no_quorum(acta: Acta) -> None:
    row = acta.session.attendance.create(
        councillor=make_councillor(acta.session.council), state="ausente"
    )
    row.confirm(make_user())
    assert "No hay quórum para decidir" in missing(acta)


def test_it_finds_what_could_not_be_transcribed(acta: Acta) -> None:
    make_transcription(acta.session.recordings.get(), status="done")  # 600 s
    hearing = make_transcription(
        make_recording(acta.session, seconds=3600.0), status="done"
    )
    make_part(hearing, start=0.0, end=600.0, status="done")
    for start in (600.0, 1200.0):
        make_part(hearing, start=start, end=start + 600.0, status="failed")
    assert "Faltan 20\u00a0min por transcribir, desde 0:20:00" in missing(acta)
    (hole,) = (f for f in findings(stored(acta)) if "por transcribir" in f.title)
    assert hole.href == f"/sesiones/{acta.session_id}/"


@pytest.mark.parametrize(
    ("status", "said"),
    [("hearing", "se está transcribiendo"), ("failed", "no se transcribió")],
)
def test_it_finds_a_recording_that_is_not_heard(
    acta: Acta, status: str, said: str
) -> None:
    recording = acta.session.recordings.get()
    make_transcription(recording, status=status)
    assert f"«{recording.name}» {said}" in missing(acta)


def test_it_does_not_count_who_holds_no_seat(acta: Acta) -> None:
    session = acta.session
    gone, seated = make_councillor(session.council), make_councillor(session.council)
    for row in (gone, seated):
        session.attendance.create(councillor=row, state="presente").confirm(make_user())
    gone.tenures.all().delete()
    assert "asistencia" not in missing(acta)
    session.attendance.filter(councillor=seated).delete()
    assert "Falta confirmar la asistencia de 1 concejal" in missing(acta)


def test_it_asks_the_database_the_same_for_a_short_and_a_long_session(
    client: Client, council: Council, django_assert_max_num_queries
) -> None:
    log_in(client, council, "secretary")
    counts = []
    for size in (2, 60):
        acta = make_acta(make_session(council), ["Sí."] * size)
        for n in range(size):
            councillor = make_councillor(council)
            acta.session.attendance.create(councillor=councillor, state="presente")
            vote = acta.session.votes.create(question=f"Pregunta {n}", kind="nominal")
            vote.ballots.create(councillor=councillor, position=1, value="si")
            acta.session.speakers.create(voice=f"S{n}", councillor=councillor)
            acta.session.agenda.create(position=n + 1, title=f"Punto {n}")
        with django_assert_max_num_queries(40) as queries:
            assert client.get(f"/actas/{acta.pk}/").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("hers", "others", "asked"), [(21, 0, True), (17, 4, True), (16, 5, False)]
)
def test_it_asks_about_an_acta_in_one_persons_name(
    council: Council, hers: int, others: int, asked: bool
) -> None:
    acta = make_acta(make_session(council), [f"Frase {i}." for i in range(21)])
    nubia = make_councillor(council, "Nubia Rivas")
    voices = [acta.session.speakers.create(voice=v, councillor=nubia) for v in "AB"]
    assert "Casi todo" not in missing(acta)
    for voice in voices:
        voice.confirm(None)
    rows = list(acta.utterances.all())
    for position, row in enumerate(rows[:hers]):
        acta.utterances.filter(pk=row.pk).update(speaker=voices[position % 2])
    assert others == acta.utterances.filter(speaker=None).count()
    assert ("Casi todo está a nombre de Nubia Rivas" in missing(acta)) == asked


def test_it_lets_one_person_say_all_of_a_short_acta(acta: Acta) -> None:
    acta.utterances.update(speaker=acta.session.speakers.create(name="Nubia Rivas"))
    assert "Casi todo" not in missing(acta)
