"""What an acta still lacks before it is approved, and what is in order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count, Exists, Min, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse

from actas.holes import holes
from actas.models import Acta, Utterance
from actas.wording import listing
from sessions.facts import tied
from sessions.models import Speaker
from sessions.tramos import tramo_of
from sessions.votes import count_of, present_in
from transcription.guards import SAYS
from transcription.models import Transcription

FEW_SENTENCES = 20  # up to here one person may well have said everything
NEARLY_ALL = 0.8  # of the sentences
NAMED_VOICES = 6  # that a finding names; it counts the others


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at, and where it is put right."""

    title: str
    missing: bool = True
    detail: str = ""
    href: str = ""
    action: str = ""
    """The words of the link."""

    @property
    def tag(self) -> str:
        return "warn" if self.missing else "ok"

    @property
    def icon(self) -> str:
        return "alert" if self.missing else "check"


def findings(acta: Acta) -> list[Finding]:
    """Return everything that was looked at, what is missing first.

    The number of queries does not depend on how long the session was.
    """
    checks = (
        _hearings,
        _attendance,
        _votes,
        _hours,
        _agenda,
        _voices,
        _one_voice,
        _sentences,
        _odd,
    )
    found = [finding for check in checks for finding in check(acta)]
    return sorted(found, key=lambda finding: not finding.missing)


def many(number: int, one: str, more: str) -> str:
    """Return "1 voz" or "3 voces"."""
    return f"{number} {one if number == 1 else more}"


def _hearings(acta: Acta) -> Iterator[Finding]:
    """Tell what is missing of the recordings: what failed, what is not heard yet."""
    link = {"href": acta.session.get_absolute_url(), "action": "Ir a la sesión"}
    for hole in holes(acta.session):
        yield Finding(str(hole), detail=hole.why, **link)
    recordings = acta.session.recordings.select_related("transcription")
    for recording in recordings.defer("transcription__peaks", "transcription__terms"):
        hearing = recording.transcription
        if hearing is None or hearing.status == Transcription.Status.FAILED:
            yield Finding(
                f"«{recording.name}» no se transcribió",
                detail=hearing.error if hearing else "",
                **link,
            )
        elif hearing.is_working:
            yield Finding(
                f"«{recording.name}» se está transcribiendo",
                detail="Lo que se oiga entra en el borrador cuando termine.",
                **link,
            )


def _attendance(acta: Acta) -> Iterator[Finding]:
    session = acta.session
    roster = session.council.councillors.seated_on(session.date)
    seated = set(roster.values_list("pk", flat=True))
    rows = [row for row in session.attendance.all() if row.councillor_id in seated]
    open_rows = len(seated) - sum(row.is_confirmed for row in rows)
    link = {"href": reverse("attendance", args=[session.pk])}
    if not seated:
        yield Finding(
            "No hay concejales inscritos en esa fecha",
            detail="Sin ellos el acta no puede decir quién asistió.",
            href=session.council.get_absolute_url(),
            action="Ir al concejo",
        )
    elif open_rows:
        who = many(open_rows, "concejal", "concejales")
        yield Finding(
            f"Falta confirmar la asistencia de {who}",
            detail="Lo que no se confirma no se imprime, y sin la lista completa no "
            "se declara el quórum.",
            action="Confirmar la asistencia",
            **link,
        )
    else:
        yield Finding("Asistencia confirmada", missing=False)
        yield from _quorum(acta, present_in(rows) or 0)


def _quorum(acta: Acta, present: int) -> Iterator[Finding]:
    council = acta.session.council
    if present < council.decisive_quorum:
        yield Finding(
            "No hay quórum para decidir",
            detail=f"Asistieron {present} y se necesitan {council.decisive_quorum}.",
            href=reverse("attendance", args=[acta.session_id]),
            action="Revisar la asistencia",
        )
    else:
        yield Finding("Hubo quórum decisorio", missing=False)


def _votes(acta: Acta) -> Iterator[Finding]:
    session = acta.session
    votes = list(session.votes.prefetch_related("ballots"))
    present = present_in(session.attendance.all())
    link = {"href": reverse("votes", args=[session.pk]), "action": "Ver las votaciones"}
    waiting = sum(not vote.is_confirmed for vote in votes)
    if waiting:
        which = many(waiting, "votación", "votaciones")
        yield Finding(
            f"Falta confirmar {which}",
            detail="Lo que no se confirma no se imprime.",
            **link,
        )
    wrong = []
    for vote in votes:
        vote.session = session  # with the council that it came with
        if vote.is_confirmed and count_of(vote, present).warnings:
            wrong.append(str(vote))
    if wrong:
        yield Finding(
            "Hay votaciones confirmadas cuya cuenta no coincide",
            detail="; ".join(wrong) + ".",
            **link,
        )
    if votes and not waiting and not wrong:
        yield Finding("Votaciones confirmadas, y suman", missing=False)


def _hours(acta: Acta) -> Iterator[Finding]:
    session = acta.session
    hours = {"de apertura": session.opened_at, "de cierre": session.closed_at}
    lacking = [name for name, moment in hours.items() if moment is None]
    if lacking:
        yield Finding(
            f"Falta la hora {' y la hora '.join(lacking)}",
            detail="El acta dirá «hora por confirmar».",
            href=reverse("attendance", args=[session.pk]) + "#horas",
            action="Escribir la hora",
        )
    else:
        yield Finding("Horas de apertura y cierre", missing=False)


def _agenda(acta: Acta) -> Iterator[Finding]:
    items = list(acta.session.agenda.all())
    unplaced = [item.position for item in items if item.start is None]
    link = {"href": reverse("agenda", args=[acta.session_id])}
    if not items:
        yield Finding(
            "Falta el orden del día",
            detail="Todo lo dicho queda en una sola parte, sin puntos.",
            action="Escribir el orden del día",
            **link,
        )
    elif unplaced:
        numbers = ", ".join(map(str, unplaced))
        points = "empieza el punto" if len(unplaced) == 1 else "empiezan los puntos"
        yield Finding(
            f"Falta decir dónde {points} {numbers}",
            detail="Lo que se dijo ahí queda en el punto anterior.",
            href=reverse("review", args=[acta.session_id, 1]),
            action="Marcarlo en la transcripción",
        )
    else:
        yield Finding("Puntos del orden del día, con su comienzo", missing=False)


def _voices(acta: Acta) -> Iterator[Finding]:
    """Tell of voices whose name no person confirmed, and of sentences without one."""
    waiting = acta.session.speakers.unattributed().select_related("councillor")
    voices = {one.pk: one for one in waiting}
    said = acta.utterances.exclude(text="").order_by()
    by_voice = said.values(voice=Coalesce("speaker__same_as", "speaker"))
    counts = dict(by_voice.annotate(n=Count("pk")).values_list("voice", "n"))
    rows = {pk: n for pk, n in counts.items() if pk in voices}
    if rows:
        labels = [_voice(voices[pk]) for pk in sorted(rows, key=lambda pk: -rows[pk])]
        more = len(labels) - NAMED_VOICES
        listed = labels[:NAMED_VOICES] + ([f"{more} más"] if more > 0 else [])
        total = sum(rows.values())
        says = "Dicen" if len(rows) > 1 else "Dice"
        yield Finding(
            f"Hay {many(len(rows), 'voz por confirmar', 'voces por confirmar')}",
            detail=f"{says} {many(total, 'intervención', 'intervenciones')}, y en el "
            f"acta salen como «Interviniente sin identificar»: {listing(listed)}.",
            href=reverse("review", args=[acta.session_id, 1]) + "#voces",
            action="Confirmar quién habla",
        )
    if None in counts:
        first = said.filter(speaker=None).aggregate(first=Min("start"))["first"]
        yield Finding(
            f"Hay {many(counts[None], 'intervención', 'intervenciones')} sin voz",
            detail="En el acta salen como «Interviniente sin identificar».",
            href=heard(acta, first),
            action="Ver la primera",
        )
    if not rows and None not in counts:
        yield Finding("Quién habla está confirmado", missing=False)


def _voice(speaker: Speaker) -> str:
    return f"{speaker.label} (propuesta)" if speaker.is_named else speaker.label


def _one_voice(acta: Acta) -> Iterator[Finding]:
    """Ask about an acta in which one person says nearly everything."""
    said = acta.utterances.exclude(text="").order_by()
    counts = said.values("speaker").annotate(n=Count("pk"))
    rows = dict(counts.values_list("speaker", "n"))
    people: Counter[str] = Counter()
    for speaker in tied(acta.session.speakers.select_related("councillor")):
        if speaker.is_attributed:
            people[speaker.label] += rows.get(speaker.pk, 0)
    total = sum(rows.values())
    for name, count in people.items():
        if total > FEW_SENTENCES and count > NEARLY_ALL * total:
            yield Finding(
                f"Casi todo está a nombre de {name}",
                detail="¿Faltan voces por separar?",
                href=heard(acta, 0),
                action="Revisar quién habla",
            )


def _sentences(acta: Acta) -> Iterator[Finding]:
    untouched = Q(state=Utterance.State.MACHINE)
    found = acta.utterances.exclude(text="").aggregate(
        all=Count("pk"),
        machine=Count("pk", filter=untouched),
        first=Min("start", filter=untouched),
    )
    if not found["all"]:
        yield Finding("No hay nada transcrito", detail="El acta no tiene desarrollo.")
    elif found["machine"]:
        share = max(1, round(100 * found["machine"] / found["all"]))
        said = many(found["machine"], "intervención", "intervenciones")
        yield Finding(
            f"Falta revisar {said}, el {share} %",
            detail="Están como las oyó la máquina.",
            href=heard(acta, found["first"]),
            action="Seguir revisando",
        )
    else:
        yield Finding("Transcripción revisada", missing=False)


def _odd(acta: Acta) -> Iterator[Finding]:
    """Tell of sentences in which the guards found something and nobody looked."""
    links = Utterance.segments.through.objects.filter(utterance=OuterRef("pk"))
    hearing = "segment__part__transcription"
    # What a later hearing heard under a sentence that stayed is not its text.
    own = links.order_by(hearing).values(hearing)[:1]
    flagged = links.filter(segment__flags__overlap=list(SAYS))
    machine = acta.utterances.filter(Exists(flagged), state=Utterance.State.MACHINE)
    found = (
        machine.annotate(own=Subquery(own))
        .filter(Exists(flagged.filter(**{hearing: OuterRef("own")})))
        .aggregate(all=Count("pk"), first=Min("start"))
    )
    if found["all"]:
        said = many(found["all"], "intervención", "intervenciones")
        yield Finding(
            f"Hay {said} que ASTRA no oyó bien",
            detail="Están señaladas en la transcripción: óigalas, corríjalas o diga "
            "que están bien.",
            href=heard(acta, found["first"]),
            action="Ver la primera",
        )


def heard(acta: Acta, second: float | None) -> str:
    """Return the address of the transcript at `second` of the session's clock."""
    moment = second or 0
    address = reverse("review", args=[acta.session_id, tramo_of(moment)])
    return f"{address}?t={int(moment)}"
