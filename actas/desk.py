"""What waits on a person's desk: sessions grouped by what is to be done with them."""

from __future__ import annotations

import dataclasses
import datetime

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse

from actas.models import Acta, Utterance
from actas.wording import capital, cardinal, listing
from councils.models import Council, Role, User
from sessions.models import CouncilSession, Speaker, Stage
from sessions.progress import LOOKS, Look
from sessions.tramos import tramo_of
from sessions.wording import duration, long_date
from transcription.models import Transcription

RECENT = 5  # finished sessions on the first page


@dataclasses.dataclass(frozen=True)
class Action:
    """The button at the end of a line: how to go on with the session."""

    label: str
    url: str
    icon: str
    quiet: bool = True


@dataclasses.dataclass(frozen=True)
class Row:
    """One session as a line of the desk."""

    title: str
    url: str
    look: Look
    facts: str
    action: Action
    note: str = ""
    percent: int | None = None  # how much of the draft a person has looked at


@dataclasses.dataclass(frozen=True)
class Group:
    """Sessions that wait for the same thing, and how many they are, in words."""

    title: str
    count: str
    rows: list[Row]


@dataclasses.dataclass(frozen=True)
class Desk:
    """Everything that the first page says about sessions."""

    groups: list[Group]
    summary: str  # what is not done yet, in one sentence; "" when everything is
    waits: bool  # whether some of it is for this person to do
    may_upload: bool
    has_councils: bool

    @property
    def is_empty(self) -> bool:
        return not self.groups


def open_sessions(user: User) -> QuerySet[CouncilSession]:
    """Sessions whose acta is not approved, oldest first, with what their lines tell."""
    said = Utterance.objects.filter(acta=OuterRef("acta")).order_by().values("acta")
    unseen = said.filter(state=Utterance.State.MACHINE)
    own = Q(speaker=OuterRef("pk")) | Q(speaker__same_as=OuterRef("pk"))
    voices = Speaker.objects.unattributed().filter(
        Exists(Utterance.objects.exclude(text="").filter(own)), session=OuterRef("pk")
    )
    waiting = Q(acta=None) | Q(acta__state__in=[Acta.State.REVIEW, Acta.State.SENT])
    return (
        CouncilSession.objects.visible_to(user)
        .filter(waiting)
        .with_stage()
        .annotate(
            said=Subquery(said.annotate(n=Count("pk")).values("n")),
            unseen=Subquery(unseen.annotate(n=Count("pk")).values("n")),
            unseen_from=Subquery(unseen.annotate(n=Min("start")).values("n")),
            voices=Subquery(
                voices.order_by().values("session").annotate(n=Count("pk")).values("n")
            ),
        )
        .order_by("date", "number")
    )


def finished_sessions(user: User) -> QuerySet[CouncilSession]:
    """Sessions whose acta is approved, newest first."""
    done = [Acta.State.APPROVED, Acta.State.PUBLISHED]
    rows = CouncilSession.objects.visible_to(user).filter(acta__state__in=done)
    return rows.with_stage().order_by("-date", "-number")


def lay_out(user: User, today: datetime.date) -> Desk:
    """Put the sessions of `user`'s councils in groups, in the order of the work."""
    councils = list(Council.objects.visible_to(user))
    writer = Writer(user, today, names_council=len(councils) > 1)
    staged = [(session, session.stage) for session in open_sessions(user)]
    staged += [(s, s.stage) for s in finished_sessions(user)[:RECENT]]
    groups = []
    for title, stages, one, many in GROUPS:
        rows = [writer.row(s, stage) for s, stage in staged if stage in stages]
        if rows:
            count = f"{len(rows)} {one if len(rows) == 1 else many}"
            groups.append(Group(title, count, rows))
    if any(user.role_in(council) == Role.PRESIDENT for council in councils):
        groups.sort(key=lambda group: group.title != TO_APPROVE)  # stable
    return Desk(
        groups=groups,
        summary=summary([stage for _, stage in staged]),
        waits=any(waits_for(user, session, stage) for session, stage in staged),
        may_upload=any(user.may_edit(council) for council in councils),
        has_councils=bool(councils),
    )


TO_APPROVE = "Por aprobar"
GROUPS = (
    ("Por revisar", {Stage.REVIEW}, "sesión", "sesiones"),
    (TO_APPROVE, {Stage.SENT}, "acta", "actas"),
    (
        "En camino",
        {Stage.UPLOADING, Stage.HEARING, Stage.DRAFTING},
        "sesión",
        "sesiones",
    ),
    ("Sin grabación", {Stage.EMPTY}, "sesión", "sesiones"),
    ("Detenidas", {Stage.FAILED}, "sesión", "sesiones"),
    ("Hechas", {Stage.APPROVED, Stage.PUBLISHED}, "reciente", "recientes"),
)
SUMMARY = (
    ({Stage.REVIEW}, "sesión por revisar", "sesiones por revisar"),
    ({Stage.SENT}, "acta por aprobar", "actas por aprobar"),
    (
        {Stage.UPLOADING, Stage.HEARING, Stage.DRAFTING},
        "sesión en camino",
        "sesiones en camino",
    ),
    ({Stage.EMPTY}, "sesión sin grabación", "sesiones sin grabación"),
    ({Stage.FAILED}, "sesión detenida", "sesiones detenidas"),
)

# What who brings a recording has to know while it is on its way.
ON_THE_WAY = {
    Stage.UPLOADING: "Deje abierta la pestaña donde sube hasta que termine.",
    Stage.HEARING: "Puede cerrar la página.",
}


def summary(stages: list[Stage]) -> str:
    """Return "Dos sesiones por revisar y un acta por aprobar.", or "" for nothing."""
    pieces = []
    for wanted, one, many in SUMMARY:
        number = sum(stage in wanted for stage in stages)
        if number:
            pieces.append(in_words(number, one, many))
    return f"{capital(listing(pieces))}." if pieces else ""


def waits_for(user: User, session: CouncilSession, stage: Stage) -> bool:
    """Whether `user` is who has to go on with a session."""
    if stage == Stage.SENT:
        return user.may_approve(session.council)
    mine = stage in {Stage.EMPTY, Stage.FAILED, Stage.REVIEW}
    return mine and user.may_edit(session.council)


def in_words(number: int, one: str, many: str) -> str:
    """Return "una sesión", "un acta", "veintiuna sesiones"."""
    if number == 1:
        # A feminine noun that begins with a stressed "a" takes "un" (RAE).
        return f"{'un' if one.startswith('acta') else 'una'} {one}"
    return f"{cardinal(number, feminine=True)} {many}"


class Writer:
    """Writes the line of a session for one person, on one day."""

    def __init__(self, user: User, today: datetime.date, names_council: bool) -> None:
        self._user, self._today = user, today
        self._names_council = names_council

    def row(self, session: CouncilSession, stage: Stage) -> Row:
        """Return the line of `session`, which stands at `stage`."""
        if stage == Stage.REVIEW:
            return self._in_review(session)
        if stage in {Stage.SENT, Stage.APPROVED, Stage.PUBLISHED}:
            return self._with_acta(session, stage)
        if stage == Stage.FAILED:
            return self._stopped(session)
        return self._on_the_way(session, stage)

    def _facts(self, session: CouncilSession, *more: str) -> str:
        day = long_date(session.date).removesuffix(f" de {self._today.year}")
        council = session.council.name if self._names_council else ""
        length = duration(session.seconds) if session.seconds else ""
        return " · ".join(piece for piece in (council, day, length, *more) if piece)

    def _in_review(self, session: CouncilSession) -> Row:
        said, unseen = session.said or 0, session.unseen or 0
        # Rounded down, so that 100 means every sentence, as on the review page.
        percent = 100 * (said - unseen) // said if said else 0
        waiting = session.voices or 0
        voices = f"{waiting} {'voz' if waiting == 1 else 'voces'} por confirmar"
        returned = session.acta.returned_because
        if returned:
            look = Look("warn", "undo", "Devuelta")
        elif said > unseen:
            look = LOOKS[Stage.REVIEW]
        else:
            look = Look("", "clock", "Sin empezar")
        return Row(
            title=str(session),
            url=session.get_absolute_url(),
            look=look,
            facts=self._facts(session, voices if waiting else ""),
            note=f"Motivo: {returned}" if returned else "",
            percent=percent if percent and not returned else None,
            action=self._review(session, percent, begun=said > unseen),
        )

    def _review(self, session: CouncilSession, percent: int, begun: bool) -> Action:
        if not self._user.may_edit(session.council):
            return Action("Ver la sesión", session.get_absolute_url(), "right")
        part = tramo_of(session.unseen_from or 0)
        label = f"Seguir en el tramo {part}" if begun else "Empezar a revisar"
        if percent == 100:
            url = reverse("acta", args=[session.acta.pk])
            return Action("Leer el acta completa", url, "book", quiet=False)
        url = reverse("review", args=[session.pk, part])
        return Action(label, url, "right", quiet=not begun)

    def _with_acta(self, session: CouncilSession, stage: Stage) -> Row:
        url = reverse("acta", args=[session.acta.pk])
        action = Action("Ver el acta", url, "book")
        note = ""
        if stage == Stage.SENT and self._user.may_approve(session.council):
            action = Action("Leer y aprobar", url, "book", quiet=False)
        elif stage == Stage.SENT:
            note = "La lee y la aprueba la presidencia."
        return Row(
            title=f"{session.acta}, {str(session).lower()}",
            url=url,
            look=LOOKS[stage],
            facts=self._facts(session),
            note=note,
            action=action,
        )

    def _on_the_way(self, session: CouncilSession, stage: Stage) -> Row:
        url, edits = session.get_absolute_url(), self._user.may_edit(session.council)
        action = Action("Ver el avance", url, "right")
        if stage == Stage.EMPTY and edits:
            action = Action("Subir la grabación", url, "up")
        elif stage == Stage.EMPTY:
            action = Action("Ver la sesión", url, "right")
        note = ON_THE_WAY.get(stage, "") if edits else ""
        facts = self._facts(session)
        return Row(str(session), url, LOOKS[stage], facts, action, note)

    def _stopped(self, session: CouncilSession) -> Row:
        hearings = [recording.transcription for recording in session.recordings.all()]
        failed = Transcription.Status.FAILED
        reasons = [h.error for h in hearings if h and h.status == failed and h.error]
        return Row(
            title=str(session),
            url=session.get_absolute_url(),
            look=LOOKS[Stage.FAILED],
            facts=self._facts(session),
            note=" ".join(reasons) or "La transcripción no terminó.",
            action=Action("Ver qué pasó", session.get_absolute_url(), "right"),
        )
