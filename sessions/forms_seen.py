"""Forms that notice when somebody else changed their row while it was being filled."""

from __future__ import annotations

import datetime
import hashlib
import json
from functools import cached_property
from typing import Any

from django import forms

from councils.models import User
from sessions.wording import long_date


class SeenForm(forms.ModelForm):
    """A row's form whose page sends along, as `seen`, the mark of what it showed.

    Bound, it is built on the row as it is under the lock. If that is not what was seen
    and something else was typed, the form is late: it is not valid.
    """

    def facts(self) -> list[Any]:
        """What is stored of the row, for its mark."""
        return sorted(self.initial.items())

    @cached_property
    def mark(self) -> str:
        """A fingerprint of the row as it was when the form was built; "" of a new one.

        Compared and never trusted, so that it may travel in the page.
        """
        if self.instance.pk is None:
            return ""
        facts = json.dumps(self.facts(), default=str)
        return hashlib.sha256(facts.encode()).hexdigest()

    def changed(self) -> bool:
        """Whether something else was typed than what is stored."""
        return bool(self.changed_data)

    @cached_property
    def is_late(self) -> bool:
        same = self.data.get("seen", "") == self.mark
        return self.is_bound and not same and self.changed()

    def is_valid(self) -> bool:
        return super().is_valid() and not self.is_late

    @property
    def stored(self) -> list[tuple[str, str]]:
        """What is stored where something else was typed: label and value, as read."""
        names = [name for name in self.changed_data if name in self._meta.fields]
        return [(self[name].label, self._read(name)) for name in names]

    def _read(self, name: str) -> str:
        field, value = self.fields[name], self[name].initial
        if isinstance(value, datetime.date):
            return long_date(value)
        if hasattr(field, "choices"):
            labels = {str(key): label for key, label in field.choices}
            text = labels.get("" if value is None else str(value), value)
        else:
            text = field.widget.format_value(field.prepare_value(value))
        return "nada" if text in (None, "") else str(text)

    def notice(self, what: str, reader: User, last: User | None = None) -> str:
        """Tell `reader` that `what` changed; `last` changed it, if that is known."""
        if last == reader:
            return f"Mientras escribía aquí, usted cambió {what} en otra ventana."
        return f"Mientras usted escribía, {last or 'alguien'} cambió {what}."
