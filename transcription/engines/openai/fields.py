"""What a service is asked besides the sound, and what of it it may refuse. [no Django]

Fields as in OpenAI's reference of POST /v1/audio/transcriptions.
"""

import re
from collections.abc import Set
from dataclasses import dataclass
from typing import Any

# What a service may refuse, in the order in which it is given up. OpenAI's names the
# field in its message (gpt-4o-transcribe: «response_format 'verbose_json' is not
# compatible with…»), and so do Groq's and those built with FastAPI.
WORDS, TIMES, PROMPT = "words", "times", "prompt"
KEYWORDS, TEMPERATURE = "keywords", "temperature"
REFUSALS = {
    WORDS: re.compile(r"granularit|timestamp", re.I),
    TIMES: re.compile(r"response_format|verbose_json", re.I),
    PROMPT: re.compile(r"\bprompt\b", re.I),
    KEYWORDS: re.compile(r"\bkeywords\b", re.I),
    TEMPERATURE: re.compile(r"\btemperature\b", re.I),
}
# Takes `languages` and `keywords`, and passes over `language` without a word (OpenAI's
# guide to speech to text, August 2026).
HINTED = re.compile(r"^gpt-transcribe\b")


@dataclass(frozen=True)
class Hints:
    """What the service is told besides the sound."""

    language: str
    terms: tuple[str, ...] = ()  # as many as fit
    manner: str = ""


def of(model: str, hints: Hints, without: Set[str]) -> dict[str, Any]:
    """Return the fields of a request, leaving out what was refused (`without`)."""
    fields: dict[str, Any] = {}
    if TEMPERATURE not in without:
        fields["temperature"] = 0
    fields["response_format"] = "json" if TIMES in without else "verbose_json"
    if not without & {WORDS, TIMES}:
        fields["timestamp_granularities"] = ["word", "segment"]
    prompt = [", ".join(hints.terms), hints.manner]  # last, where it weighs most
    if HINTED.match(model):
        fields["languages"], prompt = [hints.language], [hints.manner]
        if hints.terms and KEYWORDS not in without:
            fields["keywords"] = list(hints.terms)
    else:
        fields["language"] = hints.language
    if any(prompt) and PROMPT not in without:
        fields["prompt"] = ". ".join(filter(None, prompt))
    return fields


def refused(text: str, without: Set[str]) -> str | None:
    """Return what a refusal's `text` names that was still asked for, or None."""
    return next(
        (
            field
            for field, named in REFUSALS.items()
            if field not in without and named.search(text)
        ),
        None,
    )


def carries_terms(model: str) -> str:
    """Return what brings the list of terms to `model`: without it there is no list."""
    return KEYWORDS if HINTED.match(model) else PROMPT
