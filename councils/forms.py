"""What a secretary may state about the council, and who administers it."""

from __future__ import annotations

from typing import Any

from django import forms

from councils import engines
from councils.models import Council, Term

EXTERNAL = "Es un servicio externo y el concejo no lo permite: elija otro."


class DateForm(forms.Form):
    """The day on which the roster is shown."""

    fecha = forms.DateField(
        label="Quiénes se sentaban el",
        error_messages={"invalid": "Esa fecha no existe. Escríbala como 14/08/2026."},
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class TermForm(forms.ModelForm):
    """A word or name of the council, with how the machine tends to hear it."""

    class Meta:
        model = Term
        fields = ["text", "kind", "variants"]
        labels = {"variants": "Cómo suele escribirla la máquina"}
        help_texts = {"variants": "Si son varias, sepárelas con comas."}

    def clean_text(self) -> str:
        """Refuse what the council's vocabulary has, in whatever capitals."""
        text = " ".join(self.cleaned_data["text"].split())
        same = Term.objects.filter(council=self.instance.council, text__iexact=text)
        if same.exists():
            raise forms.ValidationError(
                f"«{text}» ya está en la lista. Si está rechazada, apruébela allí."
            )
        return text


class CouncilForm(forms.ModelForm):
    """A council in the back office; its engines are chosen, not typed."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if "engine" not in self.fields:  # who may only look has a form without fields
            return
        self._choose(
            "engine",
            f"El general del servidor: {engines.label_of(engines.own_of(Council()))}",
            "Los servicios externos se pueden elegir cuando el concejo los permite: "
            "marque el permiso, guarde y vuelva aquí.",
        )
        self._choose(
            "backup_engine", "Ninguno", "Repite lo que al primero no le salió."
        )

    def _choose(self, name: str, empty: str, help_text: str) -> None:
        old = self.fields[name]
        stored = getattr(self.instance, name)
        named = [(alias, engines.label_of(alias)) for alias in self._offered()]
        if stored and stored not in dict(named):
            named.append((stored, f"{engines.label_of(stored)} (no se puede usar)"))
        self.fields[name] = forms.ChoiceField(
            choices=[("", empty), *named],
            required=False,
            label=old.label,
            help_text=help_text,
            error_messages={"invalid_choice": EXTERNAL},
        )

    def _offered(self) -> list[str]:
        allowed = self.instance.external_api_allowed
        if self.is_bound:  # allowed and chosen in one go is well too
            allowed = bool(self.data.get(self.add_prefix("external_api_allowed")))
        return engines.allowed_to(Council(external_api_allowed=allowed))

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        allowed = data.get("external_api_allowed")
        for name in ("engine", "backup_engine"):
            if engines.is_external(data.get(name, "")) and not allowed:
                self.add_error(name, EXTERNAL)
        backup = data.get("backup_engine")
        own = data.get("engine") or engines.own_of(Council())
        if backup and backup == own:
            self.add_error(
                "backup_engine",
                "Es el mismo que transcribe: como respaldo elija uno distinto.",
            )
        return data
