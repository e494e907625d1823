"""Text that drifted out of Spanish, told without a model. [no Django]"""

import re
from collections.abc import Sequence

from transcription.evaluation.normaliser import without_accents

# The commonest words of each language that Spanish never writes so, bare of accents.
# What Spanish writes too is left out («has», «he», «les», «sur», «porque», «den»…),
# and what stands in its set phrases («per cápita», «persona non grata»).
COMMON = {
    "english": "the and of is that it you for this with are was have be not what on "
    "they we his but from she will would there their all been if by or an which were "
    "when your about to can our",
    "portuguese": "nao uma com em isso muito sao voce tambem entao obrigado ao foi "
    "mais pela seu sua ele ela eu tem estao os as ja bem depois pelos "
    "senhor senhora vereador",
    "italian": "che di il della sono gli questo anche perche ma ci piu nel dei "
    "delle ed dello ho siamo quello essere grazie molto consiglio signor",
    "french": "des et est pour dans vous nous avec pas qui au du je il elle cette "
    "mais sont ont aux monsieur",
    "catalan": "amb els aquest molt perque tambe aixo dels seva gracies",
    "german": "der die und das ist nicht ein eine mit zu von wir sie dem",
}
WORDS = {language: frozenset(words.split()) for language, words in COMMON.items()}
COMMON_SPANISH = (
    "de la que el en y a los se del las un por con no una su para es al lo como mas o "
    "pero sus le ha me si sin sobre este ya todo esta muy senor senora nos son fue "
    "hay era ser tiene porque cuando muchas gracias desde hasta donde quien todos "
    "usted ustedes les entre ni hoy aqui ahora eso esa ese estos estas entonces "
    "tambien vamos doctor presidente concejal concejales aprobado cada otro uno dos "
    "tres cuatro cinco diez mil secretario secretaria voto votos positivo positivos "
    "negativo negativos punto acuerdo proyecto articulo"
)
SPANISH = frozenset(COMMON_SPANISH.split())
FOREIGN_LETTER = re.compile(r"[çãõêôâàèìòùäößøåæœłąęśźżćńčšžřěůğışőűăâîțșđ]")
OTHER_SCRIPT = re.compile(r"[\u0370-\u1fff\u2e80-\uffdc]{2}")
ADDRESS = re.compile(r"\S*(?:@|://|www\.|\.com\b|\.gov\b)\S*")
NEAR = 10  # words
HITS = 2  # of one language so near to each other; in 3,000 lines of actas, none
FEWEST = 10  # small words of a text from which their share says something
SHARE = 0.1  # of Spanish among them; half of what people say are such words


def is_foreign(text: str) -> bool:
    """Tell text that is not Spanish, or a run of another language inside it.

    Limits: what is quoted in another language counts as well, as it should be looked
    at, and so does a name with two such words («Bank of the West»). A single foreign
    word in a Spanish sentence is not seen.
    """
    said = re.findall(r"\w+", ADDRESS.sub(" ", text))
    plain = [without_accents(word.lower()) for word in said]
    if OTHER_SCRIPT.search(text):
        return True
    odd = [word for word in said if word[0].islower() and FOREIGN_LETTER.search(word)]
    if len(odd) >= 2:
        return True
    return any(_runs(plain, own) for own in WORDS.values()) or _strange(said, plain)


def _runs(words: Sequence[str], known: frozenset[str]) -> bool:
    """Whether HITS common words of a language stand together."""
    at = [index for index, word in enumerate(words) if word in known]
    near = zip(at, at[HITS - 1 :], strict=False)
    return any(last - first < NEAR for first, last in near)


def _strange(said: Sequence[str], plain: Sequence[str]) -> bool:
    """Whether a longer text in small letters has hardly a common Spanish word."""
    small = [word for word, whole in zip(plain, said, strict=True) if whole.islower()]
    if len(small) < FEWEST or len(small) < len(said) / 2:
        return False  # a list of names
    return sum(word in SPANISH for word in small) < SHARE * len(small)
