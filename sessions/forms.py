"""Forms for a session's data and its orden del día."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.html import format_html

from councils.models import Council, User
from sessions.agenda import MAX_ITEMS, MAX_TITLE, titles_in
from sessions.engines import choices_for
from sessions.forms_facts import HourField
from sessions.forms_seen import SeenForm
from sessions.models import CouncilSession
from sessions.wording import long_date

FIRST_DATE = datetime.date(1990, 1, 1)  # nobody uploads older tapes; a typo, rather
AHEAD = datetime.timedelta(days=180)  # a session is called weeks ahead, not years


class SessionForm(forms.ModelForm):
    """What every session is: number, kind, date, place, and who hears it."""

    class Meta:
        model = CouncilSession
        fields = ("number", "kind", "modality", "date", "place", "engine")
        labels = {"engine": "¿Quién la transcribe?"}
        widgets = {
            "date": forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
            "engine": forms.RadioSelect,
        }
        error_messages = {
            "date": {
                "invalid": "Esa fecha no existe. Escríbala con día, mes y año.",
                "required": "Escriba la fecha de la sesión.",
            },
            "number": {
                "invalid": "Escriba el número de la sesión, solo con cifras.",
                "min_value": "El número de la sesión empieza en 1.",
                "max_value": "Ese número es demasiado grande. Revíselo.",
            },
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.engines = choices_for(self._council())
        choices = [(engine.alias, engine.label) for engine in self.engines]
        field = self.fields["engine"]
        self.fields["engine"] = forms.ChoiceField(
            choices=choices, required=False, widget=field.widget, label=field.label
        )
        dress(self)

    def _council(self) -> Council:
        return self.instance.council

    def clean_date(self) -> datetime.date:
        date = self.cleaned_data["date"]
        if date < FIRST_DATE:
            raise ValidationError(
                f"La fecha dice {date.year}. Revise el año: se aceptan sesiones desde "
                f"{FIRST_DATE.year}."
            )
        if date > timezone.localdate() + AHEAD:
            raise ValidationError(
                f"El {long_date(date)} está muy lejos. Revise el mes y el año."
            )
        return date

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        council, number = self._council(), data.get("number")
        if number and data.get("date") and data.get("kind"):
            self._refuse_twin(council, number, data["kind"], data["date"])
        return data

    def _refuse_twin(
        self, council: Council, number: int, kind: str, date: datetime.date
    ) -> None:
        """Add an error when the council has that session already, with its address."""
        twin = council.sessions.filter(number=number, kind=kind, date__year=date.year)
        other = twin.exclude(pk=self.instance.pk).first()
        if other:
            said = format_html(
                "Ya existe la {} de {}, del {}. "
                '<a href="{}">Ábrala</a> o escriba otro número.',
                str(other).lower(),
                str(date.year),
                long_date(other.date),
                other.get_absolute_url(),
            )
            self.add_error("number", ValidationError(said))


def dress(form: forms.BaseForm) -> None:
    """Give every field of a form the look of the house."""
    looks = {forms.Select: "select", forms.Textarea: "area", forms.RadioSelect: ""}
    for field in form.fields.values():
        look = looks.get(type(field.widget), "input")
        field.widget.attrs.setdefault("class", look)


def read_agenda(text: str) -> list[str]:
    """Return the titles of a pasted orden del día. Raises ValidationError."""
    titles = titles_in(text)
    if len(titles) > MAX_ITEMS:
        raise ValidationError(
            f"El orden del día trae {len(titles)} renglones y el máximo es "
            f"{MAX_ITEMS}. Deje un punto por renglón, sin el texto que lo explica."
        )
    for title in titles:
        if len(title) > MAX_TITLE:
            raise ValidationError(
                f"El punto que empieza «{title[:60]}…» tiene {len(title)} letras y el "
                f"máximo es {MAX_TITLE}. Acórtelo o pártalo en dos renglones."
            )
    return titles


class AgendaForm(forms.Form):
    """The whole orden del día, one title a line."""

    agenda = forms.CharField(
        label="Orden del día",
        required=False,
        widget=forms.Textarea({"rows": 9, "class": "area"}),
        help_text="Un punto por renglón. Puede pegarlo de la citación: los números del "
        "comienzo se quitan solos.",
    )

    def clean_agenda(self) -> list[str]:
        return read_agenda(self.cleaned_data["agenda"])


class NewSessionForm(SessionForm):
    """A session that does not exist yet; an empty number is the next one."""

    agenda = AgendaForm.base_fields["agenda"]

    class Meta(SessionForm.Meta):
        fields = ("council", *SessionForm.Meta.fields)

    def __init__(self, user: User, councils: list[Council], **options: Any) -> None:
        self.councils = councils
        super().__init__(**options)
        allowed = [council.pk for council in councils]
        self.fields["council"].queryset = Council.objects.filter(pk__in=allowed)
        self.fields["number"].required = False
        self.instance.created_by = user

    def _council(self) -> Council:
        """The council chosen so far: the posted one, the proposed one, the only one."""
        chosen = str(self.data.get("council") or self.initial.get("council") or "")
        named = [council for council in self.councils if str(council.pk) == chosen]
        return (named or self.councils)[0]

    def clean_agenda(self) -> list[str]:
        return read_agenda(self.cleaned_data["agenda"])

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if data.get("number") is None and "number" not in self.errors:
            sessions = self._council().sessions
            data["number"] = sessions.next_number(data.get("kind", ""))
        return super().clean()


class SessionDataForm(SeenForm, SessionForm):
    """What is known once the session was held: hours, who presided, the secretary."""

    opened_at = HourField(label="Hora de apertura")
    closed_at = HourField(label="Hora de cierre")

    class Meta(SessionForm.Meta):
        fields = (
            *SessionForm.Meta.fields,
            "opened_at",
            "closed_at",
            "presider",
            "secretary_name",
        )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("opened_at", "closed_at"):
            # What was typed is compared with what is stored, not with what was shown.
            self.fields[name].show_hidden_initial = False
        council, presider = self.instance.council, self.fields["presider"]
        presider.queryset = council.councillors.all()
        seated = council.councillors.seated_on(self.instance.date)
        presider.choices = [
            ("", "Todavía no se sabe"),
            *((councillor.pk, councillor.full_name) for councillor in seated),
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        opened, closed = data.get("opened_at"), data.get("closed_at")
        if opened and closed and closed <= opened:
            self.add_error(
                "closed_at",
                "La hora de cierre es anterior a la de apertura. Revise si es de la "
                "mañana o de la tarde.",
            )
        date, presider = data.get("date"), data.get("presider")
        if date and presider:
            seated = self.instance.council.councillors.seated_on(date)
            if not seated.filter(pk=presider.pk).exists():
                self.add_error(
                    "presider",
                    f"{presider} no tenía curul el {long_date(date)}. Elija a otra "
                    "persona o corrija la fecha.",
                )
        return data
