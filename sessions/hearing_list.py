"""Which names and terms an engine is told to expect in one session."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from councils.models import Term
from sessions.facts import tied
from transcription.evaluation.normaliser import without_accents

if TYPE_CHECKING:
    from sessions.models import CouncilSession

# An engine that is prompted reads some 160 tokens, twenty to thirty names; one that
# weighs phrases reads all. A longer list adds terms that nobody says today, and each
# of them is a chance to be heard where it was not said.
MOST = 60
LONGEST = 120  # letters; what Transcription.terms holds

# Names inside a title: words with a capital, held together by small words and numbers.
CAPITAL = r"[A-ZÁÉÍÓÚÑ][\wÁÉÍÓÚÑáéíóúñ]*"
NAME = re.compile(
    rf"{CAPITAL}(?:\s+(?:(?:de|del|la|las|los|el|y|número|n\.º)\s+){{0,3}}"
    rf"(?:{CAPITAL}|\d+))*"
)
# How titles open: «Lectura y aprobación del», «Informe de la», «Segundo debate del».
OPENING = re.compile(
    r"(?:(?:lectura|discusi[oó]n|aprobaci[oó]n|votaci[oó]n|informe|intervenci[oó]n|"
    r"presentaci[oó]n|socializaci[oó]n|citaci[oó]n|invitaci[oó]n|elecci[oó]n|estudio|"
    r"(?:primer |segundo )?debate)[,\s]+(?:(?:del?|las?|los|el|y|al?|sobre)\s+)*)+",
    re.IGNORECASE,
)


def terms_of(session: CouncilSession) -> list[str]:
    """Return what to listen for, the most useful first, MOST at most.

    Who may be named and what is on the agenda, then the words that the council uses
    most. An engine with room for less reads the front.
    """
    council = session.council
    words = Term.objects.known_to(council).order_by("-count", "text")
    return listed(
        people=_people(session),
        places=[council.name],
        titles=[item.title for item in session.agenda.all()],
        words=list(words.values_list("text", flat=True)),
    )


def listed(
    *,
    people: Iterable[str],
    places: Iterable[str],
    titles: Sequence[str],
    words: Sequence[str],
) -> list[str]:
    """Return one list without repeats: people, places, the agenda's names, words.

    Of `words`, in the order given, those that stand in a title come first. What needs
    the least help comes last: numbers, which any engine knows, and names that stand
    inside one before them.
    """
    agenda = _bare(" ".join(titles))
    expected = [word for word in words if f" {_bare(word)} " in f" {agenda} "]
    found = [*people, *places, *_names(titles), *expected, *words]
    once: dict[str, str] = {}
    later: dict[str, str] = {}
    for text in found:
        text, bare = " ".join(text.split()), _bare(text)
        if bare and len(text) <= LONGEST and bare not in once:
            known = any(f" {bare} " in f" {other} " for other in once)
            least = known or any(letter.isdigit() for letter in bare)
            (later if least else once).setdefault(bare, text)
    return [*once.values(), *later.values()][:MOST]


def _people(session: CouncilSession) -> list[str]:
    """Return who may be named: guests first, who are few and unheard of."""
    guests = [
        speaker.head.name
        for speaker in tied(session.speakers.all())
        if speaker.is_attributed and not speaker.head.councillor_id
    ]
    seated = session.council.councillors.seated_on(session.date)
    return [
        *guests,
        *seated.values_list("full_name", flat=True),
        session.secretary_name or session.council.secretary_name,
    ]


def _names(titles: Iterable[str]) -> Iterator[str]:
    """Yield the proper names in titles that are not in capitals throughout."""
    for title in titles:
        if title.isupper():
            continue
        opening = OPENING.match(title)
        for match in NAME.finditer(title, opening.end() if opening else 0):
            # Any title begins with a capital: that alone makes no name.
            if match.start() or len(match[0].split()) > 1:
                yield match[0]


def _bare(text: str) -> str:
    """Return `text` as it is compared: no case, no accents, no punctuation."""
    return " ".join(re.findall(r"\w+", without_accents(text.lower())))
