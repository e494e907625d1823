"""The main job, start to end: a recording in, a Word acta out, then the site."""

import hashlib
import time
from argparse import ArgumentParser
from pathlib import Path

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command
from django.db import transaction
from django.utils import timezone

from actas import progress, word
from actas.drafting import draft_of
from actas.models import Acta
from astra_site import demo
from astra_site.clusters import Clusters
from astra_site.management.commands.run import check_port
from astra_site.management.commands.run import serve as serve_site
from benchmarks.peers import baseline
from councils.models import User
from sessions import uploads
from sessions.models import CouncilSession
from sessions.wording import duration
from transcription import engines, evaluation, weights
from transcription.models import Transcription

PORT = 8000
FOLDER = settings.VAR / "demo"


class Command(BaseCommand):
    help = "Muestra ASTRA entera: de una grabación al acta en Word, y luego el sitio."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--audio", type=Path, help="una grabación propia")
        parser.add_argument("--engine", default="base", help="alias del motor")
        parser.add_argument("--no-serve", dest="serve", action="store_false")

    def handle(self, engine: str, serve: bool, audio: Path | None, **options) -> None:
        if serve:
            check_port(PORT)
        model = find_weights(engine)
        call_command("migrate", verbosity=0)
        if serve:
            call_command("collectstatic", verbosity=0, interactive=False)
        passwords = demo.seed(FOLDER / "passwords.json")
        with Clusters(say=self.stdout.write):
            acta, word_seconds = self.make_acta(engine, audio)
            self.report(acta, word_seconds)
            if audio is None:
                self.report_errors(acta, model)
                self.report_voices(acta)
            self.report_people(passwords)
            if serve:
                self.stdout.write(
                    f"El acta se revisa en http://localhost:{PORT}/sesiones/"
                    f"{acta.session_id}/transcripcion/1/"
                )
                serve_site(PORT, self.stdout.write)

    def make_acta(self, engine: str, audio: Path | None) -> tuple[Acta, float]:
        """Return the acta, and the seconds that its Word file took."""
        secretary = User.objects.get(email="secretaria@demo.astra.local")
        session = self.enter(secretary, engine, audio)
        try:
            acta = progress.follow(session, self.stdout.write)
        except progress.Stopped as error:
            raise CommandError(f"{error}\nIntente de nuevo con: make demo") from error
        if audio is None and not session.votes.exclude(confirmed_at=None).exists():
            demo.confirm(acta, secretary)
            demo.confirm_chair(acta, secretary)
        began = time.monotonic()
        content = word.write(draft_of(Acta.objects.get(pk=acta.pk)))
        (FOLDER / "acta.docx").write_bytes(content)
        return acta, time.monotonic() - began

    def enter(self, secretary: User, engine: str, audio: Path | None) -> CouncilSession:
        """Bring the recording in as an upload does; found again, it is left alone."""
        path = audio or demo.RECORDING
        try:
            with transaction.atomic():
                session = demo.find_session() if audio is None else own_session(engine)
                if not session.recordings.exists():
                    session.engine = engine
                    session.save(update_fields=["engine"])
                    uploads.enter(session, secretary, path)
                    self.stdout.write(f"Grabación recibida: {path.name}")
                    return session
        except uploads.Refused as error:
            if error.recording is None:
                raise CommandError(str(error)) from error
            session = error.recording.session
        except (uploads.UploadError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write("La grabación ya estaba: no se sube otra vez.")
        hear_again(session, engine)
        return session

    def report(self, acta: Acta, word_seconds: float) -> None:
        """Print a table of stages with their times and the real-time factor."""
        recordings = acta.session.recordings.select_related("transcription")
        seconds = sum(r.seconds or 0 for r in recordings)
        rows = stages(recordings[0].transcription, acta) if recordings else []
        rows.append(("Word", word_seconds))
        self.stdout.write(f"\nEtapa                    Tiempo   ({duration(seconds)})")
        for name, took in rows:
            self.stdout.write(f"{name:<22}{took:8.1f} s")
        hearing = sum(r.transcription.hearing_seconds for r in recordings)
        if hearing:
            self.stdout.write(
                f"{'Transcribir':<22}{seconds / hearing:8.1f} × tiempo real"
            )
        self.stdout.write(f"Acta en Word: {FOLDER / 'acta.docx'}\n")

    def report_errors(self, acta: Acta, model: Path | None) -> None:
        """Print the word error rate, and that of faster-whisper's own pipeline."""
        truth = " ".join(turn["text"] for turn in demo.read("truth")["turns"])
        hearing = acta.session.recordings.get().transcription
        ours = " ".join(hearing.segments().values_list("text", flat=True))
        heard = {"ASTRA": ours}
        if model:
            heard["faster-whisper solo"] = remembered_baseline(model)
        for name, text in heard.items():
            errors = evaluation.score(truth, text).wer
            self.stdout.write(f"Palabras erradas (WER), {name:<20}{errors:6.1%}")

    def report_voices(self, acta: Acta) -> None:
        """Print how many voices have a name, and whether it is the right one."""
        speakers = [s for s in acta.session.speakers.all() if s.voice and not s.same_as]
        proposed = sum(speaker.is_named for speaker in speakers)
        self.stdout.write(f"Voces: {len(speakers)}, con nombre y prueba: {proposed}")
        found = demo.named(acta)
        for what, words in (
            ("con su persona", found.right),
            ("con otra persona", found.wrong),
            ("sin nombre todavía", found.unnamed),
        ):
            share = words / max(1, found.words)
            self.stdout.write(f"Palabras {what:<25}{share:6.1%}")

    def report_people(self, passwords: dict[str, str]) -> None:
        self.stdout.write("\nPara entrar:")
        for email, password in passwords.items():
            self.stdout.write(f"  {email:<32}{password}")


def find_weights(engine: str) -> Path | None:
    """Return where the engine's Whisper is, None if it hears with another model.

    Raises CommandError for an engine that is not there, or whose weights are nowhere.
    """
    try:
        wanted = engines.weights_of(engine)
        if wanted is None:
            return None
        found = wanted.find(settings.MODELS_FOLDER)
    except (engines.EngineError, weights.WeightsError) as error:
        raise CommandError(str(error)) from error
    return found if wanted.kind is weights.WHISPER else None


def own_session(engine: str) -> CouncilSession:
    """Return a new session of the demonstration council for one's own recording."""
    council = demo.find_session().council
    last = council.sessions.order_by("-number").first()
    return CouncilSession.objects.create(
        council=council,
        number=last.number + 1,
        date=timezone.localdate(),
        engine=engine,
    )


def hear_again(session: CouncilSession, engine: str) -> None:
    """Have a session heard by another engine; the text that it had stays beside.

    Raises CommandError when people have corrected it already.
    """
    recordings = session.recordings.select_related("transcription")
    if all(recording.transcription.engine == engine for recording in recordings):
        return
    acta = Acta.objects.filter(session=session).first()
    if acta and acta.edits.exists():
        raise CommandError(
            "El acta de esa grabación ya tiene correcciones, y no se cambian por otro "
            "texto. Para oírla con otro motor, empiece de nuevo: make clean demo"
        )
    session.engine = engine
    session.save(update_fields=["engine"])
    for recording in recordings:
        recording.hear()


def stages(hearing: Transcription, acta: Acta) -> list[tuple[str, float]]:
    """Return (stage, seconds) from the rows themselves."""
    moments = [
        ("Espera", hearing.created_at, hearing.started_at),
        ("Preparación", hearing.started_at, hearing.prepared_at),
        ("Transcripción", hearing.prepared_at, hearing.heard_at),
        ("Comprobación", hearing.heard_at, hearing.finished_at),
        ("Borrador", hearing.finished_at, acta.created_at),
        ("Total", hearing.created_at, acta.created_at),
    ]
    # An acta that was there before a second hearing is older than it.
    return [
        (name, max(0.0, (end - start).total_seconds())) for name, start, end in moments
    ]


def remembered_baseline(model: Path) -> str:
    """Return what faster-whisper alone hears, decoded once a recording and model."""
    key = f"{model}{hashlib.sha256(demo.RECORDING.read_bytes()).hexdigest()}"
    name = f"baseline-{hashlib.sha256(key.encode()).hexdigest()[:12]}.txt"
    path = FOLDER / name
    if not path.exists():
        path.write_text(baseline(demo.RECORDING, model))
    return path.read_text()
