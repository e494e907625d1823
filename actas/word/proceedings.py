"""The development of a session in Word: who spoke, what happened, how they voted."""

from collections import Counter
from collections.abc import Sequence
from itertools import groupby

from docx.document import Document
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Cm

from actas.draft import Draft, Entry, Remark, Section, Tally, Turn, VoteRecord
from actas.word.contents import Contents
from actas.word.markup import add_paragraph, lines, one_line, run
from actas.word.tables import add_table
from actas.wording import capital, counted, listing
from sessions.wording import clock

_BALLOT_WIDTHS = (Cm(1.4), Cm(10.6), Cm(4.59))

# How a choice is counted: one vote, several votes. Any other choice is a candidate.
_COUNTED = {
    "sí": ("voto por el sí", "votos por el sí"),
    "no": ("voto por el no", "votos por el no"),
    "en blanco": ("voto en blanco", "votos en blanco"),
    "nulo": ("voto nulo", "votos nulos"),
    "abstención": ("abstención", "abstenciones"),
    "no votó": ("integrante que no votó", "integrantes que no votaron"),
    "impedido": ("integrante impedido", "integrantes impedidos"),
    "ausente": ("integrante ausente", "integrantes ausentes"),
}


def put_proceedings(document: Document, contents: Contents, draft: Draft) -> None:
    """Write every section of the draft under its heading, in order."""
    contents.heading(1, "Desarrollo de la sesión")
    if not draft.sections:
        add_paragraph(document, "PorConfirmar", run("[Desarrollo por confirmar]"))
    for section in draft.sections:
        contents.heading(2, _section_title(section))
        _put_entries(document, section.entries, draft)


def tally_phrase(tally: Tally) -> str:
    """Return "once (11) votos por el sí", "una (1) abstención" and the like."""
    choice = one_line(tally.choice)
    nouns = _COUNTED.get(choice.lower(), (f"voto por {choice}", f"votos por {choice}"))
    return counted(tally.votes, *nouns, feminine=choice.lower() == "abstención")


def _section_title(section: Section) -> str:
    title = one_line(section.title)
    return title if section.number is None else f"{section.number}. {title}"


def _put_entries(document: Document, entries: Sequence[Entry], draft: Draft) -> None:
    for silent, group in groupby(entries, key=_says_nothing):
        if silent:
            _put_speakers(document, [turn for turn in group if isinstance(turn, Turn)])
            continue
        for entry in group:
            if isinstance(entry, Turn):
                _put_turn(document, entry, draft)
            elif isinstance(entry, Remark):
                _put_remark(document, entry, draft)
            else:
                _put_vote(document, entry, draft)


def _says_nothing(entry: Entry) -> bool:
    return isinstance(entry, Turn) and not any(map(lines, entry.paragraphs))


def _put_speakers(document: Document, turns: Sequence[Turn]) -> None:
    """Name once each, in order, the people of whom only the fact is recorded."""
    labels = dict.fromkeys(one_line(turn.speaker.in_sentence) for turn in turns)
    if len(labels) == 1:
        sentence = f"Hizo uso de la palabra {next(iter(labels))}."
    else:
        sentence = f"Hicieron uso de la palabra, en su orden: {'; '.join(labels)}."
    add_paragraph(document, "Intervencion", run(sentence))


def _put_turn(document: Document, turn: Turn, draft: Draft) -> None:
    """Write the label and the words; a dialogue acta gives the label its own line."""
    said = [line for paragraph in turn.paragraphs for line in lines(paragraph)]
    name = one_line(turn.speaker.label) or "Interviniente sin identificar"
    label = [*_time(turn.start, draft), run(f"{name}:", "Orador")]
    if draft.mode == "dialogo":
        add_paragraph(document, "LineaDeOrador", *label)
        label = []
    else:
        label.append(run(" "))
    for line in said:
        add_paragraph(document, "Intervencion", *label, run(line))
        label = []


def _put_remark(document: Document, remark: Remark, draft: Draft) -> None:
    moment = _time(remark.start, draft)
    for line in lines(remark.text):
        add_paragraph(document, "Acotacion", *moment, run(line))
        moment = []


def _time(start: float | None, draft: Draft) -> list[BaseOxmlElement]:
    """Return the run that shows a moment, where the draft wants it and it is known."""
    if not draft.show_times or start is None:
        return []
    return [run(f"[{clock(start)}]\u00a0", "Hora")]


def _put_vote(document: Document, vote: VoteRecord, draft: Draft) -> None:
    """Write the question, the ballots in the order of the vote, totals and result."""
    kind = run(f"{f'Votación {one_line(vote.kind)}'.strip()}.", "Etiqueta")
    question = run(f" {one_line(vote.question)}")
    add_paragraph(document, "Votacion", *_time(vote.start, draft), kind, question)
    if vote.ballots:
        rows = [
            (str(position), ballot.name, capital(one_line(ballot.choice)))
            for position, ballot in enumerate(vote.ballots, start=1)
        ]
        heads = ("N.º", "Nombre", "Voto")
        caption = f"Votos: {vote.question}"
        add_table(document, caption, heads, rows, _BALLOT_WIDTHS, keep_with_next=True)
    totals = _totals(vote)
    announced = one_line(vote.result).upper()
    add_paragraph(
        document,
        "Resultado",
        *([run(f"{totals} ")] if totals else []),
        run("Resultado:\u00a0", "Etiqueta"),
        run(f"{announced}.", "Etiqueta")
        if announced
        else run("no consta que se anunciara."),
    )


def _totals(vote: VoteRecord) -> str:
    """Return the sentence with the totals; "" where none was said or can be counted."""
    tallies = vote.tallies
    if not tallies:
        listed = Counter(one_line(ballot.choice) for ballot in vote.ballots)
        tallies = tuple(Tally(choice, votes) for choice, votes in listed.items())
    if not tallies:
        return ""
    sentence = listing([tally_phrase(tally) for tally in tallies])
    return f"{capital(sentence)}."
