"""The demonstration session as data: every word of it, in order, and who says it.

Council, people and places are invented. Texts are written as they are spoken,
numbers in words, so that they are at once what the voice says and the truth.
"""

from __future__ import annotations

from dataclasses import dataclass

from demo.cast import ABSENT, CAST


@dataclass(frozen=True)
class Turn:
    who: str
    """Key of CAST."""
    says: str
    pause: float = 0.0
    """Silence before it, in seconds, on top of the usual gap between turns."""
    point: int = 0
    """Number of the agenda item that begins here, 0 if none does."""
    fact: str = ""
    """What the turn establishes: opens, answers, excuse, late, asks, yes, no, result,
    constancia, closes."""
    of: str = ""
    """Key of CAST or of VOTES that the fact is about."""


@dataclass(frozen=True)
class Chorus:
    who: tuple[str, ...]
    says: str


@dataclass(frozen=True)
class Recess:
    minutes: int
    """As announced."""
    seconds: float
    """As recorded: room sound without speech."""


MOTION = (
    "Cítese al gerente de la empresa de servicios públicos, Emposanta, para que el "
    "martes veinticuatro de noviembre, a las ocho de la mañana, rinda informe sobre la "
    "calidad del agua y las pérdidas de la red urbana"
)


def _roll(who: str, answer: str) -> tuple[Turn, Turn]:
    """The secretary calls a full name; its owner answers."""
    return (
        Turn("quevedo", f"{CAST[who][0]}."),
        Turn(who, answer, fact="answers", of=who),
    )


def _ballot(call: str, who: str, answer: str, vote: str) -> tuple[Turn, Turn]:
    """The secretary calls a councillor; the answer is a ballot, "yes" or "no"."""
    return (Turn("quevedo", call, 0.1), Turn(who, answer, fact=vote, of="proyecto"))


ROLL_CALL = (
    Turn(
        "camargo",
        "Buenos días, honorables concejales, y buenos días a quienes nos escuchan por "
        "la emisora. Señor secretario, sírvase llamar a lista y verificar el quórum.",
        point=1,
    ),
    Turn(
        "quevedo",
        "Con mucho gusto, señora presidenta. Concejo Municipal de Santa Leonor, sesión "
        "plenaria ordinaria número sesenta y dos, jueves doce de noviembre de dos mil "
        "veintiséis. Llamado a lista.",
    ),
    *_roll("camargo", "Presente."),
    *_roll("sanabria", "Presente, secretario."),
    *_roll("bernal", "Presente. Buenos días."),
    *_roll("cely", "Presente."),
    *_roll("buitrago", "Buenos días, presente."),
    *_roll("tibaduiza", "Presente."),
    Turn("quevedo", f"{ABSENT}.", 0.2),
    Turn(
        "quevedo",
        "El concejal Cuervo presentó excusa por cita médica.",
        0.8,
        fact="excuse",
    ),
    *_roll("acevedo", "Aquí, presente."),
    *_roll("mesa", "Presente."),
    Turn("quevedo", f"{CAST['pinto'][0]}.", 0.2),
    Turn("quevedo", "No contesta.", 1.2),
    *_roll("vargas", "Presente, señor secretario."),
    Turn(
        "quevedo",
        "Señora presidenta, le informo que contestaron a lista nueve concejales de "
        "once. Hay quórum para deliberar y decidir.",
        0.5,
    ),
    Turn(
        "camargo",
        "Gracias, secretario. Existiendo quórum, y siendo las ocho y cinco de la "
        "mañana, declaro abierta la sesión. Sírvase leer el orden del día.",
        fact="opens",
    ),
)

AGENDA = (
    Turn(
        "quevedo",
        "Orden del día. Primero. Llamado a lista y verificación del quórum. Segundo. "
        "Lectura, discusión y aprobación del orden del día. Tercero. Aprobación del "
        "acta anterior. Cuarto. Segundo debate del Proyecto de Acuerdo número catorce "
        "de dos mil veintiséis. Quinto. Proposiciones y varios. Está leído el orden "
        "del día, señora presidenta.",
        point=2,
    ),
    Turn(
        "camargo",
        "En consideración el orden del día. Se abre la discusión. Anuncio que se va a "
        "cerrar. Queda cerrada.",
    ),
    Turn("camargo", "¿Aprueba el concejo el orden del día?", fact="asks", of="orden"),
    Chorus(("cely", "bernal", "mesa"), "Aprobado."),
    Turn("quevedo", "Aprobado, señora presidenta.", fact="result", of="orden"),
    Turn("camargo", "Queda aprobado. Siguiente punto."),
    Turn(
        "quevedo",
        "Tercero. Aprobación del acta anterior. Es el acta número cincuenta y nueve, "
        "del nueve de noviembre, que se les envió al correo electrónico.",
        point=3,
    ),
    Turn("camargo", "En consideración el acta. Concejala Vargas."),
    Turn(
        "vargas",
        "Presidenta, una corrección chiquita. En la página cuatro dice que yo hablé de "
        "la vereda La Honda, y yo hablé de El Tablón. Con eso quedo conforme.",
    ),
    Turn(
        "camargo",
        "Con la corrección de la concejala Vargas, ¿aprueba el concejo el acta número "
        "cincuenta y nueve?",
        fact="asks",
        of="acta",
    ),
    Chorus(("bernal", "tibaduiza", "acevedo"), "Aprobada."),
    Turn("quevedo", "Ha sido aprobada, con la corrección.", fact="result", of="acta"),
    Turn("camargo", "Siguiente punto, señor secretario."),
)

DEBATE = (
    Turn(
        "quevedo",
        "Cuarto. Segundo debate del Proyecto de Acuerdo número catorce de dos mil "
        "veintiséis, por el cual se adiciona el presupuesto municipal para ampliar el "
        "acueducto de la vereda El Tablón. Ponente, el concejal Edgar Mauricio Cely.",
        point=4,
    ),
    Turn("camargo", "Tiene la palabra el ponente, hasta por cinco minutos."),
    Turn(
        "cely",
        "Muchas gracias, presidenta. Con la venia de la mesa directiva. Compañeros, "
        "este proyecto pasó por la comisión de presupuesto el cinco de noviembre, y "
        "salió con ponencia positiva. Se trata de adicionar mil doscientos cuarenta "
        "millones de pesos, que llegan por el convenio número ciento ochenta y siete "
        "con la gobernación. Con esa plata se cambian seis kilómetros de tubería y se "
        "construye un tanque de ciento veinte metros cúbicos. Hoy son trescientas doce "
        "familias las que reciben agua día de por medio. Les pido que me acompañen.",
    ),
    Turn(
        "camargo",
        "Gracias, concejal Cely. Tiene la palabra la ingeniera Paola Andrea Forero, "
        "secretaria de Planeación.",
    ),
    Turn(
        "forero",
        "Gracias, presidenta. Buenos días. La obra vale mil quinientos "
        "sesenta millones de pesos. El municipio pone trescientos veinte millones, que "
        "ya tienen certificado de disponibilidad. El plazo es de siete meses. Si "
        "ustedes aprueban hoy, la licitación se abre el primero de diciembre.",
    ),
    Turn(
        "quevedo",
        "Señora presidenta, me permito informar que siendo las ocho y ocho ingresa al "
        "recinto el concejal Diego Armando Pinto Casas.",
        0.3,
        fact="late",
        of="pinto",
    ),
    Turn("camargo", "Queda registrado. Bienvenido, concejal."),
    Turn("pinto", "Qué pena con ustedes, presidenta. Hubo un derrumbe en la vía."),
    Turn("camargo", "No se preocupe. Concejala Bernal, la escuchamos."),
    Turn(
        "bernal",
        "Gracias, presidenta. Yo vivo en El Tablón y esto no me lo contaron. Allá las "
        "señoras madrugan a las cuatro de la mañana a recoger agua en canecas. Ahorita "
        "en enero se nos viene el verano, y no podemos salirle a la gente con que toca "
        "esperar otro año. Mi bancada vota positivo.",
    ),
    Turn("camargo", "Concejal Tibaduiza, tiene el uso de la palabra."),
    Turn(
        "tibaduiza",
        "Presidenta, a mí me preocupa una cosa. El acueducto lo va a operar la junta, "
        "Asotablón. ¿Y quién responde si la tarifa se dispara? Hoy la gente paga ocho "
        "mil quinientos pesos al mes. La Ley ciento cuarenta y dos de mil novecientos "
        "noventa y cuatro exige un estudio tarifario, y ese estudio no está en el "
        "expediente. Así no puedo votar que sí.",
    ),
    Turn("camargo", "Concejala Acevedo, y se prepara el concejal Mesa."),
    Turn(
        "acevedo",
        "Muy amable. Yo respeto al compañero, pero no comparto. El estudio se hace "
        "antes de entrar en operación, no antes de aprobar la plata.",
    ),
    Turn(
        "acevedo",
        "Lo que sí pido es que quede constancia de que la interventoría debe ser "
        "externa. Ya nos pasó con el polideportivo, que lo entregaron con goteras.",
        fact="constancia",
    ),
    Turn("camargo", "Queda la constancia. Concejal Mesa."),
    Turn(
        "mesa",
        "Cortico, presidenta. ¿De dónde sale la plata del municipio? Porque no quiero "
        "que la Casa de la Cultura se quede sin con qué pagarles a los instructores.",
    ),
    Turn("camargo", "Ingeniera, para responder."),
    Turn(
        "forero",
        "Sí, señora. Concejal Mesa, eso sale del Sistema General de Participaciones, "
        "del rubro de agua potable. De cultura no se toca un solo peso. Y, concejal "
        "Tibaduiza, el estudio tarifario ya está contratado y lo entregan el quince de "
        "enero.",
    ),
    Turn("tibaduiza", "Presidenta, réplica."),
    Turn("camargo", "Un minuto, concejal."),
    Turn(
        "tibaduiza",
        "Contratado no es lo mismo que entregado, ingeniera. Eso era todo, gracias.",
    ),
    Turn("camargo", "Gracias a usted. Concejala Buitrago."),
    Turn(
        "buitrago",
        "Presidenta, el cronograma nos llegó anoche. Solicito un receso de quince "
        "minutos para revisarlo con la ingeniera.",
    ),
    Turn("camargo", "Concedido. Se declara un receso de quince minutos."),
    Recess(15, 15.0),
    Turn(
        "camargo",
        "Se levanta el receso. Señor secretario, verifique de nuevo el quórum.",
    ),
    Turn(
        "quevedo",
        "Señora presidenta, hay diez concejales en el recinto. Existe quórum "
        "decisorio.",
        1.5,
    ),
    Turn("camargo", "Continuamos. Concejala Buitrago."),
    Turn(
        "buitrago",
        "Ya quedé tranquila, presidenta. El cronograma está completo. Acompaño el "
        "proyecto.",
    ),
    Turn("camargo", "Concejal Sanabria."),
    Turn(
        "sanabria",
        "Presidenta, hablemos con franqueza. El municipio debe dos mil cien millones "
        "de pesos, y en el casco urbano se pierde el treinta y ocho por ciento del "
        "agua. Yo habría empezado por ahí. No me convence.",
    ),
    Turn("camargo", "¿Alguien más desea intervenir? Concejal Pinto."),
    Turn(
        "pinto",
        "Concejal Sanabria, esa plata tiene destinación específica. Si no la usamos "
        "aquí, toca devolverla. De mi parte, apoyo total.",
    ),
)

NOMINAL_VOTE = (
    Turn(
        "camargo",
        "Anuncio que se va a cerrar la discusión. Queda cerrada. Señor secretario, "
        "sírvase llamar a votación nominal por el Proyecto de Acuerdo número catorce.",
        fact="asks",
        of="proyecto",
    ),
    *_ballot("Concejala Camargo Pulido.", "camargo", "Sí.", "yes"),
    *_ballot("Concejal Sanabria Niño.", "sanabria", "Mi voto es negativo.", "no"),
    *_ballot(
        "Concejala Bernal Fonseca.", "bernal", "Positivo, señor secretario.", "yes"
    ),
    *_ballot("Concejal Cely Avella.", "cely", "Sí, por supuesto.", "yes"),
    *_ballot("Concejala Buitrago Molano.", "buitrago", "Mi voto es positivo.", "yes"),
    *_ballot("Concejal Tibaduiza Pérez.", "tibaduiza", "No, señor secretario.", "no"),
    *_ballot("Concejala Acevedo Suárez.", "acevedo", "Voto sí.", "yes"),
    *_ballot("Concejal Mesa Cárdenas.", "mesa", "Positivo.", "yes"),
    *_ballot("Concejal Pinto Casas.", "pinto", "Sí, señor secretario.", "yes"),
    *_ballot("Concejala Vargas Holguín.", "vargas", "Mi voto es positivo.", "yes"),
    Turn(
        "quevedo",
        "Señora presidenta, le informo que hay ocho votos positivos y dos votos "
        "negativos, para un total de diez. Ha sido aprobado el proyecto de acuerdo.",
        0.6,
        fact="result",
        of="proyecto",
    ),
    Turn(
        "camargo",
        "Queda aprobado en segundo debate, y pasa a sanción de la señora alcaldesa. "
        "Siguiente punto, secretario.",
    ),
)

MOTIONS_AND_CLOSING = (
    Turn(
        "quevedo",
        "Quinto. Proposiciones y varios. Hay una proposición radicada, señora "
        "presidenta.",
        point=5,
    ),
    Turn("camargo", "Léala, por favor."),
    Turn(
        "quevedo",
        f"Proposición número veintisiete. {MOTION}. Firma la concejala Blanca "
        "Inés Vargas Holguín.",
    ),
    Turn("camargo", "Tiene la palabra la autora de la proposición."),
    Turn(
        "vargas",
        "Gracias, presidenta. En el barrio La Estación el agua está saliendo amarilla "
        "hace tres semanas, y el gerente nos contestó con media página. Que venga y "
        "nos explique con cifras.",
    ),
    Turn(
        "camargo",
        "En consideración la proposición leída. Se abre la discusión, anuncio que se "
        "va a cerrar, queda cerrada.",
    ),
    Turn(
        "camargo", "¿Aprueba el concejo la proposición?", fact="asks", of="proposicion"
    ),
    Chorus(("sanabria", "buitrago", "mesa"), "Aprobada."),
    Turn(
        "quevedo",
        "Aprobada por unanimidad, señora presidenta.",
        fact="result",
        of="proposicion",
    ),
    Turn("quevedo", "El orden del día ha sido agotado, señora presidenta."),
    Turn(
        "camargo",
        "Siendo las ocho y veintiocho de la mañana, se levanta la sesión. Se cita para "
        "mañana, viernes trece de noviembre, a las ocho de la mañana. Feliz día.",
        fact="closes",
    ),
)

SESSION: tuple[Turn | Chorus | Recess, ...] = (
    ROLL_CALL + AGENDA + DEBATE + NOMINAL_VOTE + MOTIONS_AND_CLOSING
)
