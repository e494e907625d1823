"""Enter recordings as an upload would, and follow them to the Word file."""

import datetime
from argparse import ArgumentParser
from pathlib import Path

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.core.management import BaseCommand, CommandError

from actas import progress, word
from actas.drafting import draft_of
from councils.models import Council
from sessions import uploads
from sessions.facts import NotAllowed
from sessions.models import CouncilSession


class Command(BaseCommand):
    help = "Registra una sesión con sus grabaciones, como si se subieran por la página."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("audio", nargs="+", type=Path, help="en su orden")
        parser.add_argument("--council", required=True, metavar="SLUG")
        parser.add_argument("--date", required=True, metavar="AAAA-MM-DD")
        parser.add_argument("--number", type=int, help="por defecto, el siguiente")
        kinds = CouncilSession.Kind.values
        parser.add_argument("--kind", choices=kinds, default=kinds[0])
        parser.add_argument("--wait", action="store_true", help="esperar el Word")
        parser.add_argument("--out", type=Path, help="dónde dejar el Word")

    def handle(self, audio: list[Path], council: str, **options) -> None:
        if options["out"] and not options["wait"]:
            raise CommandError("--out necesita --wait: el Word existe al terminar.")
        session = self.enter(find_council(council), audio, options)
        self.stdout.write(f"{session}, {session.get_absolute_url()}")
        if not options["wait"]:
            return
        try:
            acta = progress.follow(session, self.stdout.write)
        except progress.Stopped as error:
            raise CommandError(str(error)) from error
        out = options["out"] or Path(f"acta-{acta.number:03d}.docx")
        out.write_bytes(word.write(draft_of(acta)))
        self.stdout.write(f"Listo: {out}")

    def enter(
        self, council: Council, audio: list[Path], options: dict
    ) -> CouncilSession:
        """Create the session and its recordings; on any error, neither stays."""
        kind, number = options["kind"], options["number"]
        if number is None:
            number = council.sessions.next_number(kind)
        session = CouncilSession(
            council=council, kind=kind, number=number, date=parse_date(options["date"])
        )
        check(session)
        session.save()
        try:
            for path in audio:
                uploads.enter(session, None, path)
        except (uploads.UploadError, OSError) as error:
            raise CommandError(f"{error} {undo(session)}") from error
        return session


def check(session: CouncilSession) -> None:
    """Raise CommandError when a new session is not one, or is there already."""
    try:
        session.full_clean()
    except ValidationError as error:
        said = []
        for name, messages in error.message_dict.items():
            about = ""
            if name != NON_FIELD_ERRORS:
                about = f"{session._meta.get_field(name).verbose_name.capitalize()}: "
            said += [f"{about}{message}" for message in messages]
        raise CommandError(f"{' '.join(said)} No se registró la sesión.") from error


def undo(session: CouncilSession) -> str:
    """Delete a session that got only some of its recordings; say what became of it."""
    try:
        session.discard()
    except NotAllowed:  # the first ones were heard and drafted meanwhile
        where = session.get_absolute_url()
        return f"La sesión quedó con las grabaciones anteriores: {where}"
    return "No se registró la sesión."


def find_council(slug: str) -> Council:
    """Return the council; raises CommandError naming those that exist."""
    try:
        return Council.objects.get(slug=slug)
    except Council.DoesNotExist:
        known = ", ".join(Council.objects.values_list("slug", flat=True)) or "ninguno"
        raise CommandError(
            f"No hay un concejo «{slug}». Los que existen: {known}."
        ) from None


def parse_date(text: str) -> datetime.date:
    """Return the date; raises CommandError for one that does not exist."""
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise CommandError(
            f"La fecha «{text}» no existe: escríbala como 2026-08-14."
        ) from None
