"""What a secretary records of a signed consent."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone

from councils.models import Councillor, Office
from councils.voiceprints import LONGEST, end_of_period

MAX_MB = 10
# How each kind of document begins: a name says nothing about what is inside.
KINDS = {
    "pdf": b"%PDF-",
    "jpg": b"\xff\xd8\xff",
    "png": b"\x89PNG\r\n\x1a\n",
}
WRONG_DATE = "Esa fecha no existe. Escríbala con día, mes y año."


def kind_of(document: UploadedFile) -> str:
    """Return "pdf", "jpg" or "png" by what a file begins with, "" for anything else."""
    document.seek(0)
    start = document.read(max(map(len, KINDS.values())))
    document.seek(0)
    return next((kind for kind, sign in KINDS.items() if start.startswith(sign)), "")


def usual_end(councillor: Councillor) -> datetime.date:
    """Return until when a consent is asked for: the seat's end, or the period's."""
    tomorrow = timezone.localdate() + datetime.timedelta(days=1)
    seats = councillor.tenures.filter(office=Office.COUNCILLOR, until__gte=tomorrow)
    ends = [*seats.values_list("until", flat=True), end_of_period(tomorrow)]
    return min(ends)


class DayField(forms.DateField):
    """A day, in the browser's own way of choosing one."""

    def __init__(self, *, required_message: str, **options: Any) -> None:
        messages = {"invalid": WRONG_DATE, "required": required_message}
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        super().__init__(error_messages=messages, widget=widget, **options)


class ConsentForm(forms.Form):
    """The day of the signature, the last day of the consent, the signed document."""

    given_on = DayField(
        label="Firmada el", required_message="Escriba el día en que se firmó."
    )
    expires_on = DayField(
        label="Vale hasta",
        help_text="Cuatro años a lo sumo; por lo general, hasta el final del periodo.",
        required_message="Escriba hasta qué día vale, como dice el documento.",
    )
    document = forms.FileField(
        label="Documento firmado",
        help_text=f"Escaneado o en foto: PDF, JPG o PNG, de {MAX_MB} MB a lo sumo.",
        error_messages={
            "required": "Elija el documento firmado: sin él no hay autorización.",
            "empty": "El archivo está vacío. Escanéelo otra vez y vuelva a elegirlo.",
        },
    )

    def clean_given_on(self) -> datetime.date:
        day = self.cleaned_data["given_on"]
        if day > timezone.localdate():
            raise forms.ValidationError("Ese día no ha llegado. Revise la fecha.")
        return day

    def clean_document(self) -> UploadedFile:
        """Take it by its content, and name it by that."""
        document = self.cleaned_data["document"]
        if document.size > MAX_MB * 1024**2:
            raise forms.ValidationError(
                f"El archivo pesa más de {MAX_MB} MB. Escanéelo con menos resolución, "
                "o en blanco y negro, y elíjalo otra vez. Nada se guardó."
            )
        kind = kind_of(document)
        if not kind:
            raise forms.ValidationError(
                "Ese archivo no es un PDF, un JPG ni un PNG, aunque su nombre lo diga. "
                "Escanee el documento y elíjalo otra vez. Nada se guardó."
            )
        document.name = f"autorizacion.{kind}"
        return document

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        given, expires = data.get("given_on"), data.get("expires_on")
        if not (given and expires):
            return data
        if expires <= given:
            self.add_error("expires_on", "Es anterior a la firma. Revise las fechas.")
        elif expires > given + LONGEST:
            self.add_error(
                "expires_on",
                "Son más de cuatro años desde la firma. Escriba una fecha más cercana; "
                "al vencer se firma otra.",
            )
        elif expires < timezone.localdate():
            self.add_error(
                "expires_on", "Ya venció. Pida una firma nueva y registre esa."
            )
        return data
