"""The form of one vote: what was asked, what was announced, how each one voted."""

from __future__ import annotations

import re
from typing import Any

from django import forms

from councils.models import Councillor, User
from sessions import colours
from sessions.facts import Attendance, Ballot, Vote, initials
from sessions.forms_seen import SeenForm
from sessions.models import CouncilSession
from sessions.votes import Count, present_in
from sessions.wording import clock


class ClockField(forms.CharField):
    """A moment of the recording, "1:24:38" or "4:07", in seconds."""

    def prepare_value(self, value: float | str | None) -> str:
        return clock(value) if isinstance(value, float) else value or ""

    def to_python(self, value: str | None) -> float | None:
        text = super().to_python(value)
        if not text:
            return None
        said = re.fullmatch(r"(?:(\d{1,2}):)?(\d{1,2}):([0-5]\d)", text)
        if not said:
            raise forms.ValidationError(
                f"«{text}» no se entiende como momento. Escríbalo así: 1:24:38."
            )
        hours, minutes, seconds = (int(part or 0) for part in said.groups())
        return float(hours * 3600 + minutes * 60 + seconds)

    def has_changed(self, initial: float | None, data: str | None) -> bool:
        # The page shows whole seconds; a fraction that it never showed is no change.
        return self.prepare_value(initial) != (data or "").strip()


class BallotForm(forms.Form):
    """How one councillor voted and in which place."""

    value = forms.ChoiceField(
        choices=Ballot.Value.choices, required=False, widget=forms.RadioSelect
    )
    order = forms.IntegerField(
        min_value=1,
        max_value=999,
        required=False,
        widget=forms.NumberInput({"class": "input short"}),
    )

    def __init__(
        self,
        councillor: Councillor,
        place: int,
        value: str,
        colour: int,
        data: Any = None,
    ) -> None:
        self.councillor, self.place = councillor, place
        self.colour = colour  # of the stylesheet, 0 for none
        initial = {"value": value, "order": place}
        super().__init__(data, prefix=f"b{councillor.pk}", initial=initial)
        label = f"Orden en que votó {councillor.full_name}"
        self.fields["order"].widget.attrs["aria-label"] = label

    @property
    def initials(self) -> str:
        return initials(self.councillor.full_name)

    @property
    def chosen(self) -> str:
        return self["value"].value() or ""

    @property
    def stored(self) -> str:
        """The vote that is stored, as it is read."""
        if not self.initial["value"]:
            return "por anotar"
        return f"{Ballot.Value(self.initial['value']).label}, puesto {self.place}"


class VoteForm(SeenForm):
    """A vote of `session`; a row for each councillor present if it is nominal."""

    start = ClockField(label="Momento", required=False)
    knowingly = forms.BooleanField(
        label="Lo confirmo así, sabiendo que la cuenta no coincide", required=False
    )
    drop_ballots = forms.BooleanField(
        label="Sí, borrar los votos con nombre", required=False
    )

    class Meta:
        model = Vote
        fields = ["agenda_item", "question", "kind", "result", "yes", "no", "start"]
        labels = {
            "agenda_item": "Punto del orden del día",
            "kind": "Clase de votación",
            "result": "Resultado que se anunció",
            "yes": "Anunciados por el sí",
            "no": "Anunciados por el no",
        }
        widgets = {
            "question": forms.Textarea({"rows": 3}),
            "kind": forms.RadioSelect,
            "result": forms.RadioSelect,
        }

    def __init__(self, session: CouncilSession, vote: Vote, data: Any = None) -> None:
        super().__init__(data, instance=vote)
        self.session = session
        self.was_confirmed = vote.is_confirmed
        self.fields["agenda_item"].queryset = session.agenda.all()
        self.fields["agenda_item"].empty_label = "Sin punto"
        self.fields["kind"].choices = Vote.Kind.choices
        self.fields["result"].choices = [("", "No se anunció"), *Vote.Result.choices]
        for name in ("agenda_item", "question", "yes", "no", "start"):
            kind = {"agenda_item": "select", "question": "area"}.get(name, "input")
            short = " short" if name in ("yes", "no", "start") else ""
            self.fields[name].widget.attrs["class"] = kind + short
        self.attendance = list(session.attendance.select_related("councillor"))
        coloured = colours.colours_of(session, session.speakers.all())
        self.rows = [
            BallotForm(
                councillor,
                place,
                value,
                coloured.get(colours.councillor(councillor.pk), 0),
                data,
            )
            for place, (councillor, value) in enumerate(self._voters(), start=1)
        ]

    def _voters(self) -> list[tuple[Councillor, str]]:
        """Who has a row, in the order of the vote: who voted, then who was present."""
        voted = []
        if self.instance.pk:
            ballots = self.instance.ballots.select_related("councillor")
            voted = [(ballot.councillor, ballot.value) for ballot in ballots]
        there = [
            row.councillor
            for row in self.attendance
            if row.state == Attendance.State.PRESENT
        ]
        if present_in(self.attendance) is None:
            councillors = self.session.council.councillors
            there = list(councillors.seated_on(self.session.date))
        known = {councillor.pk for councillor, _ in voted}
        return voted + [(who, "") for who in there if who.pk not in known]

    def is_valid(self) -> bool:
        wrong = [form for form in self.rows if not form.is_valid()]
        return super().is_valid() and not wrong

    def clean_start(self) -> float | None:
        same = "start" not in self.changed_data
        return self.initial["start"] if same else self.cleaned_data["start"]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        named = self.instance.ballots.count() if self.instance.pk else 0
        lost = named and data.get("kind") not in (None, Vote.Kind.NOMINAL)
        if lost and not data.get("drop_ballots"):
            votes = "1 voto" if named == 1 else f"{named} votos"
            self.add_error(
                "kind",
                f"Esta votación tiene {votes} con nombre; si deja de ser nominal se "
                "borran. Márquelo abajo o devuélvala a nominal.",
            )
        return data

    @property
    def is_nominal(self) -> bool:
        return self["kind"].value() == Vote.Kind.NOMINAL

    @property
    def asks_to_drop(self) -> bool:
        return "borran" in str(self.errors.get("kind", "")) if self.is_bound else False

    @property
    def count(self) -> Count:
        """The numbers of the page as it stands, with what was typed if it is right."""
        council = self.session.council
        data = getattr(self, "cleaned_data", {})
        stored = {n: getattr(self.instance, n) for n in ("yes", "no", "result")}
        facts = stored | {name: data[name] for name in stored if name in data}
        return Count(
            present=present_in(self.attendance),
            announced=(facts["yes"], facts["no"]),
            listed=tuple(r.chosen for r in self.rows) if self.is_nominal else None,
            result=facts["result"],
            to_decide=council.decisive_quorum,
            impeded_leave=council.kind == council.Kind.ASAMBLEA,
        )

    def changed(self) -> bool:
        asked = {"knowingly", "drop_ballots"}
        rows = self.rows if self.is_nominal else ()
        named = any(row.has_changed() for row in rows)
        return named or bool(set(self.changed_data) - asked)

    def facts(self) -> list[Any]:
        voted = [(r.councillor.pk, *r.initial.values()) for r in self.rows]
        return [*super().facts(), self.was_confirmed, [v for v in voted if v[1]]]

    @property
    def stored(self) -> list[tuple[str, str]]:
        nominal = self.initial["kind"] == Vote.Kind.NOMINAL
        rows = [row for row in self.rows if nominal and row.has_changed()]
        ballots = [(f"Voto de {row.councillor}", row.stored) for row in rows]
        return super().stored + ballots

    def save(self, user: User, confirm: bool) -> Vote:
        """Store the vote; state it in the name of `user` if asked and if it adds up.

        A confirmed vote that changes is confirmed again by who changed it. When the
        numbers do not agree it stays unconfirmed, unless that was said knowingly.
        """
        changed = self.changed()
        vote = super().save(commit=False)
        if changed or not vote.pk:
            vote.source = Vote.Source.PERSON
        if not vote.pk:
            vote.session = self.session
            last = self.session.votes.order_by("position").last()
            vote.position = last.position + 1 if last else 1
        vote.save()
        self._save_ballots(vote)
        agrees = not self.count.warnings or self.cleaned_data["knowingly"]
        if agrees and (confirm or (changed and self.was_confirmed)):
            vote.confirm(user)
        elif changed and self.was_confirmed:
            vote.withdraw()
        return vote

    def _save_ballots(self, vote: Vote) -> None:
        vote.ballots.all().delete()
        if vote.kind != Vote.Kind.NOMINAL:
            return
        noted = [row for row in self.rows if row.chosen]
        noted.sort(key=lambda row: row.cleaned_data["order"] or row.place)
        Ballot.objects.bulk_create(
            Ballot(
                vote=vote, councillor=row.councillor, position=place, value=row.chosen
            )
            for place, row in enumerate(noted, start=1)
        )
