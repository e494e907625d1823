"""Headings of an acta and the table of contents that lists them.

The contents are a real Word field, so "Actualizar tabla" gives page numbers. Until then
the field shows the titles, each a link to its heading, and no numbers: the pages of a
Word file are known only to the program that lays it out, and a wrong number in a public
document is worse than none. The file does not ask Word to update fields on opening,
because Word then greets the reader with a warning about fields that may refer to other
files, and saving the answer would change the bytes that were approved.
"""

from docx.document import Document
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement

from actas.word.markup import append, bookmark, element, fragment, one_line

_FIELD = 'TOC \\o "1-2" \\h \\z \\u'


class Contents:
    """Writes headings into a document and lists them where `place` was called."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._listed: list[tuple[int, str, str]] = []
        self._spot: BaseOxmlElement | None = None

    def place(self) -> None:
        """Mark where the list goes: the end of the document as it is now."""
        self._spot = element("p")
        append(self._document, self._spot)

    def heading(self, level: int, text: str) -> None:
        """Add a heading of level 1 or 2 at the end of the document."""
        title = one_line(text)
        paragraph = self._document.add_paragraph(style=f"Heading {level}")
        paragraph.add_run(title)
        number = len(self._listed) + 1
        name = f"_Toc{number:09d}"
        bookmark(paragraph, number, name)
        self._listed.append((level, title, name))

    def fill(self) -> None:
        """Write the list of the headings added so far where it was placed."""
        assert self._spot is not None
        block = fragment(
            "<w:sdt><w:sdtPr><w:docPartObj>"
            '<w:docPartGallery w:val="Table of Contents"/><w:docPartUnique/>'
            "</w:docPartObj></w:sdtPr><w:sdtContent>"
            '<w:p><w:pPr><w:pStyle w:val="TOCHeading"/></w:pPr>'
            "<w:r><w:t>Contenido</w:t></w:r></w:p></w:sdtContent></w:sdt>"
        )
        content = block.find(qn("w:sdtContent"))
        entries = [_entry(*listed) for listed in self._listed]
        entries[0].pPr.addnext(_field_opening())
        entries[-1].append(fragment('<w:r><w:fldChar w:fldCharType="end"/></w:r>'))
        content.extend(entries)
        self._spot.getparent().replace(self._spot, block)


def _field_opening() -> BaseOxmlElement:
    """Return one run that begins the field, says what it lists and starts its text."""
    return fragment(
        '<w:r><w:fldChar w:fldCharType="begin"/>'
        f'<w:instrText xml:space="preserve"> {_FIELD} </w:instrText>'
        '<w:fldChar w:fldCharType="separate"/></w:r>'
    )


def _entry(level: int, title: str, mark: str) -> BaseOxmlElement:
    entry = fragment(
        f'<w:p><w:pPr><w:pStyle w:val="TOC{level}"/></w:pPr>'
        f'<w:hyperlink w:anchor="{mark}" w:history="1"><w:r><w:t/></w:r>'
        "</w:hyperlink></w:p>"
    )
    words = entry.find(f".//{qn('w:t')}")
    words.text = title
    return entry
