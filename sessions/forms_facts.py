"""Forms for what the secretary states as fact: hours, attendance, votes."""

from __future__ import annotations

from datetime import time
from typing import Any

from django import forms

from councils.models import Councillor, User
from sessions import colours
from sessions.attendance import Roll, is_guess, read_hour, wrong_hours
from sessions.facts import Attendance, initials
from sessions.models import CouncilSession
from sessions.wording import hour as said_hour


class HourInput(forms.TextInput):
    """A short box that shows an hour as people say it."""

    def format_value(self, value: time | str | None) -> str:
        if isinstance(value, time):
            # Typed and read in a box: the spaces that never part would not survive.
            return said_hour(value).replace("\u00a0", " ")
        return value or ""


class HourField(forms.CharField):
    """An hour in any of the plain ways to write it; `opened` and `closed` guide it."""

    widget = HourInput
    opened: time | None = None
    closed: time | None = None
    guess: time | None = None
    """What was understood, once cleaned, where something else may have been meant."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, show_hidden_initial=True, **options)
        self.widget.attrs.update({"class": "input short", "autocomplete": "off"})

    def to_python(self, value: str | None) -> time | None:
        text = super().to_python(value)
        try:
            return read_hour(text, self.opened, self.closed) if text else None
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None

    def clean(self, value: str | None) -> time | None:
        read = super().clean(value)
        guessed = read and is_guess(value.strip(), read, self.closed)
        self.guess = read if guessed else None
        return read


class HoursForm(forms.Form):
    """When the session was opened and closed, as the acta prints it."""

    opened_at = HourField(label="Hora de apertura")
    closed_at = HourField(label="Hora de cierre")

    def __init__(self, session: CouncilSession, data: Any = None) -> None:
        self.session = session
        hours = {"opened_at": session.opened_at, "closed_at": session.closed_at}
        super().__init__(data, initial=hours)

    def clean_opened_at(self) -> time | None:
        # Fields are cleaned in order: the closing is read in the light of the opening.
        self.fields["closed_at"].opened = self.cleaned_data["opened_at"]
        return self.cleaned_data["opened_at"]

    def clean(self) -> None:
        opened, closed = map(self.cleaned_data.get, ("opened_at", "closed_at"))
        if opened and closed and closed <= opened:
            self.add_error(
                "closed_at", "La hora de cierre es anterior a la de apertura."
            )

    def save(self) -> None:
        CouncilSession.objects.filter(pk=self.session.pk).update(**self.cleaned_data)


class AttendanceForm(forms.Form):
    """One councillor's row. Only what was changed on this page counts as a change."""

    state = forms.ChoiceField(
        choices=Attendance.State.choices,
        required=False,
        widget=forms.RadioSelect,
        show_hidden_initial=True,
    )
    arrived = HourField()
    left = HourField()
    note = forms.CharField(max_length=200, required=False, show_hidden_initial=True)

    def __init__(
        self,
        councillor: Councillor,
        row: Attendance,
        hours: tuple[time | None, time | None],
        colour: int,
        data: Any = None,
    ) -> None:
        self.councillor, self.row, self.hours = councillor, row, hours
        self.colour = colour  # of the stylesheet, 0 for none
        initial = {name: getattr(row, name) for name in self.base_fields}
        super().__init__(data, prefix=f"c{councillor.pk}", initial=initial)
        name = councillor.full_name
        for field, label, placeholder in (
            ("arrived", f"Hora en que llegó {name}", "al inicio"),
            ("left", f"Hora en que se retiró {name}", "al final"),
            ("note", f"Novedad de {name}", ""),
        ):
            self.fields[field].widget.attrs |= {
                "aria-label": label,
                "placeholder": placeholder,
            }
        self.fields["note"].widget.attrs |= {
            "class": "input",
            "autocomplete": "off",
            "size": 9,  # as narrow as the table needs; the style widens it
        }
        for field in ("arrived", "left"):
            self.fields[field].opened, self.fields[field].closed = hours

    @property
    def initials(self) -> str:
        return initials(self.councillor.full_name)

    @property
    def chosen(self) -> str:
        """The state that the row shows now: what was typed, or what is stored."""
        return self["state"].value() or ""

    def clean(self) -> None:
        facts = self.cleaned_data
        arrived, left = facts.get("arrived"), facts.get("left")
        if facts.get("state") == Attendance.State.PRESENT:
            for name, error in wrong_hours(arrived, left, *self.hours).items():
                self.add_error(name, error)
        elif arrived or left:
            self.add_error(
                "arrived" if arrived else "left",
                "Las horas son de quien estuvo presente: márquelo o bórrelas.",
            )

    def save(self, user: User, confirm: bool) -> None:
        """Store what was changed; with `confirm`, state what the page showed.

        A confirmed row that changes is confirmed again, by who changed it. A row
        without a state is never confirmed.
        """
        row, changed = self.row, self.changed_data
        for name in self.fields if confirm else changed:
            setattr(row, name, self.cleaned_data[name])
        if changed:
            row.source = Attendance.Source.PERSON
        states_it = changed if row.is_confirmed else confirm
        if row.state and states_it:
            row.confirm(user)
        elif changed:
            row.save()


class RollForm:
    """The whole page: the session's hours and a row for each councillor seated."""

    ALL = "todos"

    def __init__(self, session: CouncilSession, data: Any = None) -> None:
        self.session = session
        self.hours = HoursForm(session, data)
        hours = (session.opened_at, session.closed_at)
        if data is not None and self.hours.is_valid():
            hours = tuple(self.hours.cleaned_data.values())
        stored = {
            row.councillor_id: row
            for row in session.attendance.select_related("councillor", "confirmed_by")
        }
        seated = list(session.council.councillors.seated_on(session.date))
        known = {councillor.pk for councillor in seated}
        seated += [row.councillor for pk, row in stored.items() if pk not in known]
        coloured = colours.colours_of(session, session.speakers.all())
        self.rows = [
            AttendanceForm(
                councillor,
                stored.get(councillor.pk)
                or Attendance(session=session, councillor=councillor),
                hours,
                coloured.get(colours.councillor(councillor.pk), 0),
                data,
            )
            for councillor in seated
        ]

    def is_valid(self) -> bool:
        # Every form is asked, so that every error shows at once.
        wrong = [form for form in (self.hours, *self.rows) if not form.is_valid()]
        return not wrong

    @property
    def has_errors(self) -> bool:
        return any(form.errors for form in (self.hours, *self.rows))

    def asked(self, confirm: str) -> list[AttendanceForm]:
        """The rows to confirm; `confirm` is ALL, the id of a councillor, or ""."""
        if confirm == self.ALL:
            return self.rows
        return [form for form in self.rows if confirm == str(form.councillor.pk)]

    def save(self, user: User, confirm: str) -> list[str]:
        """Store every change; return who was not confirmed for want of a state."""
        if self.hours.has_changed():
            self.hours.save()
        asked = self.asked(confirm)
        for form in self.rows:
            form.save(user, confirm=form in asked)
        return [form.councillor.full_name for form in asked if not form.chosen]

    @property
    def guesses(self) -> list[time]:
        """The hours that were understood without being sure, once each, in order."""
        fields = [f for form in (self.hours, *self.rows) for f in form.fields.values()]
        found = {getattr(field, "guess", None) for field in fields}
        return sorted(found - {None})

    @property
    def roll(self) -> Roll:
        """The numbers of the page as it stands, with what was typed."""
        council = self.session.council
        confirmed = sum(form.row.is_confirmed for form in self.rows)
        return Roll(
            seats=council.seats,
            present=sum(f.chosen == Attendance.State.PRESENT for f in self.rows),
            confirmed=confirmed,
            missing=len(self.rows) - confirmed,
            to_decide=council.decisive_quorum,
            to_deliberate=council.deliberative_quorum,
        )
