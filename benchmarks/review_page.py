"""What a tramo of the review page costs on a 7-hour session.

    python benchmarks/review_page.py [--hours 7] [--quick]

The last line is RESULT and a JSON object: `utterances` in the session and
`in_tramo`, SQL `queries`, `kb` of HTML, `kb_gzip` over the wire.
"""

import argparse
import gzip
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
SENTENCE = 4.3  # seconds; what the demonstration's sentences last on average


def build(hours: float):
    """Return (acta, secretary) of a session of `hours` with twelve voices."""
    from actas import proposals
    from tests import make
    from transcription.models import Part, Segment

    truth = json.loads((ROOT / "demo" / "truth.json").read_text())
    texts = [turn["text"] for turn in truth["turns"]]
    session = make.make_session()
    secretary = make.make_user(session.council, "secretary")
    recording = make.make_recording(session, seconds=hours * 3600)
    hearing = make.make_transcription(recording, [])
    for position in range(round(hours * 3)):
        part = make.make_part(
            hearing,
            position=position + 1,
            start=position * 1200.0,
            end=position * 1200.0 + 1200,
            status=Part.Status.DONE,
        )
        Segment.objects.bulk_create(
            segment(part, i, texts) for i in range(round(1200 / SENTENCE))
        )
    for position, title in enumerate(("Llamado a lista", "Debate", "Varios"), start=1):
        session.agenda.create(
            position=position, title=title, start=(position - 1) * hours * 1000
        )
    acta = proposals.draft(session)
    give_voices(acta)
    return acta, secretary


def give_voices(acta) -> None:
    """Let twelve voices, half of them with a name, say the sentences in turn."""
    from actas.models import Utterance
    from sessions.models import Speaker
    from tests import make

    found = {"kind": "roll_call", "start": 1.0, "quote": "Presente.", "strength": 2.7}
    voices = [
        Speaker.objects.create(
            session=acta.session,
            voice=f"S{n}",
            source="machine",
            councillor=make.make_councillor(acta.session.council) if n % 2 else None,
            evidence=[found] * 8 if n % 2 else [],
        )
        for n in range(1, 13)
    ]
    rows = list(acta.utterances.order_by("start"))
    for n, row in enumerate(rows):
        row.speaker = voices[n % 12]
    Utterance.objects.bulk_update(rows, ["speaker"], batch_size=1000)


def segment(part, position: int, texts: list[str]):
    """Return an unsaved segment with word times, as the engine gives them."""
    from transcription.models import Segment

    start = part.start + position * SENTENCE
    text = texts[position % len(texts)][:120]
    step = SENTENCE / max(1, len(text.split()))
    words = [
        [start + i * step, start + (i + 1) * step, word, 0.9]
        for i, word in enumerate(text.split())
    ]
    return Segment(
        part=part,
        position=position,
        start=start,
        end=start + SENTENCE,
        text=text,
        words=words,
    )


def measure(hours: float) -> dict[str, float]:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext, setup_test_environment

    setup_test_environment()
    call_command("migrate", verbosity=0)
    acta, secretary = build(hours)
    client = Client()
    client.force_login(secretary)
    tramo = round(hours * 3)
    address = f"/sesiones/{acta.session_id}/transcripcion/{tramo}/"
    with CaptureQueriesContext(connection) as captured:
        page = client.get(address)
    assert page.status_code == 200, page.status_code
    start = (tramo - 1) * 600
    return {
        "utterances": acta.utterances.count(),
        "in_tramo": acta.utterances.within(start, start + 600).count(),
        "queries": len(captured),
        "kb": round(len(page.content) / 1024, 1),
        "kb_gzip": round(len(gzip.compress(page.content)) / 1024, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, default=7.0)
    parser.add_argument("--quick", action="store_true", help="one hour")
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    hours = 1.0 if options.quick else options.hours
    if options.measure:
        print("RESULT", json.dumps(measure(hours)))
        return
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "ASTRA_VAR": f"{folder}/var",
            "DJANGO_SETTINGS_MODULE": "astra_site.settings",
            "DEBUG": "1",  # static files as they lie, without collecting them
        }
        environment.pop("DATABASE_URL", None)
        # A process of its own: its database stops before the folder goes.
        command = [sys.executable, __file__, "--measure", "--hours", str(hours)]
        subprocess.run(command, env=environment, cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
