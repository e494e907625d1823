"""How a session is getting on: its stages, with their times, from its rows alone."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from django.db.models import Prefetch, prefetch_related_objects
from django.utils import timezone

from sessions.models import CouncilSession, Recording, Stage, Upload
from sessions.usual import Usual, usual
from sessions.waiting import for_machine, for_preparation
from sessions.wording import clock, duration, hour, size
from transcription.models import Part, Transcription

WORKING = (Stage.HEARING, Stage.DRAFTING)
QUIET = 60.0  # seconds without a byte after which nobody is sending an upload
CUT_SHORT = 5.0  # seconds that a file may promise and not bring


@dataclass(frozen=True)
class Look:
    """How a stage is shown at a glance: colour, icon and word."""

    tone: str
    icon: str
    word: str


LOOKS = {
    stage: Look(tone, icon, stage.label.capitalize())
    for stage, tone, icon in (
        (Stage.EMPTY, "", "clock"),
        (Stage.UPLOADING, "run", "up"),
        (Stage.HEARING, "run", "run"),
        (Stage.FAILED, "bad", "stop"),
        (Stage.DRAFTING, "run", "pen"),
        (Stage.REVIEW, "run", "pen"),
        (Stage.SENT, "warn", "clock"),
        (Stage.APPROVED, "ok", "check"),
        (Stage.PUBLISHED, "ok", "check"),
    )
}


HALFWAY = Look("warn", "clock", "Subida sin terminar")


@dataclass(frozen=True)
class Step:
    """One stage of the work as the page shows it."""

    title: str
    state: str  # "done", "now", "wait" or "bad"
    said: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    usual: float | None = None  # seconds it took in past sessions
    bar: tuple[int, int] | None = None  # so much of so much
    retry: tuple[Recording, ...] = ()
    arriving: tuple[str, ...] = ()  # said, unless the page itself is uploading

    @property
    def spoken(self) -> str:
        """The state for who hears the page and does not see its icon."""
        return {
            "done": "Terminado",
            "now": "En curso",
            "wait": "Pendiente",
            "bad": "Detenido",
        }[self.state]

    @property
    def is_timed(self) -> bool:
        """Whether it has a length: one that stopped half way has none."""
        return self.state in ("done", "now") or self.until is not None

    @property
    def hours(self) -> str:
        """Between which hours it was done."""
        ends = [hour(timezone.localtime(at).time()) for at in (self.since, self.until)]
        return " – ".join(dict.fromkeys(ends))

    @property
    def seconds(self) -> float | None:
        """How long it took, or has been going on; None when that is not known."""
        if self.since is None or not self.is_timed:
            return None
        return ((self.until or timezone.now()) - self.since).total_seconds()


class Progress:
    """The stages of one session. Costs the same few queries however many parts."""

    def __init__(self, session: CouncilSession) -> None:
        light = Transcription.objects.defer("peaks", "terms")
        parts = Part.objects.defer("clips").order_by("position")
        prefetch_related_objects(
            [session],
            Prefetch("recordings", Recording.objects.order_by("position")),
            Prefetch("recordings__transcription", light),
            Prefetch("recordings__transcription__parts", parts),
            "uploads",
        )
        self.session = session
        self.recordings = list(session.recordings.all())
        self.heard = [(r, r.transcription) for r in self.recordings if r.transcription]
        self.hearings = [hearing for _, hearing in self.heard]
        self.parts = [part for h in self.hearings for part in h.parts.all()]
        self.uploads = [u for u in session.uploads.all() if u.is_alive]
        self.stage = session.stage

    @property
    def look(self) -> Look:
        if self.stage == Stage.UPLOADING and not any(map(is_arriving, self.uploads)):
            return HALFWAY
        return LOOKS[self.stage]

    @property
    def failed(self) -> list[Recording]:
        """Recordings that wait for somebody to have them tried again."""
        return [r for step in self.steps for r in step.retry]

    @property
    def is_working(self) -> bool:
        return self.stage in WORKING or any(h.is_working for h in self.hearings)

    @cached_property
    def steps(self) -> list[Step]:
        return [
            self._received(),
            self._prepared(),
            self._transcribed(),
            self._checked(),
            self._drafted(),
        ]

    @cached_property
    def _usual(self) -> Usual:
        return usual(self.session)

    @property
    def ready_at(self) -> datetime | None:
        """When the draft should be there, if it takes what it usually takes."""
        began = earliest(h.started_at for h in self.hearings)
        whole = self._usual.whole(self.session.seconds)
        if not (self.is_working and began and whole):
            return None
        ready = began + timedelta(seconds=whole)
        return ready if ready > timezone.now() else None

    def _received(self) -> Step:
        count = len(self.recordings)
        total = size(sum(recording.bytes for recording in self.recordings))
        files = f"Un archivo completo, {total}."
        if count != 1:
            files = f"{count} archivos completos, {total} en total."
        said = [files] if count else []
        arriving = tuple(map(how_far, self.uploads))
        coming = [upload for upload in self.uploads if is_arriving(upload)]
        state = "now" if coming else "done" if count and not arriving else "wait"
        since = earliest(upload.created_at for upload in coming)
        until = None if arriving else latest(r.created_at for r in self.recordings)
        title = "Grabaciones recibidas"
        return Step(title, state, tuple(said), since, until, arriving=arriving)

    def _prepared(self) -> Step:
        title, said = "Audio preparado", []
        bad = [(r, h) for r, h in self.heard if h.status == h.FAILED]
        bad = [(r, h) for r, h in bad if not h.prepared_at]
        since = earliest(h.started_at for h in self.hearings)
        for recording, hearing in self.heard:
            said += cut_short(recording, hearing)
        if bad:
            said += [reason(r, h) for r, h in bad]
            return Step(title, "bad", tuple(said), since, retry=failed(bad))
        if not self.hearings:
            return Step(title, "wait")
        if all(h.prepared_at for h in self.hearings):
            length = duration(sum(h.seconds or 0 for h in self.hearings))
            count = len(self.parts)
            parts = "una parte" if count == 1 else f"{count} partes"
            said.insert(0, f"{length} de sesión en {parts}.")
            until = latest(h.prepared_at for h in self.hearings)
            return Step(title, "done", tuple(said), since, until)
        said.insert(0, for_preparation(self.hearings))
        usually = self._usual.prepare(self.session.seconds)
        return Step(title, "now", tuple(said), since, usual=usually)

    def _transcribed(self) -> Step:
        title = "Transcripción"
        since = earliest(part.started_at for part in self.parts)
        usually = self._usual.hear(self.session.seconds)
        if not self.parts:
            return Step(title, "wait", usual=usually)
        done = [part for part in self.parts if part.status == Part.Status.DONE]
        aside = [part for part in self.parts if part.status == Part.Status.FAILED]
        told = [*map(self._aside, aside), *self._repeated()]
        if all(h.heard_at for h in self.hearings):
            retry = failed((r, h) for r, h in self.heard if has_aside(h))
            state, until = ("bad" if aside else "done"), self._heard_at()
            said = (parts_of(len(done), len(self.parts)), *told)
            return Step(title, state, said, since, until, retry=retry)
        said = [parts_of(len(done), len(self.parts))]
        if not all(h.prepared_at for h in self.hearings):
            said.append("El audio se está preparando todavía y puede traer más partes.")
        if not any(part.status == Part.Status.HEARING for part in self.parts):
            said.append(for_machine(self.hearings, self.parts))
        listened = sum(part.heard for part in self.parts)
        total = max(self.session.seconds, sum(p.end - p.start for p in self.parts))
        bar = (int(listened), max(1, int(total)))
        return Step(title, "now", (*said, *told), since, usual=usually, bar=bar)

    def _checked(self) -> Step:
        title = "Comprobación de que no falte nada"
        promise = "Ningún segundo sin oír y ninguna palabra perdida."
        if not self.hearings or not all(h.heard_at for h in self.hearings):
            return Step(title, "wait", (promise,), usual=self._usual.check)
        since = self._heard_at()
        bad = [(r, h) for r, h in self.heard if h.status == h.FAILED]
        if bad:
            said = tuple(reason(r, h) for r, h in bad)
            return Step(title, "bad", said, since, retry=failed(bad))
        if all(h.status == Transcription.Status.DONE for h in self.hearings):
            until = latest(h.finished_at for h in self.hearings)
            if any(map(has_aside, self.hearings)):
                promise = "Lo demás está completo: ninguna palabra perdida."
            return Step(title, "done", (promise,), since, until)
        return Step(title, "now", (promise,), since, usual=self._usual.check)

    def _drafted(self) -> Step:
        title, acta = "Borrador del acta", getattr(self.session, "acta", None)
        since = latest(h.finished_at for h in self.hearings)
        working = any(h.is_working for h in self.hearings)
        if acta and not working:
            said = ("Voces, puntos, asistencia y votos quedaron propuestos.",)
            first = since if since and since <= acta.created_at else None
            return Step(title, "done", said, first, acta.created_at)
        if acta:
            said = ("El borrador que ya existe recibe lo nuevo cuando se haya oído.",)
            return Step(title, "wait", said)
        said = (
            "Con voces, puntos, asistencia y votos propuestos; usted los confirma.",
        )
        if self.stage != Stage.DRAFTING:
            return Step(title, "wait", said, usual=self._usual.draft)
        if self.uploads:
            names = " y ".join(f"«{upload.name}»" for upload in self.uploads)
            said += (
                f"Espera a {names}, que no ha llegado del todo. Si cancela esa subida, "
                "se escribe con lo que ya está.",
            )
            return Step(title, "wait", said, usual=self._usual.draft)
        late = since and timezone.now() - since > timedelta(minutes=10)
        if late:
            said += (
                "Tarda más de lo debido. ASTRA lo intenta de nuevo cada cinco minutos; "
                "si esto sigue, avise a quien administra el servidor.",
            )
        return Step(title, "now", said, since, usual=self._usual.draft)

    def _heard_at(self) -> datetime | None:
        return latest(h.heard_at for h in self.hearings)

    def _repeated(self) -> list[str]:
        """Say which parts were or are being tried again, and why."""
        said = []
        for part in self.parts:
            name = self._name(part)
            if part.status == Part.Status.DONE and part.attempt > 1:
                times = "una vez" if part.attempt == 2 else f"{part.attempt - 1} veces"
                said.append(f"{name} falló {times} y se repitió: quedó completa.")
            elif part.status == Part.Status.HEARING and part.attempt > 1:
                said.append(f"{name} falló y se está repitiendo.")
            elif part.status == Part.Status.WAITING and part.error:
                said.append(f"{name} falló y se repite en un momento. {part.error}")
        return said

    def _aside(self, part: Part) -> str:
        stretch = f"de {clock(part.start)} a {clock(part.end)}"
        return (
            f"{self._name(part)}, {stretch}, no se pudo transcribir y quedó sin texto. "
            f"{part.error}"
        )

    def _name(self, part: Part) -> str:
        if len(self.recordings) == 1:
            return f"La parte {part.position + 1}"
        named = {h.pk: r.name for r, h in self.heard}
        return f"La parte {part.position + 1} de «{named[part.transcription_id]}»"


def is_arriving(upload: Upload) -> bool:
    """Whether something of an upload came just now: somebody is sending it."""
    try:
        return time.time() - upload.path.stat().st_mtime < QUIET
    except FileNotFoundError:
        return False


def how_far(upload: Upload) -> str:
    verb = "va" if is_arriving(upload) else "quedó"
    return f"«{upload.name}» {verb} en {size(upload.received)} de {size(upload.bytes)}."


def cut_short(recording: Recording, hearing: Transcription) -> list[str]:
    """Say that a file promised more sound than it brought."""
    promised, brought = recording.seconds or 0, hearing.seconds or 0
    if not hearing.prepared_at or promised - brought < max(CUT_SHORT, promised / 100):
        return []
    return [
        f"«{recording.name}» dice durar {duration(promised)} y trae "
        f"{duration(brought)} de sonido: parece cortado. Se transcribe todo lo que "
        "trae; si tiene el archivo completo, súbalo."
    ]


def reason(recording: Recording, hearing: Transcription) -> str:
    """Return why a hearing stopped, naming its recording once."""
    if recording.name in hearing.error:
        return hearing.error
    return f"«{recording.name}»: {hearing.error or 'no se supo por qué.'}"


def has_aside(hearing: Transcription) -> bool:
    return any(part.status == Part.Status.FAILED for part in hearing.parts.all())


def failed(
    pairs: Iterable[tuple[Recording, Transcription]],
) -> tuple[Recording, ...]:
    return tuple(recording for recording, _ in pairs)


def parts_of(done: int, total: int) -> str:
    return f"{done} de {total} {'parte' if total == 1 else 'partes'}."


def earliest(moments: Iterable[datetime | None]) -> datetime | None:
    return min(filter(None, moments), default=None)


def latest(moments: Iterable[datetime | None]) -> datetime | None:
    return max(filter(None, moments), default=None)
