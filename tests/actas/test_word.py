"""The Word file of an acta: what it says, how it is made, that it cannot be broken."""

import hashlib
import shutil
import subprocess
import zipfile
from dataclasses import replace
from datetime import date, time
from io import BytesIO
from time import perf_counter

import docx
import pytest
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st

from actas.draft import (
    AgendaLine,
    Ballot,
    Pending,
    Person,
    Quorum,
    Remark,
    Section,
    Tally,
    Turn,
    VoteRecord,
)
from actas.word import write
from actas.word.markup import clean, one_line
from actas.word.proceedings import tally_phrase
from tests.actas.sample_draft import (
    AGENDA,
    LETTERHEAD,
    PRESIDENT,
    SECRETARY,
    make_draft,
    make_logo,
)


def opened(draft):
    return docx.Document(BytesIO(write(draft)))


def text_of(document) -> str:
    """All text of the body, tables and contents included, a paragraph a line."""
    paragraphs = document.element.body.iter(qn("w:p"))
    return "\n".join(words(p) for p in paragraphs).replace("\u00a0", " ")


def words(paragraph) -> str:
    return "".join(node.text or "" for node in paragraph.iter(qn("w:t")))


def header_of(document) -> str:
    root = document.sections[0].header._element
    return "\n".join(words(p) for p in root.iter(qn("w:p"))).replace("\u00a0", " ")


def styled(document, style: str) -> list[str]:
    return [p.text for p in document.paragraphs if p.style.name == style]


def one_section(*entries, **changes):
    return make_draft(sections=(Section("Único punto", 1, entries),), **changes)


def test_it_says_where_when_and_who():
    text = text_of(opened(make_draft()))

    assert (
        "En Valle Sereno, Tolima, el viernes catorce (14) de agosto de dos mil "
        "veintiséis (2026), siendo las 8:15 a. m., se reunió el Concejo Municipal de "
        "Valle Sereno en sesión plenaria ordinaria, en modalidad presencial, bajo la "
        "presidencia de Gladys Idárraga Salazar."
    ) in text
    assert "La sesión se levantó a las 11:46 a. m.\n" in text
    assert "Hernando Quiñones Mafla, primer vicepresidente" in text
    assert "Presente; se retiró a las 11:05 a. m.; cita médica" in text


def test_it_shows_gaps_instead_of_inventing():
    draft = make_draft(
        opened=None,
        closed=None,
        place="",
        presider=None,
        secretary=None,
        attendance=(),
        quorum=None,
        agenda=(),
        sections=(),
    )

    text = text_of(opened(draft))

    assert "[Asistencia por confirmar]" in text
    assert "siendo las [hora por confirmar], se reunió" in text
    assert text.count("[Hora por confirmar]") == 2
    assert "[Lugar por confirmar]" in text
    assert "[Orden del día por confirmar]" in text
    assert "[Desarrollo por confirmar]" in text
    assert "[Presidencia por confirmar]" in text
    assert "quórum" not in text


@pytest.mark.parametrize(
    ("present", "outcome"),
    [
        (7, "Hubo quórum para deliberar y para decidir"),
        (6, "Hubo quórum para deliberar, pero no para decidir"),
        (3, "No hubo quórum para deliberar ni para decidir"),
    ],
)
def test_it_works_out_the_quorum(present, outcome):
    text = text_of(opened(make_draft(quorum=Quorum(seats=13, present=present))))

    assert outcome in text
    assert "al menos, siete (7) integrantes" in text


def test_it_lists_each_heading_in_a_contents_field_before_any_update():
    document = opened(make_draft())
    body = document.element.body
    listed = [words(link) for link in body.iter(qn("w:hyperlink"))]
    anchors = [link.get(qn("w:anchor")) for link in body.iter(qn("w:hyperlink"))]
    marks = [mark.get(qn("w:name")) for mark in body.iter(qn("w:bookmarkStart"))]
    headings = [
        p.text for p in document.paragraphs if p.style.name.startswith("Heading")
    ]

    assert listed == headings
    assert f"4. {AGENDA[3]}" in listed
    assert anchors == marks
    codes = [node.text for node in body.iter(qn("w:instrText"))]
    assert codes == [' TOC \\o "1-2" \\h \\z \\u ']
    kinds = [n.get(qn("w:fldCharType")) for n in body.iter(qn("w:fldChar"))]
    assert kinds == ["begin", "separate", "end"]
    assert document.settings.element.find(qn("w:updateFields")) is None


def test_it_numbers_pages_with_fields():
    root = opened(make_draft()).sections[0].header._element
    codes = [node.text.strip() for node in root.iter(qn("w:instrText"))]

    assert codes == ["PAGE", "NUMPAGES"]


def test_it_says_borrador_until_it_is_approved():
    assert "BORRADOR · versión 2" in header_of(opened(make_draft()))
    approved = opened(make_draft(approved=True))
    assert "BORRADOR" not in header_of(approved)
    assert approved.core_properties.content_status == "Aprobada"


def test_it_counts_what_is_not_confirmed():
    pending = Pending(attendance=2, votes=1, speakers=3)

    text = text_of(opened(make_draft(pending=pending)))

    assert (
        "Por confirmar antes de aprobar esta acta: la asistencia de dos (2) "
        "integrantes, una (1) votación y tres (3) voces."
    ) in text
    assert "esas voces va como «Interviniente sin identificar»." in text
    assert "or confirmar" not in text_of(opened(make_draft(pending=Pending())))
    approved = make_draft(pending=pending, approved=True)
    assert "Sin confirmar al aprobar esta acta" in text_of(opened(approved))


def test_it_writes_turns_with_a_run_in_label():
    turn = Turn(PRESIDENT, ("Buenos días.", "Primera línea.\nSegunda."), 3723.9)
    document = opened(one_section(turn, show_times=True))
    after_the_quorum = styled(document, "Intervención")[2:5]

    assert after_the_quorum == [
        "[1:02:03]\u00a0La presidenta, Gladys Idárraga Salazar: Buenos días.",
        "Primera línea.",
        "Segunda.",
    ]
    assert "[1:02:03]" not in text_of(opened(one_section(turn, show_times=False)))


def test_it_gives_the_speaker_a_line_in_dialogue_mode():
    turn = Turn(Person("Interviniente sin identificar"), ("Presidenta.",))
    document = opened(one_section(turn, mode="dialogo"))

    assert styled(document, "Línea de orador") == ["Interviniente sin identificar:"]
    assert "Presidenta." in styled(document, "Intervención")


def test_it_names_once_those_of_whom_only_the_fact_is_recorded():
    turns = (Turn(PRESIDENT), Turn(SECRETARY, ("  ",)), Turn(PRESIDENT))
    text = text_of(opened(one_section(*turns, mode="sucinto")))

    assert (
        "Hicieron uso de la palabra, en su orden: la presidenta, Gladys Idárraga "
        "Salazar; el secretario general, Óscar Iván Buriticá Peña."
    ) in text


def test_it_writes_ballots_in_the_order_of_the_vote():
    ballots = (Ballot("Zoila", "no"), Ballot("Ana", "sí"), Ballot("Mía", "sí"))
    vote = VoteRecord("Proposición 4", "nominal", ballots, result="aprobada")
    document = opened(one_section(vote))
    table = next(t for t in document.tables if t.rows[0].cells[-1].text == "Voto")

    assert [c.text for c in table.columns[1].cells] == ["Nombre", "Zoila", "Ana", "Mía"]
    assert [c.text for c in table.columns[2].cells] == ["Voto", "No", "Sí", "Sí"]
    assert styled(document, "Resultado de votación") == [
        "Un (1) voto por el no y dos (2) votos por el sí. Resultado:\u00a0APROBADA."
    ]


def kept(paragraph) -> bool:
    return paragraph.pPr.find(qn("w:keepNext")) is not None


@pytest.mark.parametrize(
    ("voters", "tied"),
    [(3, [True] * 4), (12, [True] + [False] * 10 + [True] * 2)],
)
def test_it_keeps_a_result_with_its_ballots_and_these_with_the_question(
    voters: int, tied: list[bool]
):
    ballots = tuple(Ballot(f"Ana {i}", "sí") for i in range(voters))
    document = opened(one_section(VoteRecord("Moción", "nominal", ballots)))
    table = next(t for t in document.tables if t.rows[0].cells[-1].text == "Voto")

    assert [kept(row.cells[0].paragraphs[0]._p) for row in table.rows] == tied
    assert document.styles["Votación"].paragraph_format.keep_with_next
    assert document.styles["Votación"].paragraph_format.keep_together
    assert document.styles["Resultado de votación"].paragraph_format.keep_together


def test_it_says_who_approved_it_when_and_what_it_corrects():
    signed = {"approved_by": "Nubia Rivas", "approved_on": date(2026, 11, 24)}
    reason = "Faltaba una\nconstancia"
    final = make_draft(approved=True, correction=reason, **signed)
    said = text_of(opened(final))

    assert (
        "Acta aprobada por Nubia Rivas el 24 de noviembre de 2026. Versión 2." in said
    )
    assert (
        "Nota aclaratoria: versión 2, que corrige la anterior: Faltaba una constancia."
    ) in said
    first = text_of(opened(replace(final, version=1)))
    assert "Versión 1." in first
    assert "Nota aclaratoria" not in first
    draft = text_of(opened(replace(final, approved=False)))
    assert "Acta aprobada" not in draft
    assert "Nota aclaratoria" not in draft
    assert write(final) == write(make_draft(approved=True, correction=reason, **signed))


def test_it_does_not_take_a_missing_count_for_zero():
    vote = VoteRecord("Moción", "ordinaria")
    document = opened(one_section(vote))

    assert styled(document, "Resultado de votación") == [
        "Resultado:\u00a0no consta que se anunciara."
    ]


@pytest.mark.parametrize(
    ("tally", "phrase"),
    [
        (Tally("sí", 11), "once (11) votos por el sí"),
        (Tally("no", 1), "un (1) voto por el no"),
        (Tally("abstención", 1), "una (1) abstención"),
        (Tally("no votó", 2), "dos (2) integrantes que no votaron"),
        (Tally("Ana {0} Ruiz", 9), "nueve (9) votos por Ana {0} Ruiz"),
    ],
)
def test_it_says_totals(tally, phrase):
    assert tally_phrase(tally) == phrase


def test_it_repeats_table_headings_and_never_splits_a_row():
    for table in opened(make_draft()).tables:
        if table.rows[0].cells[0].text in ("N.º", "Grabación"):
            assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
        for row in table.rows:
            assert row._tr.trPr.find(qn("w:cantSplit")) is not None


def test_it_keeps_signatures_with_text_on_one_page():
    document = opened(make_draft())
    table = document.tables[-1]
    gap = table._tbl.getprevious()
    law = gap.getprevious()

    assert [c.paragraphs[1].text for c in table.rows[0].cells] == [
        "Gladys Idárraga Salazar",
        "Óscar Iván Buriticá Peña",
    ]
    assert law.pPr.find(qn("w:keepNext")) is not None
    assert document.styles["Espacio para firmar"].paragraph_format.keep_with_next
    assert document.styles["Firma"].paragraph_format.keep_with_next


def test_it_keeps_the_numbers_of_an_agenda_that_skips_one():
    agenda = (AgendaLine(1, "A"), AgendaLine(2, "B"), AgendaLine(5, "C"))
    document = opened(make_draft(agenda=agenda))
    a, b, c = (p for p in document.paragraphs if p.style.name == "List Number")
    assert a._p.pPr.numPr is None
    assert b._p.pPr.numPr is None
    number = c._p.pPr.numPr.numId.val
    numbering = document.part.numbering_part.element
    (own,) = (n for n in numbering.num_lst if n.numId == number)
    assert own.lvlOverride_lst[0].startOverride.val == 5


def test_it_is_spanish_on_letter_paper_and_signed_by_the_council():
    document = opened(make_draft())
    section, about = document.sections[0], document.core_properties
    language = document.styles.element.find(f".//{qn('w:lang')}")

    assert (section.page_width.cm, section.page_height.cm) == pytest.approx(
        (21.59, 27.94), abs=0.01
    )
    assert language.get(qn("w:val")) == "es-CO"
    assert about.language == "es-CO"
    assert about.author == "Concejo Municipal de Valle Sereno"
    assert about.title.startswith("Acta N.º 038. Sesión plenaria ordinaria")
    assert "python" not in str(about.comments)


def test_it_cites_the_law_of_the_body_that_meets():
    assert "artículo 16 de la Ley 1551 de 2012" in text_of(opened(make_draft()))
    assembly = replace(LETTERHEAD, kind="asamblea", council="Asamblea de Tolima")
    text = text_of(opened(make_draft(letterhead=assembly)))
    assert "artículo 42 de la Ley 2200 de 2022" in text
    assert "se reunió la Asamblea de Tolima" in text


def test_it_gives_equal_bytes_for_equal_drafts(monkeypatch):
    first = write(make_draft())
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    assert hashlib.sha256(write(make_draft())).digest() == (
        hashlib.sha256(first).digest()
    )
    assert write(make_draft(closed=time(11, 47))) != first
    with zipfile.ZipFile(BytesIO(first)) as package:
        assert {part.date_time for part in package.infolist()} == {
            (1980, 1, 1, 0, 0, 0)
        }


def test_it_survives_a_logo_word_cannot_read():
    good = make_logo()
    for logo in (b"", b"<svg/>", good[:20], good[:-30], b"\xff\xd8\xff\xe0" + good):
        document = opened(make_draft(letterhead=replace(LETTERHEAD, logo=logo)))
        assert "CONCEJO MUNICIPAL" in header_of(document)


def test_it_describes_the_logo_to_those_who_cannot_see_it():
    root = opened(make_draft()).sections[0].header._element
    (picture,) = root.iter(qn("wp:docPr"))
    assert picture.get("descr") == "Escudo o logo: Concejo Municipal de Valle Sereno"


def test_it_cleans_text_but_keeps_tabs_and_line_ends():
    assert clean("a\x0c\x00b\tc\r\nd\ud800e\ufffe\u202ef") == "a\nb\tc\nde" + "f"
    assert one_line(" a\t b\n\nc\u00a0d ") == "a b c\u00a0d"


@settings(max_examples=40, deadline=None)
@given(st.text(st.characters(), min_size=1, max_size=40))
def test_it_opens_again_whatever_the_texts_hold(text):
    person = Person(text, text, text)
    draft = one_section(
        Turn(person, (text,)),
        Remark(text),
        VoteRecord(text, text, (Ballot(text, text),), (Tally(text, 1),), text),
        number=text,
        session_kind=text,
        place=text,
        presider=person,
        agenda=(AgendaLine(1, text),),
        letterhead=replace(LETTERHEAD, council=text, motto=text, address=text),
        verification_code=text,
    )

    assert text_of(opened(draft))


def test_it_writes_seven_hours_in_a_few_seconds():
    said = "La comunidad pide que el acueducto llegue a la vereda este año. " * 2
    turns = tuple(Turn(PRESIDENT, (said[:130],), n * 8.4) for n in range(3000))
    begun = perf_counter()
    content = write(one_section(*turns))
    # Under one second on two idle cores; the rest is room for a busy machine.
    assert perf_counter() - begun < 8
    assert len(content) < 1_000_000


@pytest.mark.skipif(
    shutil.which("soffice") is None, reason="LibreOffice (soffice) is not installed"
)
def test_it_opens_in_libreoffice(tmp_path):
    source = tmp_path / "acta.docx"
    source.write_bytes(write(make_draft()))
    home = f"-env:UserInstallation={(tmp_path / 'home').as_uri()}"
    order = ["soffice", home, "--headless", "--convert-to", "pdf", "--outdir"]
    subprocess.run([*order, tmp_path, source], check=True, timeout=60)
    assert (tmp_path / "acta.pdf").read_bytes().startswith(b"%PDF")
