"""Addresses of what waits, of actas, and of what everybody may read."""

from django.urls import path

from actas.views import corrections, home, public, review

review_urls = [
    path("sesiones/<int:pk>/transcripcion/<int:tramo>/", review.review, name="review"),
    path(
        "sesiones/<int:pk>/transcripcion/<int:tramo>/revisado/",
        corrections.verify_tramo,
        name="review_verify",
    ),
    path("intervenciones/<int:pk>/", corrections.save, name="utterance"),
    path(
        "intervenciones/<int:pk>/revisada/",
        corrections.verify,
        name="utterance_verify",
    ),
    path("intervenciones/<int:pk>/voz/", corrections.name, name="utterance_name"),
    path(
        "intervenciones/<int:pk>/punto/",
        corrections.boundary,
        name="utterance_boundary",
    ),
    path("voces/<int:pk>/confirmar/", corrections.confirm, name="speaker_confirm"),
    path("actas/<int:pk>/deshacer/", corrections.undo, name="acta_undo"),
]

urlpatterns = [
    *review_urls,
    path("", home.home, name="home"),
    path("actas/", home.actas, name="actas"),
    path("actas/pendientes/", home.backlog, name="backlog"),
    path("publico/<slug:slug>/", public.council_actas, name="public"),
    path("publico/<slug:slug>/<int:pk>/", public.public_acta, name="public_acta"),
    path("publico/<slug:slug>/<int:pk>/word/", public.public_word, name="public_word"),
    path("verificar/", public.ask_code, name="verify"),
    path("verificar/<str:code>/", public.verify, name="verify"),
]
