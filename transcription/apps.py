"""The app that turns audio into text; it has never heard of a council."""

from django.apps import AppConfig


class TranscriptionConfig(AppConfig):
    name = "transcription"
    verbose_name = "Transcripción"
