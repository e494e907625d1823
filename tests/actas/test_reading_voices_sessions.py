"""Whole sessions of several councils: who must be proposed, who must stay open."""

from actas.reading.voices import Candidate, Role
from tests.actas.voices_said import council, proposed

# ---- A president who hands over the chair; somebody absent; a late arrival -----------

CALDAS = council(
    "Rubiela Arboleda Cataño",
    "Fermín Oquendo Zuleta",
    "Dionisio Cárcamo Puello",
    "Yamile Berrío Sampayo",
    "Toribio Mendieta Luna",
    president="Rubiela Arboleda Cataño",
    secretary="Eustaquio Pombo Villamil",
)
HANDOVER = """
S1: Muy buenas tardes. Señor secretario, sírvase llamar a lista.
S2: Con gusto, señora presidenta. Rubiela Arboleda Cataño.
S1: Presente.
S2: Fermín Oquendo Zuleta.
S3: Presente, señor secretario.
S2: Dionisio Cárcamo Puello.
S2: No contesta. Yamile Berrío Sampayo.
S4: Buenas tardes, presente.
S2: Toribio Mendieta Luna.
S5: Presente.
S2: Señora presidenta, le informo que contestaron a lista cuatro concejales. Hay
    quórum decisorio.
S1: Existiendo quórum, declaro abierta la sesión. Lea el orden del día.
S2: Está leído el orden del día, señora presidenta.
S1: En consideración el orden del día. Se abre la discusión. Anuncio que se va a
    cerrar. Queda cerrada. ¿Aprueban los concejales?
S2: Ha sido aprobado, señora presidenta.
S1: Siguiente punto, señor secretario. Para poder intervenir le entrego la
    presidencia al vicepresidente, el concejal Fermín Oquendo.
S3: Muchas gracias. Continuamos. Tiene la palabra la concejala Rubiela Arboleda.
S1: Gracias, señor presidente. Este informe de la alcaldía llega tarde y llega
    incompleto, y así no lo podemos aceptar.
S3: Gracias, concejala Arboleda. Tiene la palabra la concejala Yamile Berrío.
S4: Gracias, presidente. Yo tampoco acepto el informe porque le faltan los soportes
    de los contratos.
S3: Gracias, concejala Berrío. ¿Alguien más desea intervenir? Se cierra la
    discusión. Queda aprobado. Siguiente punto.
S2: Tercero. Proposiciones y varios.
S3: Se abre la discusión. Anuncio que se va a cerrar. Queda cerrada. Retoma la
    presidencia la concejala Arboleda.
S1: Gracias. Siguiente punto, señor secretario.
S2: El orden del día ha sido agotado, señora presidenta.
S1: Se levanta la sesión y se cita para mañana.
"""


def test_it_follows_the_chair_to_the_vice_president_and_back():
    assert proposed(HANDOVER, CALDAS) == {
        "S1": "Rubiela Arboleda Cataño",
        "S2": "Eustaquio Pombo Villamil",
        "S3": "Fermín Oquendo Zuleta",
        "S4": "Yamile Berrío Sampayo",
    }


def test_it_does_not_take_a_single_answer_for_proof():
    assert "S5" not in proposed(HANDOVER, CALDAS)


def test_it_never_proposes_who_did_not_answer_and_was_not_heard_again():
    text = HANDOVER + "S3: Concejal Cárcamo.\nS6: Gracias, presidente, buenas noches.\n"
    assert "Dionisio Cárcamo Puello" not in proposed(text, CALDAS).values()


def test_it_proposes_neither_chair_where_nobody_says_that_it_changed_hands():
    text = """
    S1: Existiendo quórum, declaro abierta la sesión. Se abre la discusión.
        Queda cerrada.
    S2: Ha sido aprobado, señora presidenta.
    S1: Siguiente punto, señor secretario. En consideración el acta. Queda
        aprobada el acta.
    S2: Tercero. Lectura de comunicaciones.
    S3: En consideración el informe. Se abre la discusión. Anuncio que se va a cerrar.
    S2: Ha sido aprobado, señora presidenta.
    S3: Siguiente punto. Se abre la discusión. Queda cerrada. Queda aprobada la
        proposición.
    S2: El orden del día ha sido agotado, señora presidenta.
    S3: Se levanta la sesión y cito para mañana.
    """
    names = proposed(text, CALDAS)
    assert "S1" not in names
    assert "S3" not in names
    assert names["S2"] == "Eustaquio Pombo Villamil"


# ---- No roll called aloud; officials; a citizen --------------------------------------

RIOSUCIO = [
    *council(
        "Aurelio Tascón Gañán",
        "Clemencia Bueno Largo",
        "Jaime Trejos",
        "Jaime Andrés Motato",
        "Noralba Guapacha Lengua",
        "Octavio Guapacha Reyes",
        president="Aurelio Tascón Gañán",
        secretary="Deyanira Suárez Ladino",
    ),
    Candidate("g1", "Ligia Cañas Uchima", "F", Role.GUEST, "secretaria de Hacienda"),
]
ELECTRONIC = """
S7: Señor presidente, le informo que hay quórum decisorio según el registro electrónico.
S1: Existiendo quórum, se da por instalada la sesión. Señora secretaria, lea el
    orden del día.
S7: Está leído el orden del día, señor presidente.
S1: En consideración el orden del día. Anuncio que se va a cerrar. Queda cerrada.
    ¿Aprueban los concejales?
S7: Aprobado, señor presidente.
S1: Siguiente punto. Nos acompaña la secretaria de Hacienda, doctora Ligia Cañas.
    Tiene la palabra la concejala Clemencia Bueno.
S2: Gracias, presidente. Yo cité este debate porque el predial subió sin explicación
    en todos los barrios.
S1: Gracias, concejala Bueno. Tiene la palabra el concejal Jaime Andrés Motato.
S3: Gracias, presidente. A mi oficina llegaron doscientas quejas, y la alcaldía no
    contesta ninguna.
S1: Gracias, concejal Motato. Concejal Jaime.
S4: Presidente, yo sí quiero saber quién firmó ese avalúo y cuánto nos costó.
S1: Concejal Guapacha.
S5: Presidente, en mi vereda pasó lo mismo y nadie nos dio la cara.
S1: Para dar respuesta, tiene la palabra la doctora Ligia Cañas.
S6: Muchas gracias, señor presidente. Agradezco la invitación. Desde la secretaría
    hemos revisado los avalúos con el catastro.
S1: Gracias, doctora Ligia. En participación ciudadana tiene la palabra el señor
    Baudilio Ramírez.
S8: Buenos días a todos. Yo vivo en Sipirra, y el recibo me llegó por el doble.
    Concejala Bueno, gracias por traer el tema.
S1: Muchas gracias. Siguiente punto, señora secretaria.
S7: El orden del día ha sido agotado, señor presidente.
S1: Se levanta la sesión y se cita para mañana a las ocho.
"""


def test_it_names_without_a_roll_call():
    names = proposed(ELECTRONIC, RIOSUCIO)
    assert names["S1"] == "Aurelio Tascón Gañán"
    assert names["S2"] == "Clemencia Bueno Largo"
    assert names["S3"] == "Jaime Andrés Motato"
    assert names["S6"] == "Ligia Cañas Uchima"
    assert names["S7"] == "Deyanira Suárez Ladino"


def test_it_leaves_open_a_name_that_two_people_share():
    names = proposed(ELECTRONIC, RIOSUCIO)
    assert "S4" not in names  # "concejal Jaime": there are two
    assert "S5" not in names  # "concejal Guapacha": there are two


def test_it_never_gives_a_citizen_a_name_of_the_list():
    assert "S8" not in proposed(ELECTRONIC, RIOSUCIO)


def test_it_proposes_of_other_people_only_who_is_introduced_and_named_twice():
    others = council("Pánfilo Negrete", "Casilda Otálora", "Ramón Echandía")
    # The citizen is named once, and nobody says what he is.
    assert proposed(ELECTRONIC, others) == {"S6": "Ligia Cañas"}


# ---- Two councillors of one surname, told apart by the whole name --------------------


def test_it_tells_namesakes_apart_by_their_answers():
    text = """
    S1: Señora secretaria, por favor, llamemos a lista.
    S2: Jaime Trejos.
    S3: Presente.
    S2: Jaime Andrés Motato.
    S4: Presente, secretaria.
    S2: Noralba Guapacha Lengua.
    S5: Presente.
    S2: Octavio Guapacha Reyes.
    S6: Presente, buenos días.
    S2: Le informo, señor presidente, que hay quórum decisorio.
    S1: Por favor, señora secretaria, abra la votación nominal.
    S2: Procedo a la votación. Jaime Trejos.
    S3: Positivo.
    S2: Jaime Andrés Motato.
    S4: Negativo.
    S2: Noralba Guapacha Lengua.
    S5: Mi voto es positivo.
    S2: Octavio Guapacha Reyes.
    S6: Negativo, señora secretaria.
    S2: Le informo, señor presidente, que hay dos votos positivos y dos votos negativos.
    """
    names = proposed(text, RIOSUCIO)
    assert names["S3"] == "Jaime Trejos"
    assert names["S4"] == "Jaime Andrés Motato"
    assert names["S5"] == "Noralba Guapacha Lengua"
    assert names["S6"] == "Octavio Guapacha Reyes"


# ---- Somebody else answers -----------------------------------------------------------


def test_it_does_not_name_who_answers_in_place_of_a_guest():
    text = ELECTRONIC.replace(
        "S6: Muchas gracias, señor presidente. Agradezco la invitación.",
        "S6: Señor presidente, en representación de la doctora Ligia Cañas, que no "
        "pudo venir, paso a responder.",
    ).replace("S1: Gracias, doctora Ligia.", "S1: Gracias.")
    assert "S6" not in proposed(text, RIOSUCIO)
