"""Tables of an acta, built cell by cell in XML: a long one has thousands of rows."""

from collections.abc import Sequence

from docx.document import Document
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Length
from docx.table import Table

from actas.word.markup import append, element, fragment, one_line, run

# Longest table that is pushed whole to the next page rather than cut in two: a longer
# one would leave half a page white.
_ROWS_KEPT_TOGETHER = 8
# Rows of a longer one that go along with the paragraph it is tied to.
_ROWS_CARRIED = 2


def add_table(
    document: Document,
    caption: str,
    headings: Sequence[str],
    rows: Sequence[Sequence[str]],
    widths: Sequence[Length],
    *,
    style: str = "Celda",  # a style id
    keep_with_next: bool = False,
) -> Table:
    """Add a table whose first row is repeated on every page it reaches.

    `caption` is read aloud by screen readers and is not printed. A short table is kept
    on one page; `keep_with_next` ties its last rows to the paragraph that follows, so
    that neither that paragraph nor a single row goes to the next page alone.
    """
    table = _frame(caption, widths, "TablaDeActa")
    table.append(_row(headings, widths, "CabezaDeTabla", header=True, keep=True))
    together = len(rows) <= _ROWS_KEPT_TOGETHER
    for position, row in enumerate(rows, start=1):
        left = len(rows) - position  # rows after this one
        keep = (together and left > 0) or (keep_with_next and left < _ROWS_CARRIED)
        table.append(_row(row, widths, style, keep=keep))
    append(document, table)
    return Table(table, document)


def add_plain_table(
    document: Document, caption: str, columns: int, rows: int, widths: Sequence[Length]
) -> Table:
    """Add an empty table without rules, for data and signatures laid side by side."""
    table = _frame(caption, widths, "TableNormal")
    for _ in range(rows):
        table.append(_row([""] * columns, widths, "Dato"))
    append(document, table)
    return Table(table, document)


def _frame(caption: str, widths: Sequence[Length], style: str) -> BaseOxmlElement:
    total = sum(width.twips for width in widths)
    table = fragment(
        f'<w:tbl><w:tblPr><w:tblStyle w:val="{style}"/>'
        f'<w:tblW w:w="{total}" w:type="dxa"/><w:tblLayout w:type="fixed"/>'
        '<w:tblLook w:val="0020" w:firstRow="1" w:lastRow="0" w:firstColumn="0"'
        ' w:lastColumn="0" w:noHBand="1" w:noVBand="1"/><w:tblCaption/></w:tblPr>'
        "<w:tblGrid/></w:tbl>"
    )
    table.tblPr.find(qn("w:tblCaption")).set(qn("w:val"), one_line(caption))
    for width in widths:
        table.tblGrid.append(element("gridCol", w=str(width.twips)))
    return table


def _row(
    cells: Sequence[str],
    widths: Sequence[Length],
    style: str,
    *,
    header: bool = False,
    keep: bool = False,
) -> BaseOxmlElement:
    row, rules = element("tr"), element("trPr")
    rules.append(element("cantSplit"))
    if header:
        rules.append(element("tblHeader"))
    row.append(rules)
    for text, width in zip(cells, widths, strict=True):
        row.append(_cell(text, width, style, keep=keep))
    return row


def _cell(text: str, width: Length, style: str, *, keep: bool) -> BaseOxmlElement:
    cell, size = element("tc"), element("tcPr")
    size.append(element("tcW", w=str(width.twips), type="dxa"))
    paragraph, look = element("p"), element("pPr")
    look.append(element("pStyle", val=style))
    if keep:
        look.append(element("keepNext"))
    paragraph.append(look)
    if text:
        paragraph.append(run(one_line(text)))
    cell.append(size)
    cell.append(paragraph)
    return cell
