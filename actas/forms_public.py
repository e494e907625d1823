"""The forms of the public pages: search, the code of an acta, the copy to compare."""

import hashlib
import re

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict

from actas.archive import Wanted
from sessions.models import CouncilSession

COPY_MAX_BYTES = 20 * 1024**2


class SearchForm(forms.Form):
    """What to look for among the published actas; nonsense asks for everything."""

    q = forms.CharField(label="Qué busca", max_length=100, required=False)
    clase = forms.ChoiceField(
        label="Clase de sesión",
        choices=[("", "Todas"), *CouncilSession.Kind.choices],
        required=False,
    )
    anio = forms.TypedChoiceField(
        label="Año", coerce=int, empty_value=None, required=False
    )

    def __init__(self, data: QueryDict, years: list[int]) -> None:
        super().__init__(data)
        self.fields["anio"].choices = [("", "Todos"), *((year, year) for year in years)]
        self.is_valid()

    @property
    def wanted(self) -> Wanted:
        clean = self.cleaned_data
        return Wanted(clean.get("q", ""), clean.get("clase", ""), clean.get("anio"))

    @property
    def query_string(self) -> str:
        """The search as the beginning of an address, for the next pages."""
        kept = QueryDict(mutable=True)
        for name in ("q", "clase", "anio"):
            if self.cleaned_data.get(name):
                kept[name] = self.cleaned_data[name]
        return f"{kept.urlencode()}&" if kept else ""


class CodeForm(forms.Form):
    """The code at the foot of an acta, however it was typed."""

    code = forms.CharField(label="Código del acta", max_length=30)

    def clean_code(self) -> str:
        letters = re.sub(r"[^A-Z0-9]", "", self.cleaned_data["code"].upper())
        if len(letters) != 12:
            raise forms.ValidationError(
                "El código tiene doce letras y números, como ABCD-2345-EFGH. "
                "Está al pie de cada página del acta."
            )
        return "-".join(letters[i : i + 4] for i in (0, 4, 8))


class CopyForm(forms.Form):
    """A copy to compare: the Word file, or its fingerprint. Nothing is stored."""

    file = forms.FileField(label="Su copia en Word", required=False)
    fingerprint = forms.CharField(
        label="O la huella sha256 de su copia", max_length=120, required=False
    )

    def clean_file(self) -> UploadedFile | None:
        file = self.cleaned_data["file"]
        if file and file.size > COPY_MAX_BYTES:
            raise forms.ValidationError(
                "Ese archivo pesa más de 20 MB: no es un acta de ASTRA. "
                "No se guardó nada."
            )
        return file

    def clean_fingerprint(self) -> str:
        digits = re.sub(r"\s", "", self.cleaned_data["fingerprint"]).lower()
        if digits and not re.fullmatch(r"[0-9a-f]{64}", digits):
            raise forms.ValidationError(
                "Una huella sha256 tiene 64 cifras y letras de la a a la f. "
                "Cópiela completa."
            )
        return digits

    def clean(self) -> dict:
        if self.errors:
            return self.cleaned_data
        if not (self.cleaned_data.get("file") or self.cleaned_data.get("fingerprint")):
            raise forms.ValidationError("Elija su archivo, o pegue su huella sha256.")
        return self.cleaned_data

    @property
    def sha256(self) -> str:
        """The fingerprint of the copy, once the form is valid."""
        file = self.cleaned_data.get("file")
        if not file:
            return self.cleaned_data["fingerprint"]
        digest = hashlib.sha256()
        for chunk in file.chunks():
            digest.update(chunk)
        return digest.hexdigest()
