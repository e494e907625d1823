from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from transcription.voices.grouping import TurnDraft
from transcription.voices.words import said, timed

A, B = "S1", "S2"


def spoken(*words):
    """Return words of 0.4 s; a number is where the next one begins."""
    found, at = [], 0.0
    for word in words:
        if isinstance(word, str):
            found.append((round(at, 2), round(at + 0.4, 2), word))
            at += 0.4
        else:
            at = word
    return found


def voices(words, turns):
    return [(one.voice, one.text) for one in said(words, turns)]


def test_it_gives_a_segment_within_a_turn_to_its_voice():
    words = spoken("Se", "abre", "la", "sesión.")

    assert voices(words, [TurnDraft(0, 9, A), TurnDraft(9, 12, B)]) == [
        (A, "Se abre la sesión.")
    ]


def test_it_cuts_where_the_voice_changes_and_keeps_the_words():
    words = spoken("Iván", "Posada.", 1.2, "Presente.", 2.1, "Luz", "Ríos.")
    turns = [TurnDraft(0, 0.9, A), TurnDraft(1.1, 1.7, B), TurnDraft(2, 3, A)]

    found = said(words, turns)

    assert [(one.voice, one.text) for one in found] == [
        (A, "Iván Posada."),
        (B, "Presente."),
        (A, "Luz Ríos."),
    ]
    assert [word for one in found for word in one.words] == words


def test_it_keeps_a_short_answer_whose_time_is_wrong_by_a_third_of_a_second():
    words = spoken("Iván", "Posada.", "Presente.", 2.1, "Luz", "Ríos.")
    turns = [TurnDraft(0, 0.8, A), TurnDraft(1.3, 1.8, B), TurnDraft(2, 3, A)]

    assert voices(words, turns)[1] == (B, "Presente.")


def test_it_moves_a_change_to_the_end_of_the_sentence_nearby():
    words = spoken("Tiene", "la", "palabra.", "Gracias,", "señor", "presidente.")

    for change in (0.7, 1.0, 1.2, 1.5, 1.75):
        turns = [TurnDraft(0, change, A), TurnDraft(change, 9, B)]
        assert voices(words, turns) == [
            (A, "Tiene la palabra."),
            (B, "Gracias, señor presidente."),
        ]


def test_it_does_not_take_an_abbreviation_for_the_end_of_a_sentence():
    words = spoken("tiene", "la", "palabra", "el", "Sr.", "Ríos", 2.9, "gracias", "a")
    turns = [TurnDraft(0, 2.4, A), TurnDraft(2.4, 9, B)]

    assert voices(words, turns)[0] == (A, "tiene la palabra el Sr. Ríos")


def test_it_cuts_a_run_of_speech_at_the_word_nearest_the_change():
    words = spoken(*"0123456789")
    turns = [TurnDraft(0, 2.05, A), TurnDraft(2.05, 9, B)]

    assert voices(words, turns) == [
        (A, "0 1 2 3 4"),
        (B, "5 6 7 8 9"),
    ]


def test_it_makes_no_piece_of_a_word_that_reaches_over_a_border():
    words = spoken("Gracias,", "señor", "presidente,", "por", "la", "palabra.")

    assert len(said(words, [TurnDraft(-5, 0.3, A), TurnDraft(0.5, 9, B)])) == 1
    assert len(said(words, [TurnDraft(-5, 2.0, A), TurnDraft(2.1, 9, B)])) == 1


def test_it_lets_a_word_that_begins_in_a_silence_go_with_its_sentence():
    words = [(121.5, 129.2, "Queda"), *[(129.2 + k, 129.6 + k, "x") for k in (0, 1)]]
    turns = [TurnDraft(118, 123, A), TurnDraft(128.5, 140, B)]

    assert voices(words, turns) == [(B, "Queda x x")]


def test_it_leaves_what_no_turn_is_near_to_without_a_voice():
    turns = [TurnDraft(0, 1, A), TurnDraft(8, 9, B)]
    words = spoken("Sí.", 4, "No", "se", "oye.", 8.1, "No.")

    assert voices(words, turns) == [(A, "Sí."), ("", "No se oye."), (B, "No.")]
    assert voices(words, []) == [("", "Sí. No se oye. No.")]
    assert voices(spoken(40, "Lejos."), turns) == [("", "Lejos.")]
    assert voices(spoken(9.2, "Cerca."), turns) == [(B, "Cerca.")]


def test_it_keeps_a_voice_that_nobody_can_tell_apart_from_its_neighbours():
    words = spoken("Aprobado.", 1.0, "Eso.", 2.0, "Gracias.")
    turns = [TurnDraft(0, 0.5, A), TurnDraft(0.9, 1.5, ""), TurnDraft(1.9, 3, A)]

    assert voices(words, turns) == [(A, "Aprobado."), ("", "Eso."), (A, "Gracias.")]


def test_it_marks_what_is_said_at_the_same_time_without_cutting_it():
    words = spoken(*"012345")
    turns = [
        TurnDraft(0, 1, A),
        TurnDraft(1, 1.6, A, overlapped=True),
        TurnDraft(1.6, 9, A),
    ]

    (one,) = said(words, turns)

    assert one.overlapped
    assert not said(words[:2], turns)[0].overlapped


def test_it_says_nothing_of_no_words():
    assert said([], [TurnDraft(0, 1, A)]) == []


def test_it_shares_time_by_letters_where_an_engine_gave_none():
    words = timed("Sí. Tiene la palabra.", 10, 20)

    assert [text for _, _, text in words] == ["Sí.", "Tiene", "la", "palabra."]
    assert words[0][0] == 10
    assert abs(words[-1][1] - 20) < 1e-9
    assert all(one[1] == other[0] for one, other in pairwise(words))
    assert timed("  ", 0, 1) == ()


seconds = st.floats(0, 60, allow_nan=False)


@given(
    st.lists(st.tuples(seconds, seconds, st.sampled_from(["Sí.", "no,", "y", "Dr."]))),
    st.lists(st.tuples(seconds, st.sampled_from(["S1", "S2", "S3", ""]))),
    st.booleans(),
)
def test_it_gives_out_every_word_once_and_in_order(words, changes, overlapped):
    edges = sorted(changes)
    turns = [
        TurnDraft(start, end, voice, overlapped)
        for (start, voice), (end, _) in pairwise(edges)
    ]

    found = said(words, turns)

    assert [word for one in found for word in one.words] == words
    assert all(one.words for one in found)
    assert all(a.voice != b.voice for a, b in pairwise(found))
