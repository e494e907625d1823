import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transcription.evaluation.normaliser import NORMALISER, normalise, without_accents

WRITTEN = [
    ("¡Buenos días, «Señora» Presidenta!", "buenos días señora presidenta"),
    ("cafe\u0301", "café"),
    ("", ""),
    # Abbreviations
    ("Acta n.º 12", "acta número doce"),
    ("Acta No. 12", "acta número doce"),
    ("Acta Nro. 12", "acta número doce"),
    ("El Sr. Pérez y la Dra. Ruiz", "el señor pérez y la doctora ruiz"),
    ("los Sres. y las Sras.", "los señores y las señoras"),
    ("Art. 26, par. 2", "artículo veintiséis parágrafo segundo"),
    ("los HH.CC.", "los honorables concejales"),
    ("la H. C. Cely", "la honorable concejal cely"),
    ("12 km, 3 ha y 5 m2", "doce kilómetros tres hectáreas y cinco metros cuadrados"),
    ("Se ha dicho", "se ha dicho"),
    # Integers and thousands, in every mark that is in use
    ("Son 38.", "son treinta y ocho"),
    ("2.400 niños", "dos mil cuatrocientos niños"),
    ("1,870 familias", "mil ochocientos setenta familias"),
    ("1'200.000", "un millón doscientos mil"),
    ("1.200´000.000", "mil doscientos millones"),
    ("1\u202f870", "mil ochocientos setenta"),
    ("12345678901234567", "12345678901234567"),
    ("contrato 0711", "contrato setecientos once"),
    ("el código 0711", "el código cero setecientos once"),
    # Decimals
    ("3,5", "tres coma cinco"),
    ("3.5", "tres coma cinco"),
    ("tres punto cinco", "tres coma cinco"),
    ("3,05", "tres coma cero cinco"),
    ("0,125", "cero coma ciento veinticinco"),
    ("el punto 5", "el punto cinco"),
    # Shares and money
    ("36 %", "treinta y seis por ciento"),
    ("3,5%", "tres coma cinco por ciento"),
    ("$ 975 millones", "novecientos setenta y cinco millones de pesos"),
    ("$975 millones de pesos", "novecientos setenta y cinco millones de pesos"),
    ("$1.610.000", "un millón seiscientos diez mil pesos"),
    ("$2.000.000.", "dos millones de pesos"),
    ("2.000.000 pesos", "dos millones de pesos"),
    ("$ 5 mil", "cinco mil pesos"),
    ("$1.200´000.000 M/CTE", "mil doscientos millones de pesos moneda corriente"),
    # Dates
    ("14/08/2026", "catorce de agosto de dos mil veintiséis"),
    ("14-8-2026", "catorce de agosto de dos mil veintiséis"),
    ("2026-08-14", "catorce de agosto de dos mil veintiséis"),
    ("1 de agosto", "primero de agosto"),
    ("1.º de agosto", "primero de agosto"),
    ("uno de agosto", "primero de agosto"),
    ("45/99/2026", "cuarenta y cinco noventa y nueve dos mil veintiséis"),
    # Hours
    ("a las 8:15", "a las ocho y quince"),
    ("a las 8 y 15", "a las ocho y quince"),
    ("a las ocho y cuarto", "a las ocho y quince"),
    ("a las ocho y media", "a las ocho y treinta"),
    ("a las ocho y cero cinco", "a las ocho y cinco"),
    ("a las 8:05", "a las ocho y cinco"),
    ("8:00 a. m.", "ocho am"),
    ("8:00am", "ocho am"),
    ("una hora y media", "una hora y media"),
    # Ordinals
    ("1.º, 2ª, 1ro, 3er y 4to", "primero segunda primero tercer y cuarto"),
    ("12.º", "décimosegundo"),
    ("el punto 4.No hay", "el punto cuatro no hay"),
    ("Artículo 26.º", "artículo veintiséis"),
    ("Artículo 1", "artículo primero"),
    ("artículo primero", "artículo primero"),
    ("capítulo cuatro mil", "capítulo cuatro mil"),
    # Roman numerals
    ("Artículo IV", "artículo cuarto"),
    ("siglo XXI", "siglo veintiuno"),
    ("CAPÍTULO XIV", "capítulo catorce"),
    ("capítulo ii", "capítulo segundo"),
    ("Sección II", "sección segunda"),
    ("literal c", "literal c"),
    ("Colegio Juan Pablo II", "colegio juan pablo segundo"),
    ("ya lo vi", "ya lo vi"),
    # Names of norms
    ("Acuerdo 012 de 2024", "acuerdo doce de dos mil veinticuatro"),
    ("acuerdo número cero doce", "acuerdo número doce"),
    ("Ley 1551", "ley mil quinientos cincuenta y uno"),
    # Acronyms
    ("el P.O.T. y el P. O. T.", "el pot y el pot"),
    ("el POT", "el pot"),
    ("la E.S.E", "la ese"),
    # Compounds
    ("veinte y dos", "veintidós"),
    ("diez y seis", "dieciséis"),
    ("treintaidós", "treinta y dos"),
    ("360 y 4", "trescientos sesenta y cuatro"),
    ("21 votos, veintiún votos", "veintiuno votos veintiuno votos"),
    ("31 sedes, treinta y una sedes", "treinta y uno sedes treinta y uno sedes"),
    ("200 y doscientas", "doscientos y doscientos"),
    # «Un», «una», «uno» are left as they were said; a lone digit agrees
    ("un voto, una sede, uno", "un voto una sede uno"),
    ("1 voto, 1 sede rural", "un voto un sede rural"),
    ("1 persona, 1 programa", "una persona un programa"),
    ("voto 1 para", "voto uno para"),
]


@pytest.mark.parametrize(("written", "read"), WRITTEN)
def test_it_reads_as_it_is_said(written: str, read: str) -> None:
    assert normalise(written) == read


@pytest.mark.parametrize("written", [written for written, _ in WRITTEN])
def test_it_leaves_what_it_normalised_alone(written: str) -> None:
    once = normalise(written)

    assert normalise(once) == once


PIECES = (
    "1 2 10 21 012 1.870 3,5 3.5 8:15 $ % n.º No. art. Artículo capítulo siglo IV XXI "
    "I de y agosto mil cien millones pesos las ocho media cuarto cero uno un una "
    "veinte dos treinta punto coma P.O.T. a. m. 1º 2ª km ley número acuerdo este , . "
    "personas"
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES.split()), max_size=7).map(" ".join))
def test_it_leaves_any_mixture_alone_the_second_time(written: str) -> None:
    once = normalise(written)

    assert normalise(once) == once


def test_it_drops_accents_but_not_the_enye() -> None:
    assert normalise("La sesión pingüina del Niño", accents=False) == (
        "la sesion pinguina del niño"
    )
    assert without_accents("Ñandú, pingüino") == "Ñandu, pinguino"


def test_it_drops_fillers_only_in_the_clean_view() -> None:
    said = "Eh, este, la obra, mmm, este año"

    assert normalise(said, fillers=False) == "la obra este año"
    assert normalise(said) == "eh este la obra mmm este año"


def test_it_tells_its_version() -> None:
    assert NORMALISER.startswith("es-")
