"""Addresses of what waits, of actas, and of what everybody may read."""

from django.urls import path

from actas.views import acta, again, corrections, home, public, review, voices

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
    path("intervenciones/<int:pk>/tambien/", corrections.take, name="utterance_take"),
    path("intervenciones/<int:pk>/voz/", corrections.name, name="utterance_name"),
    path(
        "intervenciones/<int:pk>/punto/",
        corrections.boundary,
        name="utterance_boundary",
    ),
    path(
        "intervenciones/<int:pk>/otra-voz/",
        corrections.split,
        name="utterance_split",
    ),
    path("actas/<int:pk>/deshacer/", corrections.undo, name="acta_undo"),
]

voice_urls = [
    path("sesiones/<int:pk>/voces/", voices.voices, name="session_voices"),
    path("voces/<int:pk>/confirmar/", voices.confirm, name="speaker_confirm"),
    path("voces/<int:pk>/nombre/", voices.name, name="speaker_name"),
    path("voces/<int:pk>/sin-nombre/", voices.unname, name="speaker_unname"),
    path("voces/<int:pk>/unir/", voices.merge, name="speaker_merge"),
    path("voces/<int:pk>/separar/", voices.separate, name="speaker_separate"),
]

acta_urls = [
    path("actas/<int:pk>/", acta.acta, name="acta"),
    path("actas/<int:pk>/word/", acta.word, name="acta_word"),
    path(
        "actas/<int:pk>/versiones/<int:number>/word/",
        acta.version_word,
        name="version_word",
    ),
    path("actas/<int:pk>/enviar/", acta.send, name="acta_send"),
    path("actas/<int:pk>/aprobar/", acta.approve, name="acta_approve"),
    path("actas/<int:pk>/devolver/", acta.give_back, name="acta_give_back"),
    path("actas/<int:pk>/publicar/", acta.publish, name="acta_publish"),
    path("actas/<int:pk>/reabrir/", acta.reopen, name="acta_reopen"),
]

again_urls = [
    path("sesiones/<int:pk>/otra-vez/", again.again, name="session_again"),
    path("sesiones/<int:pk>/otra-vez/volver/", again.back, name="session_back"),
]

urlpatterns = [
    *review_urls,
    *voice_urls,
    *again_urls,
    *acta_urls,
    path("", home.home, name="home"),
    path("actas/", home.actas, name="actas"),
    path("actas/pendientes/", home.backlog, name="backlog"),
    path("publico/<slug:slug>/", public.council_actas, name="public"),
    path("publico/<slug:slug>/<int:pk>/", public.public_acta, name="public_acta"),
    path("publico/<slug:slug>/<int:pk>/word/", public.public_word, name="public_word"),
    path("verificar/", public.ask_code, name="verify"),
    path("verificar/<str:code>/", public.verify, name="verify"),
]
