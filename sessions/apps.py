"""The app of council sessions; its label leaves room for django.contrib.sessions."""

from django.apps import AppConfig


class SessionsConfig(AppConfig):
    name = "sessions"
    label = "council_sessions"
    verbose_name = "Sesiones del concejo"
