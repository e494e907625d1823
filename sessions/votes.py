"""What the votes add up to: majority, what does not agree, and what that would mean."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sessions.facts import Attendance, Ballot, Vote

COUNTED_PRESENT = (
    Ballot.Value.YES,
    Ballot.Value.NO,
    Ballot.Value.ABSTAINED,
    Ballot.Value.SILENT,
    Ballot.Value.IMPEDED,
)


@dataclass(frozen=True)
class Count:
    """A vote in numbers, as it was announced and as it was listed."""

    present: int | None
    """Councillors present by the attendance; None when there is no attendance yet."""
    announced: tuple[int | None, int | None] = (None, None)
    """Votes for and against that were said; None where none was."""
    listed: tuple[str, ...] | None = None
    """The value of every ballot of a nominal vote, "" for one not noted yet."""
    result: str = ""
    to_decide: int = 0
    """Fewest present with whom a decision may be taken."""
    impeded_leave: bool = False
    """In an asamblea whoever is impeded is not counted (Ley 2200 de 2022, art. 67)."""

    def of(self, value: str) -> int:
        """How many ballots say `value`."""
        return (self.listed or ()).count(value)

    @property
    def unnoted(self) -> int:
        return self.of("")

    @property
    def abstained(self) -> int:
        return self.of(Ballot.Value.ABSTAINED)

    @property
    def totals(self) -> tuple[int | None, int | None]:
        """Votes for and against: those listed, or those announced when none is."""
        if self.listed is None:
            return self.announced
        return self.of(Ballot.Value.YES), self.of(Ballot.Value.NO)

    @property
    def attendees(self) -> int | None:
        """Those whose majority decides; None when it is not known how many."""
        if self.listed is not None:
            there = len(self.listed) - self.of(Ballot.Value.ABSENT)
        else:
            there = self.present
        if there is not None and self.impeded_leave:
            there -= self.of(Ballot.Value.IMPEDED)
        return there

    @property
    def majority(self) -> int | None:
        """Votes that decide: more than half of the attendees, ⌊a/2⌋ + 1.

        Ley 136 de 1994, art. 30: "la mayoría de los votos de los asistentes".
        """
        return None if self.attendees is None else self.attendees // 2 + 1

    @property
    def suggested(self) -> str:
        """The result that the numbers give; "" while they are not complete."""
        yes, no = self.totals
        if yes is None or no is None or self.majority is None or self.unnoted:
            return ""
        if self.present is not None and self.present < self.to_decide:
            return Vote.Result.NONE
        if yes >= self.majority:
            return Vote.Result.APPROVED
        if no >= self.majority:
            return Vote.Result.REJECTED
        return Vote.Result.TIED if yes == no else Vote.Result.NONE

    @property
    def suggestion(self) -> str:
        """The suggested result as it is read; "" when there is none."""
        return Vote.Result(self.suggested).label if self.suggested else ""

    @property
    def warnings(self) -> list[str]:
        """What does not agree, a sentence each; empty when everything does."""
        checks = (self._unnoted, self._announced, self._present, self._result)
        return [said for check in checks for said in check()]

    def _unnoted(self) -> Sequence[str]:
        if not self.unnoted:
            return ()
        if self.unnoted == 1:
            return ("Falta anotar el voto de 1 concejal.",)
        return (f"Falta anotar el voto de {self.unnoted} concejales.",)

    def _announced(self) -> Sequence[str]:
        said = self.announced
        if self.listed is None or said == (None, None):
            return ()
        if all(s in (None, c) for s, c in zip(said, self.totals, strict=True)):
            return ()
        return (
            f"Se anunciaron {_pair(said)}; los votos anotados suman "
            f"{_pair(self.totals)}.",
        )

    def _present(self) -> Sequence[str]:
        if self.present is None:
            return ()
        if self.listed is not None:
            cast = sum(map(self.of, COUNTED_PRESENT)) + self.unnoted
        elif None in self.announced:
            return ()
        else:
            cast = sum(self.announced)
        if cast == self.present:
            return ()
        return (
            f"Suman {cast} y en la asistencia hay {self.present} presentes: el número "
            "de votos debe ser igual al de presentes.",
        )

    def _result(self) -> Sequence[str]:
        if not self.result or not self.suggested or self.result == self.suggested:
            return ()
        if self.present is not None and self.present < self.to_decide:
            return (
                f"Con {self.present} presentes no había quórum para decidir: se "
                f"necesitan {self.to_decide}.",
            )
        said = Vote.Result(self.result).label.lower()
        found = self.suggestion.lower()
        return (
            f"Quedó como «{said}», y las cuentas dan «{found}»: la mayoría de los "
            f"{self.attendees} asistentes es {self.majority}.",
        )


def _pair(totals: tuple[int | None, int | None]) -> str:
    yes, no = ("sin decir" if total is None else total for total in totals)
    return f"{yes} por el sí y {no} por el no"


def present_in(attendance: Iterable[Attendance]) -> int | None:
    """How many were marked present; None while nobody is marked at all."""
    states = [row.state for row in attendance if row.state]
    return states.count(Attendance.State.PRESENT) if states else None


def count_of(vote: Vote, present: int | None) -> Count:
    """Return a stored vote in numbers. Reads its ballots and its session's council."""
    council = vote.session.council
    nominal = vote.kind == Vote.Kind.NOMINAL
    return Count(
        present=present,
        announced=(vote.yes, vote.no),
        listed=tuple(b.value for b in vote.ballots.all()) if nominal else None,
        result=vote.result,
        to_decide=council.decisive_quorum,
        impeded_leave=council.kind == council.Kind.ASAMBLEA,
    )
