"""The sheet an acta is written on: paper, margins, language, styles and numbering.

Every style is written here in full rather than inherited from a template, so the file
is small, its look does not depend on the reader's machine, and a council that opens it
in Word finds a short list of styles with names it understands.
"""

from dataclasses import dataclass

import docx
from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE as RT
from docx.oxml.ns import qn
from docx.shared import Cm, Emu

from actas.word.markup import element, fragment

LANGUAGE = "es-CO"
FONT = "Arial"  # on every office computer; Liberation Sans, its twin, elsewhere

# Letter paper. Margins after NTC 1486, left one at 3 cm rather than 4: enough to punch
# and file the sheet, which is what the fourth centimetre of a bound thesis is for.
PAGE_WIDTH, PAGE_HEIGHT = Cm(21.59), Cm(27.94)
MARGIN_LEFT, MARGIN_RIGHT, MARGIN_TOP, MARGIN_BOTTOM = Cm(3), Cm(2), Cm(3), Cm(2.5)
TEXT_WIDTH = Emu(PAGE_WIDTH - MARGIN_LEFT - MARGIN_RIGHT)

INK = "1F2A44"
GREY = "5A6270"
LINE = "B8BFCA"
SHADE = "EEF1F5"
RED = "A61B1B"


@dataclass(frozen=True)
class Style:
    """One Word style. The XML of its properties is in the order the schema asks for."""

    id: str
    name: str
    paragraph: str = ""
    """Inside of w:pPr."""
    run: str = ""
    """Inside of w:rPr."""
    based: str = "Normal"
    following: str = ""
    """Style id of the next paragraph, where a secretary goes on typing."""
    kind: str = "paragraph"


def _space(before: int = 0, after: int = 0, line: int = 240) -> str:
    """Spacing in twentieths of a point; `line` in 240ths of a line."""
    return (
        f'<w:spacing w:before="{before}" w:after="{after}" w:line="{line}"'
        ' w:lineRule="auto"/>'
    )


def _edge(side: str, colour: str, size: int = 6, space: int = 4) -> str:
    return (
        f'<w:{side} w:val="single" w:sz="{size}" w:space="{space}" w:color="{colour}"/>'
    )


def _size(half_points: int, colour: str = "") -> str:
    ink = f'<w:color w:val="{colour}"/>' if colour else ""
    return f'{ink}<w:sz w:val="{half_points}"/><w:szCs w:val="{half_points}"/>'


BOLD, ITALIC, KEEP = "<w:b/><w:bCs/>", "<w:i/><w:iCs/>", "<w:keepNext/>"
CENTRE = '<w:jc w:val="center"/>'

# Styles Word knows by these names: its contents field and its menus look for them.
_WORD_STYLES = (
    Style("Title", "Title", _space(60, 40) + CENTRE, BOLD + _size(34, INK)),
    Style("Subtitle", "Subtitle", _space(0, 200) + CENTRE, _size(26, GREY)),
    Style(
        "Heading1",
        "heading 1",
        f"{KEEP}<w:keepLines/><w:pBdr>{_edge('bottom', INK, 8, 2)}</w:pBdr>"
        + _space(360, 140)
        + '<w:outlineLvl w:val="0"/>',
        BOLD + _size(26, INK),
        following="Normal",
    ),
    Style(
        "Heading2",
        "heading 2",
        f"{KEEP}<w:keepLines/>" + _space(280, 120) + '<w:outlineLvl w:val="1"/>',
        BOLD + _size(23, INK),
        following="Intervencion",
    ),
    Style(
        "ListNumber",
        "List Number",
        '<w:numPr><w:numId w:val="1"/></w:numPr>' + _space(0, 80, 264),
    ),
    Style(
        "ListBullet",
        "List Bullet",
        '<w:numPr><w:numId w:val="2"/></w:numPr>' + _space(0, 60, 264),
    ),
    Style(
        "TOCHeading",
        "TOC Heading",
        KEEP + _space(280, 100),
        BOLD + _size(24, INK),
        following="Normal",
    ),
    Style(
        "TOC1",
        "toc 1",
        f'<w:tabs><w:tab w:val="right" w:leader="dot" w:pos="{TEXT_WIDTH.twips}"/>'
        "</w:tabs>" + _space(60, 20),
        BOLD,
    ),
    Style(
        "TOC2",
        "toc 2",
        f'<w:tabs><w:tab w:val="right" w:leader="dot" w:pos="{TEXT_WIDTH.twips}"/>'
        "</w:tabs>" + _space(0, 20) + '<w:ind w:left="340" w:right="567"/>',
        _size(20),
    ),
    Style("Header", "header", _space()),
    Style("Footer", "footer", _space() + CENTRE, _size(16, GREY)),
)

# Styles of this document alone.
_OWN_STYLES = (
    Style("Corporacion", "Encabezado de acta", _space(0, 20) + CENTRE, _size(17)),
    Style(
        "Borrador",
        "Marca de borrador",
        _space(0, 60) + CENTRE,
        BOLD + f'<w:color w:val="{RED}"/><w:spacing w:val="40"/>' + _size(18),
    ),
    Style("Dato", "Dato de acta", _space(50, 50)),
    Style("Celda", "Celda de tabla", _space(30, 30), _size(20)),
    Style("CeldaMenuda", "Celda menuda", _space(30, 30), _size(15)),
    Style(
        "CabezaDeTabla",
        "Cabeza de tabla",
        KEEP + _space(50, 50),
        BOLD + _size(19, INK),
    ),
    Style(
        "PorConfirmar",
        "Por confirmar",
        f"<w:keepLines/><w:pBdr>{_edge('top', RED)}{_edge('left', RED)}"
        f"{_edge('bottom', RED)}{_edge('right', RED)}</w:pBdr>"
        + _space(200, 200)
        + '<w:ind w:left="113" w:right="113"/>',
        _size(20, RED),
    ),
    Style("Intervencion", "Intervención", _space(0, 130, 276) + '<w:jc w:val="both"/>'),
    Style(
        "LineaDeOrador",
        "Línea de orador",
        KEEP + _space(140, 40),
        BOLD,
        following="Intervencion",
    ),
    Style(
        "Acotacion",
        "Acotación",
        _space(60, 140, 264)
        + '<w:ind w:left="567" w:right="567"/><w:jc w:val="both"/>',
        ITALIC,
        following="Intervencion",
    ),
    Style(
        "Votacion",
        "Votación",
        f"{KEEP}<w:keepLines/><w:pBdr>{_edge('left', INK, 18, 8)}</w:pBdr>"
        + _space(160, 120, 264)
        + '<w:ind w:left="227"/>',
    ),
    Style(
        "Resultado",
        "Resultado de votación",
        f"<w:keepLines/><w:pBdr>{_edge('left', INK, 18, 8)}</w:pBdr>"
        + _space(120, 180, 264)
        + '<w:ind w:left="227"/>',
    ),
    Style("Firma", "Firma", KEEP + _space() + CENTRE),
    Style("PieDeTabla", "Pie de tabla", _space(), _size(12)),
    Style("EspacioParaFirmar", "Espacio para firmar", KEEP + _space(1100)),
    Style("NotaDeCierre", "Nota de cierre", _space(60, 60), _size(17, GREY)),
    Style("Orador", "Orador", run=BOLD, based="", kind="character"),
    Style("Etiqueta", "Etiqueta", run=BOLD, based="", kind="character"),
    Style("Hora", "Marca de tiempo", run=_size(16, GREY), based="", kind="character"),
)

_DEFAULTS = f"""<w:docDefaults>
<w:rPrDefault><w:rPr>
<w:rFonts w:ascii="{FONT}" w:hAnsi="{FONT}" w:eastAsia="{FONT}" w:cs="{FONT}"/>
<w:sz w:val="22"/><w:szCs w:val="22"/>
<w:lang w:val="{LANGUAGE}" w:eastAsia="{LANGUAGE}" w:bidi="ar-SA"/>
</w:rPr></w:rPrDefault>
<w:pPrDefault><w:pPr>{_space(0, 120, 264)}</w:pPr></w:pPrDefault>
</w:docDefaults>"""

_BASE = (
    '<w:style w:type="paragraph" w:default="1" w:styleId="Normal">'
    '<w:name w:val="Normal"/><w:qFormat/></w:style>',
    '<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont">'
    '<w:name w:val="Default Paragraph Font"/><w:uiPriority w:val="1"/>'
    "<w:semiHidden/></w:style>",
    '<w:style w:type="table" w:default="1" w:styleId="TableNormal">'
    '<w:name w:val="Normal Table"/><w:uiPriority w:val="99"/><w:semiHidden/><w:tblPr>'
    '<w:tblInd w:w="0" w:type="dxa"/><w:tblCellMar><w:top w:w="0" w:type="dxa"/>'
    '<w:left w:w="108" w:type="dxa"/><w:bottom w:w="0" w:type="dxa"/>'
    '<w:right w:w="108" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>',
    '<w:style w:type="numbering" w:default="1" w:styleId="NoList">'
    '<w:name w:val="No List"/><w:uiPriority w:val="99"/><w:semiHidden/></w:style>',
    '<w:style w:type="table" w:customStyle="1" w:styleId="TablaDeActa">'
    '<w:name w:val="Tabla de acta"/><w:basedOn w:val="TableNormal"/><w:qFormat/>'
    f"<w:tblPr><w:tblBorders>{_edge('top', INK, 8, 0)}{_edge('bottom', INK, 8, 0)}"
    f"{_edge('insideH', LINE, 4, 0)}</w:tblBorders></w:tblPr>"
    '<w:tblStylePr w:type="firstRow"><w:tblPr/><w:tcPr>'
    f'<w:shd w:val="clear" w:color="auto" w:fill="{SHADE}"/></w:tcPr></w:tblStylePr>'
    "</w:style>",
)


def blank_sheet() -> Document:
    """Return an empty letter-size document in Spanish with ASTRA's styles."""
    document = docx.Document()
    _drop_template_leftovers(document)
    section = document.sections[0]
    section.page_width, section.page_height = PAGE_WIDTH, PAGE_HEIGHT
    section.left_margin, section.right_margin = MARGIN_LEFT, MARGIN_RIGHT
    section.top_margin, section.bottom_margin = MARGIN_TOP, MARGIN_BOTTOM
    section.header_distance, section.footer_distance = Cm(1.2), Cm(1)
    _lay_styles(document)
    _lay_numbering(document)
    _lay_settings(document)
    return document


def number_from(document: Document, first: int) -> str:
    """Return the id of a new numbered list that begins at `first`."""
    numbering = document.part.numbering_part.element
    number = str(len(numbering.findall(qn("w:num"))) + 1)
    numbering.append(
        fragment(
            f'<w:num w:numId="{number}"><w:abstractNumId w:val="0"/>'
            f'<w:lvlOverride w:ilvl="0"><w:startOverride w:val="{first}"/>'
            "</w:lvlOverride></w:num>"
        )
    )
    return number


def _drop_template_leftovers(document: Document) -> None:
    """Take out what python-docx's template carries that would speak for the council.

    A thumbnail of another page, another program's name, a second copy of the styles.
    """
    unwanted = (RT.THUMBNAIL, RT.EXTENDED_PROPERTIES, RT.CUSTOM_XML)
    for rels in (document.part.package.rels, document.part.rels):
        for key in list(rels):
            kind = rels[key].reltype
            if kind in unwanted or kind.endswith("/stylesWithEffects"):
                del rels[key]


def _lay_styles(document: Document) -> None:
    root = document.styles.element
    for child in list(root):
        root.remove(child)
    known = [_style_xml(style, custom=False) for style in _WORD_STYLES]
    own = [_style_xml(style, custom=True) for style in _OWN_STYLES]
    for xml in (_DEFAULTS, *_BASE, *known, *own):
        root.append(fragment(xml))


def _style_xml(style: Style, *, custom: bool) -> str:
    mark = ' w:customStyle="1"' if custom else ""
    parts = [
        f'<w:style w:type="{style.kind}"{mark} w:styleId="{style.id}">',
        f'<w:name w:val="{style.name}"/>',
        f'<w:basedOn w:val="{style.based}"/>' if style.based else "",
        f'<w:next w:val="{style.following}"/>' if style.following else "",
        "<w:qFormat/>",
        f"<w:pPr>{style.paragraph}</w:pPr>" if style.paragraph else "",
        f"<w:rPr>{style.run}</w:rPr>" if style.run else "",
        "</w:style>",
    ]
    return "".join(parts)


def _lay_numbering(document: Document) -> None:
    """Two lists: 0, the numbers of the orden del día; 1, bullets."""
    root = document.part.numbering_part.element
    for child in list(root):
        root.remove(child)
    for key, shape, mark in (("0", "decimal", "%1."), ("1", "bullet", "–")):
        root.append(
            fragment(
                f'<w:abstractNum w:abstractNumId="{key}">'
                '<w:multiLevelType w:val="singleLevel"/><w:lvl w:ilvl="0">'
                f'<w:start w:val="1"/><w:numFmt w:val="{shape}"/>'
                f'<w:lvlText w:val="{mark}"/><w:lvlJc w:val="left"/>'
                '<w:pPr><w:ind w:left="567" w:hanging="454"/></w:pPr>'
                "</w:lvl></w:abstractNum>"
            )
        )
    for key in ("0", "1"):
        number = str(int(key) + 1)
        xml = f'<w:num w:numId="{number}"><w:abstractNumId w:val="{key}"/></w:num>'
        root.append(fragment(xml))


def _lay_settings(document: Document) -> None:
    """Set Spanish, and today's layout so Word does not say "Modo de compatibilidad"."""
    settings = document.settings.element
    settings.replace(
        settings.find(qn("w:themeFontLang")), element("themeFontLang", val=LANGUAGE)
    )
    settings.find(qn("w:zoom")).set(qn("w:percent"), "100")
    settings.find(qn("w:decimalSymbol")).set(qn("w:val"), ",")
    settings.find(qn("w:listSeparator")).set(qn("w:val"), ";")
    for setting in settings.iter(qn("w:compatSetting")):
        if setting.get(qn("w:name")) == "compatibilityMode":
            setting.set(qn("w:val"), "15")
    for name in ("w:proofState", "w:savePreviewPicture", "w:rsids"):
        found = settings.find(qn(name))
        if found is not None:
            settings.remove(found)
    compat = settings.find(qn("w:compat"))
    compat.remove(compat.find(qn("w:useFELayout")))
