"""What every test starts from."""

import pytest
from django.conf import LazySettings


@pytest.fixture(autouse=True)
def own_folders(settings: LazySettings, tmp_path) -> None:
    """Files of a test stay in its own folder; hashing passwords costs nothing."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.UPLOAD_FOLDER = tmp_path / "uploads"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {
            "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        },
    }
