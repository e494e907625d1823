"""Sessions as people say them: "S1: Buenos días." and so on, on one clock."""

import re

from actas.reading import Line
from actas.reading.voices import Candidate, Naming, Role, namings

PACE = 0.4  # seconds a word
PAUSE = 0.4  # seconds between lines


def said(text: str) -> list[Line]:
    """Return one line for each "S1: …", which may go on in the rows that follow."""
    lines, at = [], 1.0
    rows = re.findall(r"(S\d+): (.+?)(?=\s*(?:S\d+: |\Z))", text, re.DOTALL)
    for pk, (voice, words) in enumerate(rows, 1):
        end = at + PACE * len(words.split())
        lines.append(Line(pk, at, end, " ".join(words.split()), voice))
        at = end + PAUSE
    return lines


def council(*names: str, president: str = "", secretary: str = "") -> list[Candidate]:
    """Return councillors c1, c2, … and the secretary."""
    people = [
        Candidate(
            f"c{number}",
            name,
            role=Role.PRESIDENT if name == president else Role.COUNCILLOR,
        )
        for number, name in enumerate(names, 1)
    ]
    if secretary:
        people.append(Candidate("secretary", secretary, role=Role.SECRETARY))
    return people


def proposed(text: str, people: list[Candidate]) -> dict[str, str]:
    """Return the names that are proposed, by voice."""
    return {
        naming.voice: naming.person.name
        for naming in namings(said(text), people)
        if naming.is_proposed
    }


def naming_of(voice: str, text: str, people: list[Candidate]) -> Naming | None:
    found = namings(said(text), people)
    return next((naming for naming in found if naming.voice == voice), None)


def strengths(voice: str, person: str, text: str, people: list[Candidate]) -> dict:
    """Return the sum of strengths by kind that a naming shows, {} for another one."""
    naming = naming_of(voice, text, people)
    found: dict[str, float] = {}
    if naming and naming.person.name == person:
        for one in naming.evidence:
            found[one.kind] = round(found.get(one.kind, 0) + one.strength, 2)
    return found


# A session to build on: who opens it, a roll call and a nominal vote.
NARIÑO = council(
    "Adelaida Chamorro Erazo",
    "Segundo Tulcán Paz",
    "Esneda Botina Cuastumal",
    "Hermes Guerrero Insuasty",
    "Rosaura Meneses Delgado",
    president="Adelaida Chamorro Erazo",
    secretary="Libardo Zambrano Ortega",
)
CHAIR = """
S1: Existiendo quórum, declaro abierta la sesión.
S1: Se abre la discusión. Anuncio que se va a cerrar.
S2: Ha sido aprobado, señora presidenta.
S1: Siguiente punto, señor secretario.
S2: Está leído el orden del día, señora presidenta.
S1: Queda aprobado el orden del día.
S2: Así se hará, señora presidenta.
"""
ROLL = """
S2: Segundo Tulcán Paz.
S3: Presente.
S2: Esneda Botina Cuastumal.
S4: Presente, señor secretario.
S2: Hermes Guerrero Insuasty.
S5: Buenos días, presente.
S2: Rosaura Meneses Delgado.
S6: Presente.
S2: Señora presidenta, hay quórum decisorio.
"""
VOTE = ROLL.replace("Presente", "Positivo").replace("presente", "negativo")
GIVEN = """
S1: Tiene la palabra el concejal Segundo Tulcán.
S7: Gracias, presidenta. El puente sobre el Guáitara sigue sin barandas.
S1: Siguiente punto, señor secretario.
S2: Tercero. Lectura de comunicaciones.
"""
OFFICIAL = CHAIR + (
    "S1: Nos acompaña el secretario de Obras, ingeniero Wilmar Pantoja.\n"
    "S1: Tiene la palabra el ingeniero Wilmar Pantoja.\n"
    "S7: Gracias, presidenta. Hemos pavimentado la vía de Sandoná a Consacá.\n"
    "S1: Gracias, ingeniero Pantoja.\n"
)
