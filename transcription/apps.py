"""The app that turns audio into text; it has never heard of a council."""

from django.apps import AppConfig
from django.conf import settings


class TranscriptionConfig(AppConfig):
    name = "transcription"
    verbose_name = "Transcripción"

    def ready(self) -> None:
        """Sign the queue's messages with the key that site and workers share.

        django-q2 knows only SECRET_KEY, and reads this attribute at each message.
        """
        from django_q.conf import Conf  # needs the settings loaded

        Conf.SECRET_KEY = settings.QUEUE_SECRET
