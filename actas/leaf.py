"""The acta as it is read on a page: what its Word file says, block by block.

The page, the search and the approval read the very file that is printed, so none of
them can say anything that the Word does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from zipfile import ZipFile

from docx.oxml.ns import qn
from lxml import etree

# How each paragraph style of the Word file is read; any other is plain text.
KINDS = {
    "Title": "title",
    "Subtitle": "subtitle",
    "Heading1": "chapter",
    "Heading2": "point",
    "PorConfirmar": "missing",
    "LineaDeOrador": "who",
    "Acotacion": "remark",
    "ListNumber": "item",
    "ListBullet": "bullet",
    "NotaDeCierre": "note",
}
BOLD = {"Etiqueta", "Orador"}


@dataclass(frozen=True)
class Run:
    """Some words in one voice."""

    text: str
    strong: bool = False


@dataclass(frozen=True)
class Block:
    """A paragraph, a title or a table."""

    kind: str
    """A value of KINDS, "text" or "table"."""
    runs: tuple[Run, ...] = ()
    start: float | None = None
    """Where it is heard, in seconds on the session's clock; None where not known."""
    number: int | None = None
    """Of an item of the orden del día."""
    caption: str = ""
    heads: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()

    @property
    def labelled(self) -> list[list[tuple[str, str]]]:
        """The rows of a table, each cell after the head of its column, or ""."""
        return [
            list(zip(self.heads or [""] * len(r), r, strict=False)) for r in self.rows
        ]

    @property
    def text(self) -> str:
        """What it says, on lines of its own."""
        if self.kind == "table":
            lines = [self.heads, *self.rows] if self.heads else self.rows
            cells = [[cell.replace("\n", " ") for cell in line] for line in lines]
            return "\n".join(" · ".join(line) for line in cells)
        words = "".join(run.text for run in self.runs)
        return f"{self.number}. {words}" if self.number else words


def read(word: bytes) -> tuple[Block, ...]:
    """Return what a Word file written by `actas.word` says, in order.

    Its table of contents is left out, and so is what says nothing.
    """
    with ZipFile(BytesIO(word)) as package:
        body = etree.fromstring(package.read("word/document.xml"))[0]
        starts = _list_starts(etree.fromstring(package.read("word/numbering.xml")))
    blocks = []
    counted: dict[str, int] = {}
    for node in body:
        if node.tag == qn("w:tbl"):
            blocks.append(_table(node))
        elif node.tag == qn("w:p"):
            block = _paragraph(node)
            if block.kind == "item":
                block = replace(block, number=_next(node, counted, starts))
            blocks.append(block)
    return tuple(block for block in blocks if block.text.strip())


def text_of(blocks: Sequence[Block]) -> str:
    """Return the whole acta as plain text, a line for each block or row."""
    return "\n".join(block.text for block in blocks)


def moments(blocks: Sequence[Block]) -> list[float | None]:
    """Return where each block is heard, to be kept beside a file that does not say."""
    return [block.start for block in blocks]


def placed(
    blocks: Sequence[Block], starts: Sequence[float | None]
) -> tuple[Block, ...]:
    """Return the blocks with the moments that `moments` kept for them."""
    if len(blocks) != len(starts):
        return tuple(blocks)
    pairs = zip(blocks, starts, strict=True)
    return tuple(replace(block, start=start) for block, start in pairs)


def _style(node: etree._Element, letter: str) -> str:
    """Return the style of a paragraph ("p") or of a run ("r"); "" for none."""
    found = node.find(f"{qn(f'w:{letter}Pr')}/{qn(f'w:{letter}Style')}")
    return "" if found is None else found.get(qn("w:val"))


def _words(node: etree._Element) -> str:
    return "".join(part.text or "" for part in node.iter(qn("w:t")))


def _paragraph(node: etree._Element) -> Block:
    start = None
    runs: list[Run] = []
    for part in node.iter(qn("w:r")):
        style, words = _style(part, "r"), _words(part)
        if style == "Hora":
            start = _seconds(words)
        elif words:
            runs.append(Run(words, style in BOLD))
    kind = KINDS.get(_style(node, "p"), "text")
    return Block(kind, tuple(runs), start)


def _seconds(shown: str) -> float | None:
    said = re.search(r"(\d+):(\d\d):(\d\d)", shown)
    if not said:
        return None
    hours, minutes, seconds = map(int, said.groups())
    return float(hours * 3600 + minutes * 60 + seconds)


def _table(node: etree._Element) -> Block:
    caption = node.find(f"{qn('w:tblPr')}/{qn('w:tblCaption')}")
    heads: tuple[str, ...] = ()
    rows = []
    for row in node.iter(qn("w:tr")):
        cells = tuple(_cells(row))
        if row.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None:
            heads = cells
        else:
            rows.append(cells)
    said = caption.get(qn("w:val")) if caption is not None else ""
    return Block("table", caption=said, heads=heads, rows=tuple(rows))


def _cells(row: etree._Element) -> Iterator[str]:
    for cell in row.iter(qn("w:tc")):
        yield "\n".join(_words(paragraph) for paragraph in cell.iter(qn("w:p")))


def _list_starts(numbering: etree._Element) -> dict[str, int]:
    """Return the number with which each list begins that does not begin with 1."""
    return {
        num.get(qn("w:numId")): int(override.get(qn("w:val")))
        for num in numbering.iter(qn("w:num"))
        for override in num.iter(qn("w:startOverride"))
    }


def _next(node: etree._Element, counted: dict[str, int], starts: dict[str, int]) -> int:
    """Return the number of an item, counting on in its list."""
    found = node.find(f"{qn('w:pPr')}/{qn('w:numPr')}/{qn('w:numId')}")
    listed = found.get(qn("w:val")) if found is not None else ""
    counted[listed] = counted.get(listed, starts.get(listed, 1) - 1) + 1
    return counted[listed]
