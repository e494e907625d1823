"""Addresses of sessions, of what is uploaded to them, and of their sound."""

from django.urls import path

from sessions.views import attendance, audio, session, uploads, votes

session_urls = [
    path("sesiones/nueva/", session.new, name="session_new"),
    path("sesiones/<int:pk>/", session.session, name="session"),
    path("sesiones/<int:pk>/avance/", session.progress, name="session_progress"),
    path("sesiones/<int:pk>/datos/", session.edit, name="session_edit"),
    path("sesiones/<int:pk>/orden/", session.agenda, name="agenda"),
    path("sesiones/<int:pk>/borrar/", session.discard, name="session_delete"),
]

upload_urls = [
    path("sesiones/<int:pk>/subidas/", uploads.start, name="upload_start"),
    path("subidas/<uuid:pk>/", uploads.upload, name="upload"),
]

recording_urls = [
    path("grabaciones/<int:pk>/audio/", audio.sound, name="recording_audio"),
    path("grabaciones/<int:pk>/onda/", audio.peaks, name="recording_peaks"),
    path("grabaciones/<int:pk>/reintentar/", session.retry, name="recording_retry"),
    path("grabaciones/<int:pk>/borrar/", session.delete, name="recording_delete"),
]

fact_urls = [
    path("sesiones/<int:pk>/asistencia/", attendance.attendance, name="attendance"),
    path("sesiones/<int:pk>/votaciones/", votes.votes, name="votes"),
    path("sesiones/<int:pk>/votaciones/nueva/", votes.new, name="vote_new"),
    path("sesiones/<int:pk>/votaciones/<int:vote_pk>/", votes.vote, name="vote"),
    path(
        "sesiones/<int:pk>/votaciones/<int:vote_pk>/confirmar/",
        votes.confirm,
        name="vote_confirm",
    ),
    path(
        "sesiones/<int:pk>/votaciones/<int:vote_pk>/borrar/",
        votes.delete,
        name="vote_delete",
    ),
]

urlpatterns = session_urls + upload_urls + recording_urls + fact_urls
