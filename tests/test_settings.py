"""The settings come from the environment; nonsense stops the start with a sentence."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PRODUCTION = {
    "SECRET_KEY": "una-clave-larga-y-secreta-de-verdad-0123456789-abcdefghij-klmno",
    "ALLOWED_HOSTS": "astra.example.co",
    "CSRF_TRUSTED_ORIGINS": "https://astra.example.co",
    "DATABASE_URL": "postgres://astra:clave@localhost:5432/astra",
}


def manage(
    *arguments: str, settings: str = "astra_site.settings", **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run manage.py in a fresh process with nothing but `environment`."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": settings,
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEBUG", "quizás"),
        ("UPLOAD_MAX_GB", "mucho"),
        ("LEASE_SECONDS", "un minuto"),
        ("TRANSCRIPTION_ENGINE", "oreja"),
        ("DATABASE_URL", "no es una dirección"),
    ],
)
def test_it_stops_at_a_value_it_cannot_read(name: str, value: str) -> None:
    done = manage("check", **{name: value})
    assert done.returncode != 0
    assert f"{name}" in done.stderr.splitlines()[-1]
    assert "ImproperlyConfigured" in done.stderr.splitlines()[-1]


def test_it_is_ready_for_a_server() -> None:
    done = manage("check", "--deploy", **PRODUCTION)
    assert done.returncode == 0
    assert "no issues" in done.stdout + done.stderr


def test_it_runs_a_gpu_worker_without_the_rest_of_the_house() -> None:
    code = (
        "from django.apps import apps; "
        "print(*sorted(app.label for app in apps.get_app_configs()))"
    )
    done = manage(
        "shell", "--no-imports", "-c", code, settings="astra_site.settings_gpu"
    )
    assert done.stdout.split() == ["contenttypes", "django_q", "transcription"]


def test_it_builds_the_bucket_from_the_environment() -> None:
    code = (
        "from django.core.files.storage import storages; s = storages['default']; "
        "print(type(s).__name__, s.bucket_name, s.endpoint_url)"
    )
    bucket = {"S3_BUCKET": "actas", "S3_ENDPOINT": "https://r2.example.com"}
    done = manage("shell", "--no-imports", "-c", code, **PRODUCTION, **bucket)
    assert done.stdout.split() == ["S3Storage", "actas", "https://r2.example.com"]


def test_it_makes_up_a_secret_of_its_own_and_keeps_it(tmp_path: Path) -> None:
    tell = "from django.conf import settings; print(settings.SECRET_KEY)"
    first, second = (
        manage("shell", "--no-imports", "-c", tell, ASTRA_VAR=str(tmp_path)).stdout
        for _ in range(2)
    )
    assert first == second
    assert len(first.strip()) >= 50
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0


def test_it_lets_a_worker_with_its_own_secret_read_the_queue() -> None:
    sign = "from django_q.signing import SignedPackage as S; print(S.dumps({'id': 7}))"
    read = "from django_q.signing import SignedPackage as S; print(S.loads('{}'))"
    site = {"SECRET_KEY": "la-del-sitio" * 5, "QUEUE_SECRET": "la-de-la-cola"}
    worker = {"SECRET_KEY": "la-de-la-maquina" * 4, "QUEUE_SECRET": "la-de-la-cola"}
    message = manage("shell", "--no-imports", "-c", sign, **site).stdout.strip()
    gpu = "astra_site.settings_gpu"
    code = read.format(message)
    done = manage("shell", "--no-imports", "-c", code, settings=gpu, **worker)
    assert done.stdout.strip() == "{'id': 7}"
    worker["QUEUE_SECRET"] = "otra"
    done = manage("shell", "--no-imports", "-c", code, settings=gpu, **worker)
    assert "BadSignature" in done.stderr


@pytest.mark.parametrize("module", ["astra_site.settings", "astra_site.settings_gpu"])
def test_it_adds_a_service_and_keeps_its_key_to_itself(module: str) -> None:
    code = (
        "from django.conf import settings as s; from transcription import engines; "
        "print(s.TRANSCRIPTION_ENGINES.get('openai'), vars(s._wrapped)); "
        "print(engines.load('openai').model, engines.settings_hash('openai'))"
    )
    key = "sk-una-clave-secreta"
    tell = ("shell", "--no-imports", "-c", code)
    done = manage(*tell, settings=module, OPENAI_API_KEY=key, OPENAI_MODEL="whisper-9")
    other = manage(*tell, settings=module, OPENAI_API_KEY="o", OPENAI_MODEL="whisper-9")

    assert "'EXTERNAL': True" in done.stdout
    assert key not in done.stdout + done.stderr
    last = done.stdout.splitlines()[-1]
    assert last.startswith("whisper-9 ")
    assert last == other.stdout.splitlines()[-1]  # another key hears the same
    without = manage(*tell, settings=module)
    assert without.stdout.startswith("None ")
    assert "No existe un motor" in without.stderr
