"""Addresses of a council's page and of its vocabulary."""

from django.urls import path

from councils import views

urlpatterns = [
    path("concejo/<slug:slug>/", views.council, name="council"),
    path("concejo/<slug:slug>/palabras/", views.term_add, name="term_add"),
    path(
        "concejo/<slug:slug>/palabras/<int:pk>/", views.term_decide, name="term_decide"
    ),
]
