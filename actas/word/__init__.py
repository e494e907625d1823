"""A Draft as a Word file: the same Draft always gives the same bytes."""

from collections.abc import Iterator
from datetime import UTC, datetime, time
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from docx.document import Document
from docx.shared import Cm, Pt
from docx.text.paragraph import Paragraph

from actas.draft import AttendanceLine, Draft, Person, Quorum
from actas.word.contents import Contents
from actas.word.letterhead import place_name, put_foot, put_head
from actas.word.markup import element, one_line
from actas.word.proceedings import put_proceedings
from actas.word.tables import add_plain_table, add_table
from actas.word.typography import LANGUAGE, blank_sheet, number_from
from actas.wording import (
    at_hour,
    capital,
    counted,
    date_in_words,
    full_stop,
    listing,
    number_in_words,
)
from sessions.wording import duration, hour, long_date

_DATA_WIDTHS = (Cm(4.6), Cm(11.99))
_ATTENDANCE_WIDTHS = (Cm(1.1), Cm(6.9), Cm(4.0), Cm(4.59))
_RECORDING_WIDTHS = (Cm(4.3), Cm(2.2), Cm(10.09))
_SIGNATURE_WIDTHS = (Cm(8.29), Cm(8.3))


# A zip cannot hold a moment before 1980; every part of every acta carries this one.
_ZIP_MOMENT = (1980, 1, 1, 0, 0, 0)

_LAW = (
    "Acta levantada por la secretaría de la corporación según el artículo 26 de la Ley "
    "136 de 1994, modificado por el artículo 16 de la Ley 1551 de 2012."
)
_LAW_OF_ASSEMBLIES = (
    "Acta levantada por la secretaría de la corporación según el artículo 42 de la Ley "
    "2200 de 2022."
)


def write(draft: Draft) -> bytes:
    """Return the acta as a .docx file.

    Never raises on what the texts hold: what XML forbids is left out. Equal drafts give
    equal bytes under the same version of this code, so their sha256 means something.
    """
    document = blank_sheet()
    contents = Contents(document)
    put_head(document, draft)
    put_foot(document, draft)
    _put_title(document, draft)
    _put_data(document, draft)
    _put_pending(document, draft)
    contents.place()
    contents.heading(1, "Apertura y asistencia")
    _put_opening(document, draft)
    _put_attendance(document, draft)
    contents.heading(1, "Orden del día")
    _put_agenda(document, draft)
    put_proceedings(document, contents, draft)
    contents.heading(1, "Cierre")
    _put_closing(document, draft)
    _put_signatures(document, draft)
    contents.fill()
    _describe(document, draft)
    return _sealed(document)


def _title(draft: Draft) -> tuple[str, str]:
    return (
        f"Acta N.º {one_line(draft.number)}",
        f"Sesión {one_line(draft.session_kind)}",
    )


def _put_title(document: Document, draft: Draft) -> None:
    number, kind = _title(draft)
    document.add_paragraph(number, style="Title")
    document.add_paragraph(kind, style="Subtitle")


def _put_data(document: Document, draft: Draft) -> None:
    day = long_date(draft.date)
    rows = [
        ("Fecha", capital(day)),
        ("Lugar", one_line(draft.place) or "[Lugar por confirmar]"),
        ("Modalidad", capital(one_line(draft.modality))),
        ("Hora de inicio", _hour_or_gap(draft.opened)),
        ("Hora de finalización", _hour_or_gap(draft.closed)),
        ("Preside", _official(draft.presider)),
        ("Secretaría", _official(draft.secretary)),
    ]
    table = add_plain_table(document, "Datos de la sesión", 2, len(rows), _DATA_WIDTHS)
    for row, (label, value) in zip(table.rows, rows, strict=True):
        name, fact = row.cells
        name.paragraphs[0].add_run(label, style="Etiqueta")
        fact.paragraphs[0].add_run(value)


def _hour_or_gap(moment: time | None) -> str:
    return hour(moment) if moment else "[Hora por confirmar]"


def _official(person: Person | None) -> str:
    if person is None:
        return "[Por confirmar]"
    return ", ".join(one_line(part) for part in (person.name, person.office) if part)


def _put_pending(document: Document, draft: Draft) -> None:
    """Say how much is missing, before anything else is read; also once approved."""
    pending = draft.pending
    missing = []
    if pending.attendance:
        people = counted(pending.attendance, "integrante", "integrantes")
        missing.append(f"la asistencia de {people}")
    if pending.votes:
        votes = counted(pending.votes, "votación", "votaciones", feminine=True)
        missing.append(votes)
    if pending.speakers:
        missing.append(counted(pending.speakers, "voz", "voces", feminine=True))
    if not missing:
        return
    start = "Sin confirmar al" if draft.approved else "Por confirmar antes de"
    note = f"{start} aprobar esta acta: {listing(missing)}."
    if pending.attendance or pending.votes:
        note += " La asistencia y las votaciones sin confirmar no aparecen en ella."
    if pending.speakers:
        note += " Lo que dicen esas voces va como «Interviniente sin identificar»."
    document.add_paragraph(note, style="Por confirmar")


def _put_opening(document: Document, draft: Draft) -> None:
    """Write the sentence that opens every acta: where, when, who, in which session."""
    head = draft.letterhead
    weekday = long_date(draft.date).split(" ", 1)[0]
    moment = at_hour(draft.opened) if draft.opened else "las [hora por confirmar]"
    article = "la" if head.kind == "asamblea" else "el"
    sentence = (
        f"En {place_name(head)}, el {weekday} {date_in_words(draft.date)}, siendo "
        f"{moment}, se reunió {article} {one_line(head.council)} en sesión "
        f"{one_line(draft.session_kind)}, en modalidad {one_line(draft.modality)}"
    )
    if draft.presider:
        sentence += f", bajo la presidencia de {one_line(draft.presider.name)}"
    document.add_paragraph(full_stop(sentence), style="Intervención")


def _put_attendance(document: Document, draft: Draft) -> None:
    if draft.attendance:
        rows = [
            (str(number), *_attendance_row(line))
            for number, line in enumerate(draft.attendance, start=1)
        ]
        heads = ("N.º", "Nombre", "Partido o movimiento", "Asistencia")
        add_table(document, "Asistencia", heads, rows, _ATTENDANCE_WIDTHS)
        document.add_paragraph(style="Pie de tabla")
    else:
        document.add_paragraph("[Asistencia por confirmar]", style="Por confirmar")
    if draft.quorum:
        document.add_paragraph(_quorum_sentence(draft.quorum), style="Intervención")
    if draft.guests:
        lead = document.add_paragraph(
            "Asistieron, además, como personas citadas o invitadas:", style="Normal"
        )
        lead.paragraph_format.keep_with_next = True
    for guest in draft.guests:
        document.add_paragraph(_official(guest), style="List Bullet")


def _attendance_row(line: AttendanceLine) -> tuple[str, str, str]:
    name = ", ".join(part for part in (line.name, line.office) if part)
    facts = [capital(one_line(line.state))]
    if line.arrived:
        facts.append(f"llegó a {at_hour(line.arrived)}")
    if line.left:
        facts.append(f"se retiró a {at_hour(line.left)}")
    if line.note:
        facts.append(one_line(line.note))
    return name, line.party, "; ".join(facts)


def _quorum_sentence(quorum: Quorum) -> str:
    """Return the roll call and what it allowed (Ley 136 de 1994, art. 29)."""
    answered = "respondió" if quorum.present == 1 else "respondieron"
    if quorum.present >= quorum.to_decide:
        outcome = "Hubo quórum para deliberar y para decidir"
    elif quorum.present >= quorum.to_deliberate:
        outcome = "Hubo quórum para deliberar, pero no para decidir"
    else:
        outcome = "No hubo quórum para deliberar ni para decidir"
    return (
        f"Al llamado a lista {answered} {number_in_words(quorum.present)} de "
        f"los {counted(quorum.seats, 'integrante', 'integrantes')} de la corporación. "
        f"{outcome}: la decisión requiere la asistencia de, al menos, "
        f"{counted(quorum.to_decide, 'integrante', 'integrantes')}."
    )


def _put_agenda(document: Document, draft: Draft) -> None:
    """Number the points as the council did, also where its numbers skip one."""
    if not draft.agenda:
        document.add_paragraph("[Orden del día por confirmar]", style="Por confirmar")
    expected, numbering = 1, ""
    for line in draft.agenda:
        paragraph = document.add_paragraph(one_line(line.title), style="List Number")
        if line.number != expected:
            numbering = number_from(document, line.number)
        if numbering:
            _renumber(paragraph, numbering)
        expected = line.number + 1


def _renumber(paragraph: Paragraph, numbering: str) -> None:
    choice = paragraph._p.get_or_add_pPr().get_or_add_numPr()
    choice.append(element("ilvl", val="0"))
    choice.append(element("numId", val=numbering))


def _put_closing(document: Document, draft: Draft) -> None:
    moment = at_hour(draft.closed) if draft.closed else "las [hora por confirmar]"
    sentence = full_stop(f"La sesión se levantó a {moment}")
    document.add_paragraph(sentence, style="Intervención")
    if draft.recordings:
        document.add_paragraph(
            "El audio de la presente acta es soporte de esta y reposa en el archivo de "
            "la corporación. La huella SHA-256 permite comprobar que la grabación no "
            "ha cambiado:",
            style="Intervención",
        ).paragraph_format.keep_with_next = True
        rows = [
            (recording.name, duration(recording.seconds), recording.sha256)
            for recording in draft.recordings
        ]
        heads = ("Grabación", "Duración", "Huella SHA-256")
        caption = "Grabaciones de la sesión"
        add_table(
            document, caption, heads, rows, _RECORDING_WIDTHS, style="CeldaMenuda"
        )
        document.add_paragraph(style="Pie de tabla")
    for sentence in _approval(draft):
        document.add_paragraph(sentence, style="Intervención")
    assembly = draft.letterhead.kind == "asamblea"
    law = _LAW_OF_ASSEMBLIES if assembly else _LAW
    note = document.add_paragraph(law, style="Nota de cierre")
    # Signatures never stand alone on a page, where they could be put under any text.
    note.paragraph_format.keep_with_next = True


def _approval(draft: Draft) -> Iterator[str]:
    """Yield who approved this version and when, and what it corrects of the last."""
    if not draft.approved:
        return
    if draft.approved_by and draft.approved_on:
        name = one_line(draft.approved_by)
        day = long_date(draft.approved_on).split(" ", 1)[1]  # without its weekday
        yield f"Acta aprobada por {name} el {day}. Versión {draft.version}."
    if draft.version > 1 and draft.correction:
        reason = full_stop(one_line(draft.correction))
        note = f"versión {draft.version}, que corrige la anterior"
        yield f"Nota aclaratoria: {note}: {reason}"


def _put_signatures(document: Document, draft: Draft) -> None:
    """Lay both signatures side by side on one page, then who prepared the acta."""
    document.add_paragraph(style="Espacio para firmar")
    table = add_plain_table(document, "Firmas", 2, 1, _SIGNATURE_WIDTHS)
    officials = ((draft.presider, "Presidencia"), (draft.secretary, "Secretaría"))
    for cell, (person, role) in zip(table.rows[0].cells, officials, strict=True):
        first = cell.paragraphs[0]
        first.style = "Firma"
        first.add_run("_" * 32)
        name = one_line(person.name) if person else f"[{role} por confirmar]"
        cell.add_paragraph(style="Firma").add_run(name, style="Etiqueta")
        office = capital(one_line(person.office)) if person and person.office else role
        cell.add_paragraph(office, style="Firma")
    people = (("Elaboró", draft.prepared_by), ("Revisó", draft.reviewed_by))
    credits = " · ".join(f"{verb}: {one_line(name)}" for verb, name in people if name)
    if credits:
        note = document.add_paragraph(credits, style="Nota de cierre")
        note.paragraph_format.space_before = Pt(24)


def _describe(document: Document, draft: Draft) -> None:
    """Fill the properties Word shows under Archivo > Información.

    The dates are the session's, not the clock's: the clock would change the bytes.
    """
    number, kind = _title(draft)
    council = one_line(draft.letterhead.council)
    moment = datetime.combine(draft.date, time(), UTC)
    about = document.core_properties
    # Each of these properties holds at most 255 characters (python-docx refuses more).
    about.title = f"{number}. {kind}. {council}"[:255]
    about.subject = f"{kind} del {long_date(draft.date)}"[:255]
    about.author = about.last_modified_by = council[:255]
    about.language = LANGUAGE
    about.category = "Acta"
    about.comments = about.keywords = ""
    about.content_status = "Aprobada" if draft.approved else "Borrador"
    about.identifier = one_line(draft.verification_code or "")[:255]
    about.version = str(draft.version)
    about.created = about.modified = moment
    about.revision = 1


def _sealed(document: Document) -> bytes:
    """Return the package with every part dated alike, in python-docx's own order."""
    loose, sealed = BytesIO(), BytesIO()
    document.save(loose)
    with ZipFile(loose) as source, ZipFile(sealed, "w") as target:
        for name in source.namelist():
            part = ZipInfo(name, _ZIP_MOMENT)
            part.compress_type = ZIP_DEFLATED
            part.create_system = 0  # the same on every operating system
            target.writestr(part, source.read(name), compresslevel=6)
    return sealed.getvalue()
