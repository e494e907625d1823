"""An invented session of an invented council, as a Draft; nobody in it exists."""

import struct
import zlib
from dataclasses import replace
from datetime import date, time

from actas.draft import (
    AgendaLine,
    AttendanceLine,
    Ballot,
    Draft,
    Entry,
    Letterhead,
    Pending,
    Person,
    Quorum,
    Remark,
    Section,
    SourceRecording,
    Tally,
    Turn,
    VoteRecord,
)

PRESIDENT = Person("Gladys Idárraga Salazar", "presidenta", "la")
SECRETARY = Person("Óscar Iván Buriticá Peña", "secretario general", "el")
PONENTE = Person("Hernando Quiñones Mafla", "concejal ponente", "el")
OBJECTOR = Person("Yurany Castrillón Ibáñez", "concejala", "la")
OFFICIAL = Person("Marleny Tovar Achicanoy", "secretaria de Hacienda", "la")
UNKNOWN = Person("Interviniente sin identificar")

MEMBERS = (
    ("Gladys Idárraga Salazar", "presidenta", "Alianza del Valle", "sí"),
    ("Hernando Quiñones Mafla", "primer vicepresidente", "Renacer Sereno", "sí"),
    ("Yurany Castrillón Ibáñez", "segunda vicepresidenta", "Unión Campesina", "no"),
    ("Álvaro José Muñoz Cuéllar", "concejal", "Alianza del Valle", "sí"),
    ("Blanca Nubia Chaverra", "concejala", "Movimiento Río Claro", "sí"),
    ("Diofanor Restrepo Ángel", "concejal", "Renacer Sereno", "sí"),
    ("Edilma Pacheco Núñez", "concejala", "Unión Campesina", "no"),
    ("Fabio Nel Ocampo", "concejal", "Alianza del Valle", "sí"),
    ("Graciela Yepes de Urrego", "concejala", "Movimiento Río Claro", "abstención"),
    ("Isaías Mosquera Hinestroza", "concejal", "Renacer Sereno", "sí"),
    ("Luz Dary Güiza Peñuela", "concejala", "Alianza del Valle", "sí"),
    ("Nelson Enrique Zuluaga", "concejal", "Unión Campesina", "ausente"),
    ("Pastora Inés Guevara", "concejala", "Alianza del Valle", "ausente"),
)

AGENDA = (
    "Llamado a lista y verificación del quórum",
    "Lectura, discusión y aprobación del orden del día",
    "Aprobación del acta N.º 037 de 2026",
    "Segundo debate del Proyecto de Acuerdo N.º 009 de 2026, «Por medio del cual se "
    "autoriza a la alcaldesa de Valle Sereno para comprometer vigencias futuras "
    "ordinarias con destino al acueducto de la vereda El Mortiño»",
    "Proposiciones y asuntos varios",
)


def make_logo(width: int = 60, height: int = 72) -> bytes:
    """Return a small PNG: a shield of two colours."""
    rows = b"".join(
        b"\x00"
        + b"".join(
            b"\x1f\x2a\x44"
            if (x < width // 2) == (y < height // 2)
            else b"\xc9\xa2\x27"
            for x in range(width)
        )
        for y in range(height)
    )

    def chunk(kind: bytes, body: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + body))
        return struct.pack(">I", len(body)) + kind + body + check

    size = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    head = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size)
    return head + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


LETTERHEAD = Letterhead(
    council="Concejo Municipal de Valle Sereno",
    kind="municipal",
    municipality="Valle Sereno",
    department="Tolima",
    address="Carrera 4 N.º 5-18, parque principal",
    phone="(608) 555 01 23",
    email="secretaria@concejo-vallesereno.example",
    website="concejo-vallesereno.example",
    nit="800.000.123-4",
    motto="Deliberar para servir",
    logo=make_logo(),
    form_code="F-SG-012",
    form_version="01",
)


def make_draft(**changes: object) -> Draft:
    """Return the sample session, with the given fields of Draft changed."""
    draft = Draft(
        letterhead=LETTERHEAD,
        number="038",
        session_kind="plenaria ordinaria",
        modality="presencial",
        date=date(2026, 8, 14),
        place="Recinto oficial de sesiones «Manuela Beltrán»",
        opened=time(8, 15),
        closed=time(11, 46),
        presider=PRESIDENT,
        secretary=SECRETARY,
        attendance=_attendance(),
        quorum=Quorum(seats=13, present=10),
        guests=(OFFICIAL, Person("Saúl Ortega Rivas", "gerente del acueducto veredal")),
        agenda=tuple(AgendaLine(n, title) for n, title in enumerate(AGENDA, start=1)),
        sections=_sections(),
        recordings=(
            SourceRecording("sesion_038_mañana.mp3", "3f9a" * 16, 8121),
            SourceRecording("sesion_038_despues_del_receso.mp3", "c07e" * 16, 4539),
        ),
        pending=Pending(attendance=0, votes=1, speakers=1),
        version=2,
        verification_code="VS38-7KQ2-M9",
        verification_url="astra.example/verificar",
        prepared_by="Óscar Iván Buriticá Peña",
        show_times=True,
    )
    return replace(draft, **changes)


def _attendance() -> tuple[AttendanceLine, ...]:
    lines = [
        AttendanceLine(name, "presente", True, party, office)
        for name, office, party, _ in MEMBERS
    ]
    lines[4] = replace(lines[4], arrived=time(8, 42))
    lines[7] = replace(lines[7], left=time(11, 5), note="cita médica")
    lines[11] = replace(lines[11], state="ausente", present=False)
    lines[12] = replace(
        lines[12], state="ausente con excusa", present=False, note="calamidad doméstica"
    )
    return tuple(lines)


def _sections() -> tuple[Section, ...]:
    said = dict(enumerate(_entries()))
    titled = [
        Section(title, number, said[number])
        for number, title in enumerate(AGENDA, start=1)
    ]
    return (Section("Instalación", None, said[0]), *titled)


def _entries() -> tuple[tuple[Entry, ...], ...]:
    return (*_opening(), _past_acta(), _debate(), _closing())


def _opening() -> tuple[tuple[Entry, ...], ...]:
    """Before the first point, the roll call and the orden del día."""
    return (
        (
            Turn(
                PRESIDENT,
                (
                    "Muy buenos días para todas y todos. Damos inicio a la sesión "
                    "ordinaria de hoy, viernes catorce de agosto. Señor secretario, "
                    "por favor, llamamos a lista para verificar el quórum.",
                ),
                12.4,
            ),
            Remark("(Se entonan el himno nacional y el himno de Valle Sereno.)", 45.0),
        ),
        (
            Turn(SECRETARY, ("Sí, señora presidenta. Procedo a llamar a lista.",), 231),
            Turn(
                SECRETARY,
                ("Le informo, señora presidenta, que hay diez concejales presentes.",),
                402,
            ),
        ),
        (
            Turn(
                PRESIDENT,
                ("Se pone en consideración el orden del día. ¿Lo aprueban?",),
                655,
            ),
            VoteRecord(
                "Orden del día de la sesión",
                "ordinaria",
                tallies=(Tally("sí", 10),),
                result="aprobado",
                start=690,
            ),
        ),
    )


def _past_acta() -> tuple[Entry, ...]:
    return (
        Turn(SECRETARY, ("El acta 037 fue enviada el lunes por correo.",), 745),
        Turn(UNKNOWN, ("Presidenta, una precisión sobre la página cuatro.",), 770),
        Turn(PRESIDENT, ("Queda hecha la precisión.",), 790),
    )


def _closing() -> tuple[Entry, ...]:
    return (
        Remark("La presidenta declara un receso de diez minutos.", 9120),
        Turn(
            OBJECTOR,
            (
                "Dejo constancia de que la vía a La Cristalina sigue cerrada.",
                "Pido que esta constancia quede en el acta y se envíe copia a la "
                "Secretaría de Infraestructura.",
            ),
            12301,
        ),
        Turn(
            SECRETARY,
            ("El orden del día ha sido agotado, señora presidenta.",),
            12590,
        ),
    )


def _debate() -> tuple[Entry, ...]:
    return (
        Turn(
            PONENTE,
            (
                "Gracias, señora presidenta. Este proyecto recoge lo que la comunidad "
                "de El Mortiño ha pedido durante nueve años: que el agua llegue limpia "
                "a ciento ochenta y dos familias. La obra vale mil doscientos millones "
                "de pesos y se paga en tres vigencias.",
                "Revisamos el marco fiscal de mediano plazo, el certificado de la "
                "Secretaría de Hacienda y el concepto de la oficina jurídica. Los tres "
                "documentos están en la carpeta del proyecto y fueron enviados a cada "
                "uno de ustedes el viernes pasado.",
            ),
            3301,
        ),
        Turn(
            OFFICIAL,
            (
                "La capacidad de endeudamiento no se compromete. El servicio de la "
                "deuda queda en 28,4 % y el límite legal es del 40 %.",
            ),
            4410,
        ),
        Turn(
            OBJECTOR,
            (
                "Yo no me opongo al acueducto. Me opongo a que se comprometan tres "
                "vigencias sin el diseño definitivo aprobado.",
            ),
            5038,
        ),
        _nominal_vote(),
        Turn(PRESIDENT, ("Queda aprobado el articulado.",), 8460),
    )


def _nominal_vote() -> VoteRecord:
    return VoteRecord(
        "Articulado del Proyecto de Acuerdo N.º 009 de 2026, con las "
        "modificaciones leídas por la secretaría",
        "nominal",
        ballots=tuple(Ballot(name, choice) for name, _, _, choice in MEMBERS),
        tallies=(Tally("sí", 8), Tally("no", 2), Tally("abstención", 1)),
        result="aprobado",
        start=8044,
    )
