"""Start the site and its clusters; Ctrl-C stops everything, the database included."""

import signal
import socket
import sys
import threading
from argparse import ArgumentParser
from collections.abc import Callable

from django.core.management import BaseCommand, CommandError, call_command

from astra_site.clusters import Clusters, Process


class Command(BaseCommand):
    help = "Enciende el sitio y sus procesos. Ctrl-C apaga todo lo que encendió."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, port: int, **options: object) -> None:
        check_port(port)
        call_command("migrate", verbosity=0)
        call_command("collectstatic", verbosity=0, interactive=False)
        with Clusters(say=self.stdout.write):
            serve(port, self.stdout.write)


def check_port(port: int) -> None:
    """Raise CommandError when another program already listens on `port`."""
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            raise CommandError(
                f"El puerto {port} ya está ocupado: quizás ASTRA ya está encendida. "
                f"Abra http://localhost:{port}, o apague el otro programa."
            )


def serve(port: int, say: Callable[[str], None]) -> None:
    """Serve the site until SIGINT or SIGTERM; restart it if it dies."""
    command = [sys.executable, "-m", "gunicorn", "astra_site.wsgi", "--bind"]
    command += [f"127.0.0.1:{port}", "--worker-class", "gthread", "--threads", "8"]
    site = Process("site", [*command, "--workers", "2", "--timeout", "120"])
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    site.start()
    say(f"ASTRA está en http://localhost:{port}. Para apagarla, pulse Ctrl-C.")
    while not stop.wait(1):
        if not site.is_alive:
            say("El sitio se detuvo: se enciende de nuevo.")
            site.start()
    say("Apagando…")
    site.stop()
