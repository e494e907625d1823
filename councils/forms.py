"""What a secretary may state about the council."""

from django import forms

from councils.models import Term


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
