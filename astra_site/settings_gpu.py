"""What a GPU worker loads: the queue, the transcription rows, nothing that people see.

The worker knows its database and its files from the environment like the site does;
its SECRET_KEY is its own, and QUEUE_SECRET the one that both share.
"""

from astra_site.settings import *  # noqa: F403

INSTALLED_APPS = ["django.contrib.contenttypes", "django_q", "transcription"]
MIDDLEWARE: list[str] = []
TEMPLATES: list[dict[str, object]] = []
AUTHENTICATION_BACKENDS: list[str] = []
AUTH_USER_MODEL = "auth.User"  # never loaded: no app here has users
del ROOT_URLCONF, WSGI_APPLICATION  # noqa: F821
