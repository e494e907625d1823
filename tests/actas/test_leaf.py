"""The page reads the Word file itself, so it says what is printed."""

from dataclasses import replace
from io import BytesIO

from docx import Document

from actas import leaf
from actas.draft import AgendaLine, Remark, Section, Turn
from actas.word import write
from tests.actas.sample_draft import PRESIDENT, make_draft


def read(**changes: object) -> tuple[leaf.Block, ...]:
    return leaf.read(write(make_draft(**changes)))


def of_kind(blocks: tuple[leaf.Block, ...], kind: str) -> list[str]:
    return [block.text for block in blocks if block.kind == kind]


def test_it_says_every_paragraph_of_the_word_in_order() -> None:
    word = write(make_draft(show_times=False))
    shown = [
        "".join(run.text for run in block.runs)
        for block in leaf.read(word)
        if block.kind != "table"
    ]
    printed = [p.text for p in Document(BytesIO(word)).paragraphs if p.text.strip()]
    assert shown == printed


def test_it_says_every_cell_of_the_word() -> None:
    word = write(make_draft())
    shown = [
        (*((block.heads,) if block.heads else ()), *block.rows)
        for block in leaf.read(word)
        if block.kind == "table"
    ]
    tables = Document(BytesIO(word)).tables
    printed = [tuple(tuple(c.text for c in r.cells) for r in t.rows) for t in tables]
    assert [list(table) for table in shown] == [list(table) for table in printed]


def test_it_knows_titles_points_and_remarks() -> None:
    blocks = read()
    assert of_kind(blocks, "title") == ["Acta N.º 038"]
    assert "Orden del día" in of_kind(blocks, "chapter")
    assert "3. Aprobación del acta N.º 037 de 2026" in of_kind(blocks, "point")
    assert any("himno" in text for text in of_kind(blocks, "remark"))
    assert any("Por confirmar" in text for text in of_kind(blocks, "missing"))


def test_it_takes_the_moment_out_of_the_words() -> None:
    turn = Turn(PRESIDENT, ("Buenos días.", "Se abre."), 5075.9)
    blocks = read(sections=(Section("Apertura", None, (turn,)),))
    said = [block for block in blocks if "Buenos días." in block.text]
    assert [(b.start, b.runs[0].strong) for b in said] == [(5075.0, True)]
    assert said[0].text == "La presidenta, Gladys Idárraga Salazar: Buenos días."
    assert next(b for b in blocks if b.text == "Se abre.").start is None


def test_it_does_not_take_for_a_moment_what_somebody_said() -> None:
    remark = Remark("[0:10:00] y así quedó")
    blocks = read(sections=(Section("Apertura", None, (remark,)),))
    found = next(block for block in blocks if block.kind == "remark")
    assert (found.start, found.text) == (None, "[0:10:00] y así quedó")


def test_it_numbers_the_orden_del_dia_as_the_council_did() -> None:
    agenda = (AgendaLine(1, "Lista"), AgendaLine(3, "Acta"), AgendaLine(4, "Varios"))
    assert of_kind(read(agenda=agenda), "item") == ["1. Lista", "3. Acta", "4. Varios"]


def test_it_writes_a_line_for_each_row_in_the_plain_text() -> None:
    text = leaf.text_of(read())
    assert "Nelson Enrique Zuluaga, concejal · Unión Campesina · Ausente" in text
    assert "Acta N.º 038" in text.splitlines()[0]


def test_it_puts_kept_moments_back_on_a_file_without_them() -> None:
    draft = make_draft(show_times=True)
    timed = leaf.read(write(draft))
    bare = leaf.read(write(replace(draft, show_times=False)))
    assert any(block.start for block in timed)
    assert not any(block.start for block in bare)
    assert leaf.placed(bare, leaf.moments(timed)) == timed


def test_it_leaves_a_file_alone_when_the_moments_are_of_another() -> None:
    blocks = read(show_times=False)
    assert leaf.placed(blocks, [1.0]) == blocks
