"""Forms of the review page and of the acta: they turn what came into plain values."""

from __future__ import annotations

import unicodedata
from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, Q

from actas.editing import Person
from actas.models import Utterance
from actas.panel import Card, Panel, titled
from sessions.models import AgendaItem, CouncilSession, Speaker
from sessions.wording import duration

# group -> key -> (what is shown, who it is: a person, or a voice without a name)
Choices = dict[str, dict[str, tuple[str, Person | Speaker]]]
TEXT_LIMIT = 20_000  # letters in one sentence; a speech of an hour has 50 000


class PlainTextField(forms.CharField):
    """Text without what cannot be seen: control and format characters, odd breaks."""

    def to_python(self, value: Any) -> str:
        text = unicodedata.normalize("NFC", str(value or ""))
        text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
        seen = (c for c in text if c == "\n" or unicodedata.category(c)[0] != "C")
        return super().to_python("".join(seen))


class SentenceForm(forms.Form):
    """A corrected sentence, with the version that was corrected."""

    text = PlainTextField(
        label="Texto de la intervención",
        required=False,
        max_length=TEXT_LIMIT,
        widget=forms.Textarea(
            {"class": "area", "rows": 5, "lang": "es-CO", "spellcheck": "true"}
        ),
        error_messages={
            "max_length": "El texto tiene %(show_value)d letras y caben %(limit_value)d"
            " en una intervención. No se guardó; acórtelo un poco."
        },
    )
    version = forms.IntegerField(widget=forms.HiddenInput)
    token = forms.UUIDField(widget=forms.HiddenInput)  # one a stay in the text box
    verified = forms.BooleanField(required=False)


class VersionForm(forms.Form):
    """What was read, for a change that has no text."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class PersonForm(forms.Form):
    """Who somebody is: one of those who may be speaking, or a name and an office."""

    person = forms.ChoiceField(label="Quién habla", required=False)
    name = PlainTextField(label="Nombre y apellidos", max_length=120, required=False)
    office = PlainTextField(label="Cargo o calidad", max_length=120, required=False)

    def __init__(self, session: CouncilSession, data: Any = None, **more: Any) -> None:
        super().__init__(data, **more)
        self.people = self.choices(session)
        self.fields["person"].choices = [("", "Elija o escriba otro nombre abajo")] + [
            (group, [(key, label) for key, (label, _) in people.items()])
            for group, people in self.people.items()
            if people
        ]
        self.fields["person"].widget.attrs |= {
            "class": "select",
            "data-combobox": f"#{self['name'].auto_id}",
            "data-hint": "Escriba parte del nombre",
        }
        for name in ("name", "office"):
            self.fields[name].widget.attrs["class"] = "input"

    def choices(self, session: CouncilSession) -> Choices:
        return people_of(session)

    def clean(self) -> dict[str, Any]:
        """Put who was chosen under "who"."""
        data = super().clean()
        chosen, name = data.get("person"), data.get("name")
        if name:
            data["who"] = Person(name=name, office=data.get("office", ""))
        elif chosen:
            known = {k: v for group in self.people.values() for k, v in group.items()}
            data["who"] = known[chosen][1]
        elif "person" not in self.errors:
            self.add_error(
                "person",
                "Falta decir quién habla: elija a alguien o escriba su nombre.",
            )
        return data

    @property
    def shown(self) -> str:
        """The name that a valid form states."""
        known = {k: v[0] for group in self.people.values() for k, v in group.items()}
        return self.cleaned_data["name"] or known[self.cleaned_data["person"]]


class NamingForm(PersonForm, VersionForm):
    """Who speaks, and in how many sentences."""

    ONE, VOICE, RUN = "one", "voice", "run"
    SCOPES = {
        ONE: "Solo esta intervención",
        VOICE: "Todas las de esta voz, en toda la sesión",
        RUN: "Esta y las siguientes, hasta que hable otra persona",
    }

    scope = forms.ChoiceField(label="En cuáles intervenciones", choices=SCOPES)

    def __init__(
        self,
        session: CouncilSession,
        speaker: Speaker | None,
        data: Any = None,
        **options: Any,
    ) -> None:
        """`speaker` is who the sentence has now; None if it has no voice."""
        self.speaker = speaker
        super().__init__(session, data, **options)
        self.fields["scope"].choices = [
            (scope, label)
            for scope, label in self.SCOPES.items()
            if scope != self.VOICE or (speaker and speaker.voice)
        ]

    def choices(self, session: CouncilSession) -> Choices:
        own = self.speaker.head.pk if self.speaker else None
        return {**people_of(session), "Otras voces": waiting_voices(session, own)}

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if isinstance(data.get("who"), Speaker) and data.get("scope") == self.RUN:
            self.add_error(
                "scope",
                "A una voz sin nombre se le da una intervención, o toda esta voz.",
            )
        return data

    def said(self, run: int | None = None) -> str:
        """Return in Spanish what a valid form states: who, in which sentences.

        `run` is how many sentences a run turned out to have.
        """
        where = {
            self.ONE: "en esta intervención",
            self.VOICE: "en todas las intervenciones de esta voz",
            self.RUN: f"en {run} intervenciones seguidas",
        }
        scope = self.ONE if run == 1 else self.cleaned_data["scope"]
        return f"habla {self.shown} {where[scope]}"


class JoinForm(forms.Form):
    """Which other voice of the session a voice is."""

    into = forms.TypedChoiceField(
        label="Es la misma voz que",
        coerce=int,
        widget=forms.Select({"class": "select"}),
        error_messages={"required": "Falta elegir la otra voz."},
    )

    def __init__(self, card: Card, panel: Panel, data: Any = None, **more: Any) -> None:
        """`card` is the voice that is joined to one of the others of `panel`."""
        super().__init__(data, **more)
        others = [other for other in panel.people if other.pk != card.pk]
        self.fields["into"].choices = [("", "Elija la otra voz")] + [
            (other.pk, f"{other.title} · {duration(other.seconds)}") for other in others
        ]


def waiting_voices(
    session: CouncilSession, but: int | None
) -> dict[str, tuple[str, Speaker]]:
    """Return the voices of which nobody has said who they are, by their key.

    What a voice is part of stands for it. The one with the pk `but` is left out, and
    so is one that says nothing any more.
    """
    own = Q(speaker=OuterRef("pk")) | Q(speaker__same_as=OuterRef("pk"))
    rows = session.speakers.filter(
        Exists(Utterance.objects.filter(own)), same_as=None, confirmed_at=None
    )
    rows = rows.exclude(voice="").exclude(pk=but)
    rows = rows.select_related("councillor").order_by("pk")
    return {f"v{row.pk}": (titled(row), row) for row in rows}


def people_of(session: CouncilSession) -> Choices:
    """Return who may be speaking: group -> key -> (what is shown, who it is)."""
    seated = session.council.councillors.seated_on(session.date)
    # A row that is part of another is whoever that one is, whatever its own name says.
    named = session.speakers.filter(councillor=None, same_as=None).exclude(name="")
    council = session.council
    secretary = session.secretary_name or council.secretary_name
    staff = Person(None, secretary, council.secretary_office, council.secretary_gender)
    others: dict[str, tuple[str, Person]] = {}
    for speaker in named.order_by("pk"):
        person = Person.of(speaker)
        same = {(p.name, p.office) for _, p in others.values()}
        if (person.name, person.office) not in {*same, (staff.name, staff.office)}:
            shown = ", ".join(filter(None, [person.name, person.office]))
            others[f"s{speaker.pk}"] = (shown, person)
    return {
        "Concejales": {f"c{c.pk}": (c.full_name, Person(c.pk)) for c in seated},
        "Secretaría": {"secretary": (f"{secretary}, {staff.office}", staff)}
        if secretary
        else {},
        "Otras personas de esta sesión": others,
    }


class BoundaryForm(forms.Form):
    """Which item of the agenda begins at a sentence, or begins nowhere any more."""

    item = forms.ModelChoiceField(
        AgendaItem.objects.none(),
        label="Punto del orden del día",
        empty_label=None,
        error_messages={"required": "Falta elegir el punto."},
        widget=forms.Select({"class": "select"}),
    )
    remove = forms.BooleanField(required=False)

    def __init__(
        self, session: CouncilSession, data: Any = None, **options: Any
    ) -> None:
        super().__init__(data, **options)
        self.fields["item"].queryset = session.agenda.order_by("position")

    @staticmethod
    def likely(session: CouncilSession, second: float) -> int | None:
        """Return the pk of the item that somebody would place at a second.

        The one that begins there, or else the first after the last one before it.
        """
        later = None
        for item in session.agenda.order_by("-position"):
            if item.start is not None and item.start <= second:
                return later if later and item.start < second else item.pk
            later = item.pk
        return later
