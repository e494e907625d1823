"""What every test starts from."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import LazySettings
from django.db import connection

from astra_site.clusters import Clusters
from astra_site.demo import RECORDING
from astra_site.embedded_postgres import socket_folder
from transcription import audio

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(autouse=True)
def own_folders(settings: LazySettings, tmp_path) -> None:
    """Files of a test stay in its own folder; hashing passwords costs nothing."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.UPLOAD_FOLDER = tmp_path / "uploads"
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    }
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {
            "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        },
    }


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None,
) -> None:
    """Threads of the live server keep no connection that would outlive the tests."""
    connection.settings_dict["CONN_MAX_AGE"] = 0


@pytest.fixture
def clusters(
    transactional_db: None, settings: LazySettings, tmp_path: Path
) -> Iterator[Clusters]:
    """Real django-q clusters on the test's database and folders."""
    environment = {
        "DATABASE_URL": database_url(),
        "ASTRA_VAR": str(tmp_path),
        "QUEUE_SECRET": settings.QUEUE_SECRET,
        "LEASE_SECONDS": "3",
    }
    with Clusters(**environment) as running:
        yield running


def database_url() -> str:
    """Return the address of the test's database for another process."""
    known = connection.settings_dict
    host = known["HOST"] or socket_folder(known["FOLDER"])
    who = quote(known["USER"]) + (
        f":{quote(known['PASSWORD'])}" if known["PASSWORD"] else ""
    )
    port = f":{known['PORT']}" if known["PORT"] else ""
    return f"postgres://{who}@{quote(str(host), safe='')}{port}/{known['NAME']}"


@pytest.fixture
def short_recording(tmp_path: Path) -> Path:
    """The first 75 seconds of the demonstration, as a FLAC file."""
    path = tmp_path / "sesion.flac"
    with path.open("wb") as file:
        writer = audio.FlacWriter(file)
        for second, block in enumerate(audio.decode(RECORDING)):
            if second >= 75:
                break
            writer.write(block)
        writer.close()
    return path


@pytest.fixture
def chromium() -> str:
    """The path of the distribution's Chromium; skips where there is none."""
    if not CHROMIUM:
        pytest.skip("no hay Chromium en esta máquina: apt-get install chromium")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright's loop runs beside us
    return CHROMIUM
