"""Forms of the moves of an acta: to approve it, to say why it goes back."""

from __future__ import annotations

from typing import Any

from django import forms


class ApproveForm(forms.Form):
    """That the acta was read, and which; and that what is missing was seen."""

    seen = forms.CharField(widget=forms.HiddenInput)
    read = forms.BooleanField(
        label="Leí el acta completa",
        error_messages={
            "required": "Falta marcar que leyó el acta completa. No se aprobó."
        },
    )
    despite = forms.BooleanField(
        error_messages={
            "required": "Falta marcar que aprueba con avisos sin resolver. No se "
            "aprobó."
        },
    )

    def __init__(self, missing: int, data: Any = None, **options: Any) -> None:
        """`missing` is how many findings nobody has put right."""
        super().__init__(data, **options)
        if missing:
            warnings = "1 aviso" if missing == 1 else f"{missing} avisos"
            self.fields["despite"].label = f"Apruebo con {warnings} sin resolver"
        else:
            del self.fields["despite"]


class ReasonForm(forms.Form):
    """Why an approved acta is opened again, or a sent one goes back."""

    reason = forms.CharField(
        label="Por qué",
        max_length=1000,
        widget=forms.Textarea({"rows": 3, "class": "area"}),
        error_messages={"required": "Falta decir por qué. El acta sigue como estaba."},
    )
