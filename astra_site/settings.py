"""ASTRA's settings, all from the environment; with none of it set, a laptop works."""

import contextlib
import os
import secrets
import tempfile
from pathlib import Path

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

from astra_site import embedded_postgres

BASE_DIR = Path(__file__).resolve().parent.parent


def env(name: str, default: str = "") -> str:
    return os.environ.get(name, default).strip()


def env_bool(name: str, default: bool) -> bool:
    value = env(name).lower()
    if value in {"", "1", "true", "yes", "si", "sí", "0", "false", "no"}:
        return default if value == "" else value not in {"0", "false", "no"}
    raise ImproperlyConfigured(f"{name}={value!r} no se entiende: escriba 1 o 0.")


def env_number(name: str, default: float) -> float:
    value = env(name)
    try:
        return float(value) if value else default
    except ValueError:
        raise ImproperlyConfigured(
            f"{name}={value!r} no se entiende: escriba un número."
        ) from None


def env_list(name: str) -> list[str]:
    return [part.strip() for part in env(name).split(",") if part.strip()]


def own_secret(path: Path) -> str:
    """Return the secret kept in `path`, made up on first use, for its owner only."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=path.parent) as file:  # mode 0600
            file.write(secrets.token_urlsafe(50))
            file.flush()
            # Whole or not at all: of two processes that start at once, one wins.
            with contextlib.suppress(FileExistsError):
                os.link(file.name, path)
    return path.read_text()


VAR = Path(env("ASTRA_VAR") or BASE_DIR / "var")  # everything that is written

# ---- Who and where ---------------------------------------------------------------
DEBUG = env_bool("DEBUG", False)
SECRET_KEY = env("SECRET_KEY") or own_secret(VAR / "secret_key")
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS") or ["localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS")
HTTPS = env_bool("HTTPS", bool(env("SECRET_KEY")))  # a laptop has no certificate

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_q",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "astra_site",
    "councils",
    "transcription",
    "sessions.apps.SessionsConfig",
    "actas",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "astra_site.urls"
WSGI_APPLICATION = "astra_site.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# ---- Rows ------------------------------------------------------------------------
if env("DATABASE_URL"):
    try:
        DATABASES = {"default": dj_database_url.parse(env("DATABASE_URL"))}
    except ValueError as error:
        raise ImproperlyConfigured(
            f"DATABASE_URL no se entiende: {error}. "
            "Ejemplo: postgres://usuario:clave@servidor:5432/astra"
        ) from None
else:
    DATABASES = {"default": embedded_postgres.database(VAR / "postgres")}
# A worker's connection may be cut while it computes: ping before reuse.
DATABASES["default"].update(CONN_MAX_AGE=300, CONN_HEALTH_CHECKS=True)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# ---- Files -----------------------------------------------------------------------
MEDIA_ROOT = VAR / "media"
if env("S3_BUCKET"):
    # R2 refuses the checksums that boto3 adds by itself since 1.36.
    for wanted in ("REQUEST_CHECKSUM_CALCULATION", "RESPONSE_CHECKSUM_VALIDATION"):
        os.environ.setdefault(f"AWS_{wanted}", "when_required")
    default_storage = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": env("S3_BUCKET"),
            "endpoint_url": env("S3_ENDPOINT") or None,
            "access_key": env("S3_ACCESS_KEY") or None,
            "secret_key": env("S3_SECRET_KEY") or None,
            "region_name": env("S3_REGION") or "auto",
            "file_overwrite": False,
            "max_memory_size": 8 * 1024**2,  # a larger file is read through the disk
            "signature_version": "s3v4",
            "addressing_style": "path",
        },
    }
else:
    default_storage = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
STORAGES = {
    "default": default_storage,
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
STATIC_URL = "static/"
STATIC_ROOT = VAR / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # whitenoise warns when it is missing
STATICFILES_DIRS = [BASE_DIR / "static"]

UPLOAD_FOLDER = VAR / "uploads"  # chunks on their way, before they are recordings
UPLOAD_MAX_BYTES = int(env_number("UPLOAD_MAX_GB", 4) * 1024**3)
UPLOAD_CHUNK_BYTES = 8 * 1024**2
UPLOAD_EXPIRES_HOURS = env_number("UPLOAD_EXPIRES_HOURS", 48)
RECORDING_MAX_HOURS = env_number("RECORDING_MAX_HOURS", 12)
FILE_UPLOAD_TEMP_DIR = UPLOAD_FOLDER  # a form's file may be larger than /tmp
UPLOAD_FOLDER.mkdir(parents=True, exist_ok=True)
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000  # the form of a nominal vote is a long one

# ---- Hearing ---------------------------------------------------------------------
MODELS_FOLDER = VAR / "models"
TRANSCRIPTION_ENGINES = {
    "base": {
        "BACKEND": "transcription.engines.whisper.Whisper",
        "LABEL": "Whisper base",
        "OPTIONS": {"model": "base"},
    },
    "turbo": {
        "BACKEND": "transcription.engines.whisper.Whisper",
        "LABEL": "Whisper large-v3-turbo",
        "OPTIONS": {"model": "large-v3-turbo"},
    },
    "parakeet": {
        "BACKEND": "transcription.engines.parakeet.Parakeet",
        "LABEL": "NVIDIA Parakeet",
        "OPTIONS": {"model": "nvidia/parakeet-tdt-0.6b-v3"},
    },
    "parakeet-cpu": {
        "BACKEND": "transcription.engines.parakeet_cpu.ParakeetCpu",
        "LABEL": "Parakeet sin tarjeta gráfica",
        "OPTIONS": {"model": "nemo-parakeet-tdt-0.6b-v3", "quantization": "int8"},
    },
}
if env("OPENAI_API_KEY") or env("OPENAI_BASE_URL"):
    TRANSCRIPTION_ENGINES["openai"] = {
        "BACKEND": "transcription.engines.openai.OpenAICompatible",
        "LABEL": env("OPENAI_LABEL", "Servicio externo"),
        "EXTERNAL": True,  # the audio leaves our machines: a council must allow it
        # The key stays in the environment: what is here is logged, hashed and shown.
        "OPTIONS": {
            # OpenAI ends whisper-1, which alone times its words, on 2027-02-26.
            "model": env("OPENAI_MODEL", "whisper-1"),
            "base_url": env("OPENAI_BASE_URL"),
            # US dollars for a minute of audio; 0 for a server of one's own.
            "price_per_minute": env_number("OPENAI_PRICE_PER_MINUTE", 0.006),
        },
    }
# Models that tell voices apart. They run where the audio is heard and nowhere else: how
# somebody sounds is never sent away. Vectors of two of them cannot be compared.
TRANSCRIPTION_VOICES = {
    "onnx": {"BACKEND": "transcription.voices.onnx.Onnx"},
    "titanet": {
        "BACKEND": "transcription.voices.titanet.TitaNet",
        "OPTIONS": {"model": "nvidia/speakerverification_en_titanet_large"},
    },
}
TRANSCRIPTION_VOICE = env("TRANSCRIPTION_VOICE", "onnx")  # "ninguno": not told apart
if TRANSCRIPTION_VOICE == "ninguno":
    TRANSCRIPTION_VOICE = ""
elif TRANSCRIPTION_VOICE not in TRANSCRIPTION_VOICES:
    raise ImproperlyConfigured(
        f"TRANSCRIPTION_VOICE={TRANSCRIPTION_VOICE!r} no existe: elija entre "
        f"{', '.join(TRANSCRIPTION_VOICES)} y ninguno."
    )
# How voices sound is needed until their session is written; after so many days it is
# deleted whatever became of that.
VOICE_VECTORS_DAYS = env_number("VOICE_VECTORS_DAYS", 90)
# US dollars that such services may be paid; 0: no ceiling. Seven hours cost 2.52.
SERVICE_MAX_USD = {
    "recording": env_number("OPENAI_MAX_USD_RECORDING", 10),
    "month": env_number("OPENAI_MAX_USD_MONTH", 100),
}
TRANSCRIPTION_ENGINE = env("TRANSCRIPTION_ENGINE", "base")
if TRANSCRIPTION_ENGINE not in TRANSCRIPTION_ENGINES:
    raise ImproperlyConfigured(
        f"TRANSCRIPTION_ENGINE={TRANSCRIPTION_ENGINE!r} no existe: "
        f"elija entre {', '.join(TRANSCRIPTION_ENGINES)}."
    )
# Off where another machine hears: the site would take parts whose engine it has not.
HEAR_HERE = env_bool("HEAR_HERE", True)
LEASE_SECONDS = env_number("LEASE_SECONDS", 60)  # silence after which a worker is dead

# ---- Background work -------------------------------------------------------------
# django-q2 is the doorbell; our rows are the queue. `retry` counts from the moment a
# message is taken, prefetched ones included, so it is far above `timeout`.
# Messages are signed pickles: whoever holds this key can run code in a cluster. Site
# and workers share it, and nothing else: a worker's SECRET_KEY is its own.
QUEUE_SECRET = env("QUEUE_SECRET") or SECRET_KEY
Q_CLUSTER = {
    "name": "astra",
    "orm": "default",
    "workers": 1,
    "queue_limit": 1,
    "bulk": 1,
    "timeout": 300,
    "retry": 1200,
    "max_attempts": 3,
    "ack_failures": True,
    "catch_up": False,
    "poll": 0.5,
    "guard_cycle": 0.5,
    "recycle": 200,
    "save_limit": 500,
    "label": "Tareas",
    "ALT_CLUSTERS": {
        "media": {
            "workers": 1,
            "queue_limit": 1,
            "timeout": 3600,
            "retry": 14_400,
            "recycle": 20,
            "max_attempts": 1,
            "scheduler": False,
        },
        "gpu": {
            "workers": 1,
            "queue_limit": 1,
            "timeout": 10_800,
            "retry": 36_000,
            "recycle": 1000,  # the engine stays resident between parts
            "max_attempts": 1,
            "scheduler": False,
        },
    },
}

# One cache for all processes, so that limits on wrong passwords count together.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": VAR / "cache",
    }
}
ALLAUTH_TRUSTED_PROXY_COUNT = int(env_number("TRUSTED_PROXIES", 0))

# ---- People ----------------------------------------------------------------------
AUTH_USER_MODEL = "councils.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "councils.accounts.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # staff inscribe people; nobody signs up
ACCOUNT_SESSION_REMEMBER = None
SESSION_COOKIE_AGE = 12 * 3600
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "ASTRA"

# ---- Words, time, mail -----------------------------------------------------------
LANGUAGE_CODE = "es-co"
LANGUAGES = [("es-co", "Español (Colombia)")]
TIME_ZONE = "America/Bogota"
USE_TZ = True
USE_THOUSAND_SEPARATOR = False
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", "ASTRA <astra@localhost>")
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend"
    if env("EMAIL_HOST")
    else "django.core.mail.backends.console.EmailBackend"
)
EMAIL_HOST = env("EMAIL_HOST")
EMAIL_PORT = int(env_number("EMAIL_PORT", 587))
EMAIL_HOST_USER = env("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env_bool("EMAIL_USE_TLS", True)

# ---- Safety ----------------------------------------------------------------------
SECURE_SSL_REDIRECT = HTTPS
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 365 * 86400 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {"format": "%(asctime)s %(name)s %(levelname)s %(message)s"}
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", "WARNING").upper()},
}
