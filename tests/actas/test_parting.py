"""A segment's words, each to one voice, and none lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actas.around import Heard, Word
from actas.parting import parted, tokens
from transcription.voices.grouping import TurnDraft

A, B = "S1", "S2"


def spoken(text: str, words: list[str] | None = None, start: float = 0.0) -> Heard:
    """Return a segment whose words come every half second, 0.4 s long."""
    words = text.split() if words is None else words
    timed = [
        Word(start + n / 2, start + n / 2 + 0.4, word) for n, word in enumerate(words)
    ]
    return Heard(start, timed[-1].end if timed else start + 5, text, tuple(timed))


def texts(segment: Heard, *turns: TurnDraft) -> list[tuple[str | None, str]]:
    return [(one.voice, one.heard.text) for one in parted(segment, turns)]


def test_it_leaves_a_segment_as_it_is_without_turns() -> None:
    segment = spoken("Señora  presidenta.")
    (one,) = parted(segment, [])
    assert (one.heard is segment, one.voice, one.overlapped) == (True, None, False)


def test_it_leaves_what_one_voice_says_as_it_is() -> None:
    segment = spoken("Se  abre.")
    (one,) = parted(segment, [TurnDraft(0, 9, A, overlapped=True)])
    assert (one.heard is segment, one.voice, one.overlapped) == (True, A, True)


def test_it_parts_a_roll_call() -> None:
    segment = spoken("Iván Posada. Presente. Luz Ríos.", start=60.0)
    turns = [
        TurnDraft(60, 60.95, A), TurnDraft(60.95, 61.45, B), TurnDraft(61.45, 63, A)
    ]  # fmt: skip
    pieces = parted(segment, turns)
    assert [(one.voice, one.heard.text) for one in pieces] == [
        (A, "Iván Posada."),
        (B, "Presente."),
        (A, "Luz Ríos."),
    ]
    spans = [(one.heard.start, one.heard.end) for one in pieces]
    assert spans == [(60.0, 60.9), (61.0, 61.4), (61.5, 62.4)]


def test_it_gives_nobody_what_no_turn_holds() -> None:
    assert texts(spoken("Se abre."), TurnDraft(100, 101, A)) == [("", "Se abre.")]


def test_it_parts_by_letters_where_no_times_are_known() -> None:
    segment = Heard(0, 10, "Tiene la palabra. Gracias, presidenta.")
    found = texts(segment, TurnDraft(0, 5, A), TurnDraft(5, 10, B))
    assert found == [(A, "Tiene la palabra."), (B, "Gracias, presidenta.")]


def test_it_takes_words_as_they_are_written() -> None:
    words = [" El", " co", "-autor", " dijo", ":", " ¿sí", "?"]
    segment = spoken("El co-autor dijo: ¿sí?", words)
    found = [(word.text, word.start, word.end) for word in tokens(segment)]
    assert found == [
        ("El", 0.0, 0.4),
        ("co-autor", 0.5, 1.4),
        ("dijo:", 1.5, 2.4),
        ("¿sí?", 2.5, 3.4),
    ]


@pytest.mark.parametrize("words", [["Otra", "cosa."], ["Se"], [], ["", "Se", "abre."]])
def test_it_loses_no_text_whatever_words_the_engine_gives(words: list[str]) -> None:
    assert [word.text for word in tokens(spoken("Se abre.", words))] == ["Se", "abre."]


times = st.floats(0, 30).map(lambda second: round(second, 2))
written = st.lists(st.text("aeñ.,-", min_size=1, max_size=5), min_size=1, max_size=20)
turns = st.lists(st.tuples(times, times, st.sampled_from(["", A, B]), st.booleans()))


@given(
    written,
    st.lists(st.tuples(times, times), min_size=20, max_size=20),
    turns,
    st.booleans(),
)
def test_it_counts_the_same_words_in_and_out(words, spans, rows, is_timed) -> None:
    timed = [
        Word(start, end, text) for (start, end), text in zip(spans, words, strict=False)
    ]
    text = " ".join(words)
    segment = Heard(0.0, 30.0, text, tuple(timed) if is_timed else ())
    drafts = [
        TurnDraft(min(a, b), max(a, b), voice, overlapped)
        for a, b, voice, overlapped in sorted(rows)
    ]
    pieces = parted(segment, drafts)
    assert " ".join(one.heard.text for one in pieces).split() == words
    starts = [one.heard.start for one in pieces]
    assert starts == sorted(starts)
    assert all(one.heard.start <= one.heard.end for one in pieces)
