"""The head and foot of every page: who issues the acta, which one it is, which page."""

from io import BytesIO

from docx.document import Document
from docx.image.image import Image
from docx.oxml.ns import qn
from docx.shared import Cm, Length
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

from actas.draft import Draft, Letterhead
from actas.word.markup import field, fragment, one_line
from actas.word.typography import INK, TEXT_WIDTH
from sessions.wording import long_date

_LOGO_BOX = Cm(1.9)
_LOGO_COLUMN, _ACTA_COLUMN = Cm(2.4), Cm(4.4)

_RULES = "".join(
    f'<w:{side} w:val="single" w:sz="6" w:space="0" w:color="{INK}"/>'
    for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)
# Room between the rules and the words, in twentieths of a point.
_ROOM = "".join(
    f'<w:{side} w:w="{room}" w:type="dxa"/>'
    for side, room in (("top", 70), ("left", 100), ("bottom", 70), ("right", 100))
)


def put_head(document: Document, draft: Draft) -> None:
    """Write the table at the head of every page; a draft is marked as one above it."""
    header = document.sections[0].header
    mark = header.paragraphs[0]
    if draft.approved:
        mark.style = "Header"
    else:
        mark.style = "Marca de borrador"
        mark.add_run(f"BORRADOR · versión {draft.version} · sin aprobar")
    logo = _fitted(draft.letterhead.logo)
    widths = [TEXT_WIDTH - _ACTA_COLUMN, _ACTA_COLUMN]
    if logo:
        widths = [_LOGO_COLUMN, widths[0] - _LOGO_COLUMN, _ACTA_COLUMN]
    table = header.add_table(1, len(widths), TEXT_WIDTH)
    _shape(table, [Length(width) for width in widths])
    cells = table.rows[0].cells
    if logo:
        _put_logo(cells[0], draft.letterhead, logo)
    _put_council(cells[-2], draft.letterhead)
    _put_acta(cells[-1], draft)
    header.add_paragraph(style="Header")


def put_foot(document: Document, draft: Draft) -> None:
    """Write the address and the verification code at the foot of every page."""
    head = draft.letterhead
    footer = document.sections[0].footer
    address = (head.address, head.phone, head.email, head.website)
    _write(footer.paragraphs[0], "Footer", _joined(address))
    if draft.verification_code:
        where = one_line(draft.verification_url)
        line = f"Código de verificación: {one_line(draft.verification_code)}"
        _write(footer.add_paragraph(), "Footer", _joined((line, where)))


def place_name(head: Letterhead) -> str:
    """Return "Valle Sereno, Tolima", or the municipality alone."""
    return ", ".join(
        one_line(part) for part in (head.municipality, head.department) if part
    )


def _joined(parts: tuple[str, ...]) -> str:
    return " · ".join(one_line(part) for part in parts if part.strip())


def _write(paragraph: Paragraph, style: str, text: str) -> None:
    paragraph.style = style
    paragraph.add_run(text)


def _fitted(logo: bytes | None) -> tuple[Length, Length] | None:
    """Return the width and height that fit the logo in its box.

    None where there is no logo or it is not a picture Word can show: a broken file in a
    council's settings must not stop its actas.
    """
    if not logo:
        return None
    try:
        picture = Image.from_blob(logo)
        scale = _LOGO_BOX / max(picture.width, picture.height)
        width, height = picture.width * scale, picture.height * scale
    except Exception:
        # python-docx reads pictures of strangers without checks: a damaged one ends in
        # KeyError, ZeroDivisionError, struct.error, TypeError or a bare Exception.
        return None
    return Length(max(1, round(width))), Length(max(1, round(height)))


def _shape(table: Table, widths: list[Length]) -> None:
    """Give the table its rules and fixed columns, with its cells centred in height."""
    rules = table._tbl.tblPr
    for name in ("w:tblStyle", "w:tblW", "w:tblLook", "w:tblLayout"):
        found = rules.find(qn(name))
        if found is not None:
            rules.remove(found)
    total = sum(width.twips for width in widths)
    for xml in (
        f'<w:tblW w:w="{total}" w:type="dxa"/>',
        f"<w:tblBorders>{_RULES}</w:tblBorders>",
        '<w:tblLayout w:type="fixed"/>',
        f"<w:tblCellMar>{_ROOM}</w:tblCellMar>",
        '<w:tblCaption w:val="Encabezado de la corporación"/>',
    ):
        rules.append(fragment(xml))
    for column, width in zip(table._tbl.tblGrid, widths, strict=True):
        column.set(qn("w:w"), str(width.twips))
    for cell, width in zip(table.rows[0].cells, widths, strict=True):
        cell.width = width
        cell._tc.tcPr.append(fragment('<w:vAlign w:val="center"/>'))


def _put_logo(cell: _Cell, head: Letterhead, size: tuple[Length, Length]) -> None:
    """Place the picture, with a description for those who cannot see it."""
    paragraph = cell.paragraphs[0]
    paragraph.style = "Encabezado de acta"
    picture = paragraph.add_run().add_picture(BytesIO(head.logo or b""), *size)
    picture._inline.docPr.set("descr", f"Escudo o logo: {one_line(head.council)}")


def _put_council(cell: _Cell, head: Letterhead) -> None:
    first = cell.paragraphs[0]
    first.style = "Encabezado de acta"
    first.add_run(one_line(head.council).upper(), style="Etiqueta")
    nit = f"NIT {head.nit}" if head.nit else ""
    for text in (place_name(head), nit):
        if text:
            _write(cell.add_paragraph(), "Encabezado de acta", one_line(text))
    if head.motto:
        motto = cell.add_paragraph(style="Encabezado de acta")
        motto.add_run(f"«{one_line(head.motto)}»").italic = True


def _put_acta(cell: _Cell, draft: Draft) -> None:
    head = draft.letterhead
    first = cell.paragraphs[0]
    first.style = "Encabezado de acta"
    first.add_run(f"ACTA N.º {one_line(draft.number)}", style="Etiqueta")
    day = long_date(draft.date).split(" ", 1)[1]
    form = f"Versión\u00a0{head.form_version}" if head.form_version else ""
    for text in (day, _joined((head.form_code, form))):
        if text:
            _write(cell.add_paragraph(), "Encabezado de acta", text)
    page = cell.add_paragraph(style="Encabezado de acta")
    page.add_run("Página ")
    field(page, "PAGE", "1")
    page.add_run(" de ")
    field(page, "NUMPAGES", "1")
