"""Addresses of a council's page, of its vocabulary and of the voices it keeps."""

from django.urls import path

from councils.views import council, voices

urlpatterns = [
    path("concejo/<slug:slug>/", council.council, name="council"),
    path("concejo/<slug:slug>/palabras/", council.term_add, name="term_add"),
    path(
        "concejo/<slug:slug>/palabras/<int:pk>/",
        council.term_decide,
        name="term_decide",
    ),
    path("concejo/<slug:slug>/voces/", voices.voices, name="voices"),
    path("concejo/<slug:slug>/voces/encender/", voices.switch_on, name="voices_on"),
    path("concejo/<slug:slug>/voces/apagar/", voices.switch_off, name="voices_off"),
    path(
        "concejo/<slug:slug>/voces/<int:pk>/autorizacion/",
        voices.consent,
        name="voice_consent",
    ),
    path(
        "concejo/<slug:slug>/voces/<int:pk>/formato/",
        voices.blank,
        name="voice_consent_blank",
    ),
    path(
        "concejo/<slug:slug>/voces/<int:pk>/documento/",
        voices.document,
        name="voice_consent_document",
    ),
    path(
        "concejo/<slug:slug>/voces/<int:pk>/borrar/", voices.erase, name="voice_erase"
    ),
]
