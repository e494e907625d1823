"""The form that has a session heard once more."""

from __future__ import annotations

from typing import Any

from django import forms

from councils.engines import allowed_to
from sessions.engines import has_stopped, named
from sessions.models import CouncilSession, Recording


class AgainForm(forms.Form):
    """Which engine hears, and how much: what is missing, or everything."""

    GAPS, ALL = "gaps", "all"
    SCOPES = {GAPS: "Solo lo que no se pudo transcribir", ALL: "Toda la sesión"}

    engine = forms.ChoiceField(
        label="¿Quién la transcribe esta vez?",
        error_messages={
            "required": "Falta elegir quién la transcribe.",
            "invalid_choice": "Ese motor no se puede usar en este concejo. Elija otro.",
        },
    )
    scope = forms.ChoiceField(label="¿Qué se transcribe?", choices=SCOPES)

    def __init__(
        self,
        session: CouncilSession,
        recordings: list[Recording],
        data: Any = None,
    ) -> None:
        used = [r.transcription.engine for r in recordings if r.transcription]
        self.engines = named(allowed_to(session.council))
        self.has_gaps = any(
            has_stopped(r.transcription) for r in recordings if r.transcription
        )
        others = [choice.alias for choice in self.engines if choice.alias not in used]
        backup = session.council.backup_engine
        first = backup if backup in others else next(iter(others), None)
        scope = self.GAPS if self.has_gaps else self.ALL
        super().__init__(data, initial={"engine": first, "scope": scope})
        self.fields["engine"].choices = [(e.alias, e.label) for e in self.engines]
        if not self.has_gaps:
            self.fields["scope"].choices = [(self.ALL, self.SCOPES[self.ALL])]
