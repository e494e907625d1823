import pytest

from transcription.drift import is_foreign


@pytest.mark.parametrize(
    "text",
    [
        # Whisper base over noise, told that it was English.
        "I'm going to do it.",
        "The council will now vote on the proposal that was read",
        "Honorables concejales, the meeting is now open y queda instalada la sesión",
        "não há mais intervenções, encerramos o debate, muito obrigado",
        "A sessão está aberta e os vereadores foram chamados ao plenário",
        "Signor presidente, il consiglio non ha approvato questo punto della giornata",
        "il n'y a pas de proposition pour la séance et vous avez le quorum",
        "Obrim la sessió amb els regidors que són aquí, perquè també hi ha quòrum",
        "Wir kommen zu dem nächsten Punkt und das ist nicht strittig",
        "Заседание объявляется открытым",
        "proszę o głos panie przewodniczący w sprawie budżetu gminy",
        "het voorstel wordt nu besproken door alle leden tijdens vergadering vandaag",
    ],
)
def test_it_finds_other_languages(text: str) -> None:
    assert is_foreign(text)


@pytest.mark.parametrize(
    "text",
    [
        "Sí.",
        "Presente.",
        "Gladys Idárraga Salazar, Hernán Darío Uribe Posada, Marleny Londoño Vélez.",
        "El software de la empresa Smart City se transmite por Facebook Live.",
        "La persona non grata pagará el ingreso per cápita que has dicho.",
        "Dos recursos se nos dieron, y con eso se une la vereda a la zona alta.",
        "www.concejo-santarita.gov.co y the.mayor@example.com",
        "Quince votos, catorce negativos y uno positivo.",
        "doy por instalada la sesión plenaria convocada para hoy a las nueve y quince",
        # As small models write Spanish: wrong, and yet no other language.
        "hay coro en deliberatorio y desorio siendo coro y siendo las ocho y diez",
        "sirva a se llamar a lista honorable consejales aproviban que da serada",
        "",
    ],
)
def test_it_leaves_spanish_alone(text: str) -> None:
    assert not is_foreign(text)
