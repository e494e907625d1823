"""The WordprocessingML that python-docx has no words for: fields, marks, safe text."""

import re

from docx.document import Document
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.text.paragraph import Paragraph

# Everything that ends a line somewhere becomes "\n" before the rest is looked at.
_LINE_ENDS = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")

# What XML 1.0 forbids (most controls, lone surrogates, U+FFFE, U+FFFF); the C1 controls
# it only tolerates; and the invisible marks that reorder or hide text, which could make
# a signed page read differently from its words.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069"
    "\ud800-\udfff\ufeff\ufffe\uffff]"
)


def clean(text: str) -> str:
    """Return text that any XML reader accepts, with its tabs and line ends kept."""
    return _FORBIDDEN.sub("", _LINE_ENDS.sub("\n", text))


def one_line(text: str) -> str:
    """Return clean text on one line; for names, titles and cells.

    Non-breaking spaces stay: they are what keeps "8:15 a. m." in one piece.
    """
    return re.sub(r"[ \t\n]+", " ", clean(text)).strip()


def lines(text: str) -> list[str]:
    """Return the lines of a text that say something, cleaned."""
    return [line.strip() for line in clean(text).split("\n") if line.strip()]


def element(tag: str, **attributes: str) -> BaseOxmlElement:
    """Return `<w:tag w:attribute="…"/>`."""
    made = OxmlElement(f"w:{tag}")
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), value)
    return made


def fragment(xml: str) -> BaseOxmlElement:
    """Return the element written in `xml`, whose root declares no namespaces itself."""
    head, rest = re.match(r"(<[\w:]+)(.*)", xml.strip(), re.DOTALL).groups()
    return parse_xml(f"{head} {nsdecls('w')}{rest}")


def run(text: str, style: str = "") -> BaseOxmlElement:
    """Return a run of clean text in a character style id; its tabs become Word's."""
    made = element("r")
    if style:
        look = element("rPr")
        look.append(element("rStyle", val=style))
        made.append(look)
    for position, piece in enumerate(text.split("\t")):
        if position:
            made.append(element("tab"))
        words = element("t")
        words.set(qn("xml:space"), "preserve")
        words.text = piece
        made.append(words)
    return made


def append(document: Document, block: BaseOxmlElement) -> None:
    """Add a paragraph or table at the end, before the page's own properties."""
    # The properties are the last child; looking them up by name would walk the whole
    # body once for each of the thousands of paragraphs of a long session.
    document.element.body[-1].addprevious(block)


def add_paragraph(document: Document, style: str, *runs: BaseOxmlElement) -> None:
    """Add a paragraph in a style id, made of runs.

    Does in a fiftieth of the time what python-docx does after looking every style up.
    """
    paragraph, look = element("p"), element("pPr")
    look.append(element("pStyle", val=style))
    paragraph.append(look)
    paragraph.extend(runs)
    append(document, paragraph)


def field(paragraph: Paragraph, instruction: str, shown: str) -> None:
    """Append a field, with what it shows until Word works it out."""
    for kind in ("begin", "separate", "end"):
        mark = paragraph.add_run()
        mark._r.append(element("fldChar", fldCharType=kind))
        if kind == "begin":
            code = element("instrText")
            code.set(qn("xml:space"), "preserve")
            code.text = f" {instruction} "
            paragraph.add_run()._r.append(code)
        elif kind == "separate":
            paragraph.add_run(shown)


def bookmark(paragraph: Paragraph, number: int, name: str) -> None:
    """Put a bookmark around everything the paragraph holds so far."""
    start = element("bookmarkStart", id=str(number), name=name)
    paragraph._p.find(qn("w:r")).addprevious(start)
    paragraph._p.append(element("bookmarkEnd", id=str(number)))
