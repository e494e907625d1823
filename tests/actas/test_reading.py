"""Reading a transcript: what is proposed, with its proof, and what is left alone."""

import datetime as dt

import pytest

from actas.reading import Line, Person, Reading, read

AMPARO = Person(1, "Amparo Quiceno Rúa")
FREDY = Person(2, "Jhon Fredy Zapata Tobón")
DARY = Person(3, "Luz Dary Ceballos Higuita")
WILSON = Person(4, "Wilson Valderrama Ochoa")
ROSA = Person(5, "Rosa Emilia Yarce Buriticá")
ROSTER = (AMPARO, FREDY, DARY, WILSON, ROSA)
AGENDA = (
    "Llamado a lista y verificación del quórum",
    "Lectura y aprobación del orden del día",
    "Lectura y aprobación del acta No. 22",
    "Informe del comandante de bomberos",
    "Proposiciones",
)
ENUMERATION = (
    "Orden del día. Primero, llamado a lista y verificación del quórum. Segundo, "
    "lectura y aprobación del orden del día. Tercero, lectura y aprobación del acta "
    "número veintidós. Cuarto, informe del comandante de bomberos. Quinto, "
    "proposiciones. Está leído el orden del día, señor presidente."
)


def make_lines(*texts: str, seconds: float = 5.0) -> list[Line]:
    """One line a text, each so many seconds long, with pks from 100 on."""
    return [
        Line(100 + at, at * seconds, (at + 1) * seconds, text)
        for at, text in enumerate(texts)
    ]


def read_texts(*texts: str) -> Reading:
    return read(make_lines(*texts), ROSTER, AGENDA)


def roll(*texts: str) -> dict[str, str]:
    found = read_texts("Señora secretaria, llame a lista.", *texts).roll_call
    return {answer.person.name: answer.state for answer in found}


# Opening and closing


def test_it_finds_opening_and_closing_with_their_proof():
    reading = read_texts(
        "Existiendo quórum y siendo las ocho y cinco de la mañana, doy por instalada "
        "la sesión.",
        "Siendo las diez de la noche se dañó el acueducto de la vereda.",
        "Agotado el orden del día y siendo las 11:40 a.m., se levanta la sesión y cito "
        "para mañana a las ocho.",
    )
    assert reading.opening.hour.time == dt.time(8, 5)
    assert reading.opening.proof.line == 100
    assert reading.opening.proof.quote == "siendo las ocho y cinco de la mañana"
    assert reading.closing.hour.time == dt.time(11, 40)
    assert reading.closing.proof.line == 102
    assert 10 < reading.closing.proof.start < 15


def test_it_hears_a_mangled_opening():
    reading = read_texts("Asistiendo corrum y siendo las 9 y 15 de la mañana.")
    assert reading.opening.hour.time == dt.time(9, 15)


def test_it_takes_no_hour_from_a_tale():
    reading = read_texts("Ayer, siendo las ocho de la noche, se levanta la sesión.")
    assert reading.closing is None


def test_it_makes_up_no_minutes():
    reading = read_texts("Siendo las ocho y vein que ocho, se levanta la sesión.")
    assert reading.closing is None


# Roll call


def test_it_reads_the_roll_call():
    assert roll(
        "Amparo Quiceno Rúa.",
        "Presente.",
        "Jhon Fredy Zapata Tobón.",
        "Buenos días, presente.",
        "Luz Dary Ceballos Higuita.",
        "Wilson Valderrama Ochoa.",
        "No contesta.",
        "Rosa Emilia Yarce Buriticá.",
        "Presente, señora secretaria.",
        "Señor presidente, contestaron a lista tres honorables concejales. La "
        "honorable concejala Luz Dary Ceballos Higuita presentó excusa por calamidad.",
    ) == {
        AMPARO.name: "presente",
        FREDY.name: "presente",
        WILSON.name: "ausente",
        ROSA.name: "presente",
        DARY.name: "excusa",
    }


def test_it_reads_a_mangled_roll_call_in_one_line():
    assert roll(
        "A parokiseno rua, presente, yon fredi sapata tovon, buenos días presente, "
        "Luis Dari Zevallos Iguita, no contesta, Wilson balde rama ochoa. Presidente. "
        "Rosa Milia Llarse Buritica presente. Hay corrum."
    ) == {
        AMPARO.name: "presente",
        FREDY.name: "presente",
        DARY.name: "ausente",
        WILSON.name: "presente",
        ROSA.name: "presente",
    }


def test_it_quotes_the_roll_call_literally():
    reading = read_texts("Llamado a lista.", "yon fredi sapata tovón.", "¡Presente!")
    (answer,) = reading.roll_call
    assert answer.proof.line == 101
    assert answer.proof.start == 5.0
    assert answer.proof.quote == "yon fredi sapata tovón. ¡Presente"


def test_it_lets_a_second_call_overrule_the_first():
    assert roll(
        "Amparo Quiceno Rúa.",
        "No contesta. Amparo Quiceno Rúa, segundo llamado.",
        "Presente.",
    ) == {AMPARO.name: "presente"}


def test_it_takes_a_misheard_president_for_an_answer():
    said = "Rosa Emilia Yarce Buriticá. Presidente, señor secretario."
    assert roll(said) == {ROSA.name: "presente"}


def test_it_follows_the_secretary_from_name_to_excuse():
    said = "Rosa Emilia Yarce Buriticá. La concejala Yarce presentó excusa."
    assert roll(said) == {ROSA.name: "excusa"}


def test_it_gives_nobody_the_answer_of_an_unrecognised_name():
    assert roll("Amparo Quiceno Rúa. Ditulio Marmolejo. Presente.") == {}


def test_it_does_not_take_the_president_addressed_for_an_answer():
    said = "Wilson Valderrama Ochoa. Señor presidente."
    assert roll(said) == {}


def test_it_does_not_choose_between_two_who_fit():
    twins = (Person(1, "Ana Lucía Ríos Mesa"), Person(2, "Ana Lucía Ríos Meza"))
    lines = make_lines("Llamado a lista.", "Ana Lucía Ríos Mesa.", "Presente.")
    assert read(lines, twins, AGENDA).roll_call == ()


def test_it_does_not_know_a_councillor_by_one_surname():
    assert roll("Zapata.", "Presente.") == {}


def test_it_reads_no_roll_call_after_the_roll():
    assert (
        roll(
            "Hay quórum, señor presidente.",
            "Amparo Quiceno Rúa, presente la proposición, por favor.",
        )
        == {}
    )


# Arrivals


def test_it_finds_who_comes_later():
    reading = read_texts(
        "Señor presidente, le informo que el honorable consejal Wilson Balderrama "
        "Ochoa se hace presente en la sesión."
    )
    (arrival,) = reading.arrivals
    assert arrival.person == WILSON
    assert "se hace presente" in arrival.proof.quote


def test_it_finds_who_comes_later_named_last():
    reading = read_texts(
        "Me permito informar que siendo las ocho y ocho ingresa al recinto el concejal "
        "Wilson Valderrama Ochoa."
    )
    assert [arrival.person for arrival in reading.arrivals] == [WILSON]


@pytest.mark.parametrize(
    "said",
    [
        "El concejal Wilson Valderrama Ochoa se hace presente en la vereda cada mes.",
        "Le informo que el concejal Wilson Valderrama Ochoa no se hace presente.",
        "Le informo que el señor alcalde se hace presente en la sesión.",
    ],
)
def test_it_takes_nobody_else_for_an_arrival(said):
    assert read_texts(said).arrivals == ()


# Agenda items


def test_it_finds_where_the_items_start():
    items = read_texts(
        "Buenos días a todos. Señor secretario, llame a lista.",
        "Por favor, lea el orden del día.",
        ENUMERATION,
        "Siguiente punto, señor secretario.",
        "Tercero. Lectura y aprobación del acta número veintidós.",
        "Queda aprobada el acta.",
        "Punto número cuatro, informe del comandante de bomberos.",
        "Muchas gracias. Paso al siguiente punto de mi presentación, las máquinas.",
        "Siguiente punto.",
        "¿Quinto? Proposiciones.",
    ).items
    assert [(item.position, item.proof.line) for item in items] == [
        (1, 100),
        (2, 102),
        (3, 103),
        (4, 106),
        (5, 108),
    ]
    assert items[0].start == 0.0
    assert items[4].proof.quote == "Siguiente punto. ¿Quinto? Proposiciones"


def test_it_finds_mangled_items():
    items = read_texts(
        "Primero, yamado lista y verificación del corrum. Segundo, lectura y "
        "aprovación del orden de día. Cero, letura y aprovasión del acta número 22. "
        "Cuatro, informe del comandante de vomberos. Quinto, propósiones.",
        "Continúe con el siguiente punto.",
        "es cero letura y aprovasión de la acta número 20 y 2",
        "siguiente punto, señor secretario. ¿Cuato?",
        "informe de comandante de vomberos",
    ).items
    assert [item.position for item in items] == [1, 2, 3, 4]


def test_it_starts_no_item_while_the_agenda_is_read():
    items = read_texts(
        "Buenos días a todos.",
        "aprobación del orden del día. Tercero, lectura y aprobación del acta número "
        "22. Cuarto, informe del comandante de bomberos. Quinto, proposiciones.",
        "Está leído el orden del día, señor presidente.",
    ).items
    assert [item.position for item in items] == [1, 2]


def test_it_takes_the_next_number_where_the_title_was_lost():
    items = read_texts("Buenos días.", "Siguiente punto.", "Segundo. Lo leo.").items
    assert [item.position for item in items] == [1, 2]


def test_it_starts_no_item_where_a_speaker_counts():
    items = read_texts(
        "Tengo tres razones. Segundo, la plata no alcanza. Tercero, no hay estudios.",
        "Artículo cuarto. El presente acuerdo rige a partir de su publicación.",
        "Y el siguiente punto que quiero tocar es el de los caballos.",
    ).items
    assert [item.position for item in items] == [1]


# Recesses


def test_it_finds_a_recess():
    (recess,) = read_texts(
        "Señora secretaria, decaramos un receso de diez minutos.",
        "Se declara el receso, señora presidenta.",
        "Levantamos el receso, señora secretaria.",
        "Levantado el receso.",
    ).recesses
    assert (recess.start, recess.end) == (5.0, 10.0)
    assert recess.proof.line == 100


@pytest.mark.parametrize(
    "said",
    ["Ayer declaramos un receso muy largo.", "Pido que hagamos un receso, presidente."],
)
def test_it_makes_no_recess_of_talk_about_one(said):
    assert read_texts(said, "Levantamos el receso.").recesses == ()


# Nothing to find


def test_it_finds_nothing_in_other_talk():
    reading = read_texts(
        "La quebrada se desbordó a las ocho de la noche y se llevó dos puentes.",
        "Le pido a la administración que presente un cronograma con fechas.",
        "Doña Amparo, la señora de la tienda, estaba presente y lo vio todo.",
        "Tercero en la fila estaba mi compadre, y cuarto mi hermano.",
    )
    assert reading.items[1:] == ()
    assert reading == Reading(None, None, (), (), reading.items, (), ())


@pytest.mark.parametrize("texts", [(), ("",), ("...", "¿?")])
def test_it_finds_nothing_in_silence(texts):
    assert read_texts(*texts) == Reading(None, None, (), (), (), (), ())


def test_it_needs_neither_roster_nor_agenda():
    lines = make_lines("Llamado a lista.", "Amparo Quiceno Rúa.", "Presente.")
    reading = read(lines, (), ())
    assert (reading.roll_call, reading.items) == ((), ())


def test_it_takes_lines_in_any_order():
    lines = make_lines("Llamado a lista.", "Amparo Quiceno Rúa.", "Presente.")
    assert read(lines[::-1], ROSTER, AGENDA) == read(lines, ROSTER, AGENDA)
