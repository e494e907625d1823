"""Words of a new hearing around sentences that stay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actas.around import Heard, Placed, Word, around, border


def said(start: float, text: str, step: float = 0.5) -> Heard:
    """A sentence with a word each `step` seconds."""
    words = tuple(
        Word(start + i * step, start + (i + 1) * step - 0.1, word)
        for i, word in enumerate(text.split())
    )
    return Heard(start, words[-1].end, text, words)


def texts(placed: Placed) -> list[str]:
    return [piece.text for piece in placed.pieces]


OLD = [
    said(0.0, "Buenos días."),
    said(2.0, "El varrio no tiene agua."),
    said(6.0, "Gracias."),
]
STAYS = (2.0, 4.4)  # somebody corrected the second


def test_it_takes_everything_where_nothing_stays() -> None:
    segments = [said(0.0, "Uno dos."), said(2.0, "Tres.")]
    placed = around(segments, [], OLD)
    assert texts(placed) == ["Uno dos.", "Tres."]
    assert [(p.start, p.end) for p in placed.pieces] == [(0.0, 0.9), (2.0, 2.4)]


def test_it_leaves_out_what_is_under_a_sentence_that_stays() -> None:
    new = [
        said(0.1, "Buenos días."),
        said(2.1, "El barrio no tiene agua."),
        said(6.1, "Gracias."),
    ]
    placed = around(new, [STAYS], OLD)
    assert texts(placed) == ["Buenos días.", "Gracias."]
    assert placed.covered == {1: 0}


def test_it_keeps_what_a_longer_segment_says_beside_it() -> None:
    new = [said(0.4, "Buenos días. El barrio no tiene agua. Gracias.", 0.7)]
    placed = around(new, [STAYS], OLD)
    assert texts(placed) == ["Buenos días.", "Gracias."]
    assert placed.covered == {}
    first, last = placed.pieces
    assert first.start == 0.4
    assert first.end < 2.0 < 4.4 < last.start


@pytest.mark.parametrize("late", [-0.8, -0.4, 0.4, 0.8])
def test_it_goes_by_the_words_where_the_times_differ(late: float) -> None:
    new = [
        said(0.0 + late, "Buenos días."),
        said(2.0 + late, "El barrio no tiene agua."),
    ]
    placed = around(new, [STAYS], OLD)
    assert texts(placed) == ["Buenos días."]


def test_it_goes_by_time_where_no_word_is_the_same() -> None:
    new = [said(0.0, "Hola. Muy bien. Ya no hay nada más.", 0.5)]
    placed = around(new, [STAYS], OLD)
    assert texts(placed) == ["Hola. Muy bien. Ya"]  # «no» is in both


def test_it_is_not_led_astray_by_the_same_word_far_away() -> None:
    old = [said(0.0, "Sí."), said(100.0, "Sí. No. Sí.")]
    new = [said(0.0, "Sí."), said(100.0, "Sí. No. Sí.")]
    placed = around(new, [(100.0, 101.4)], old)
    assert texts(placed) == ["Sí."]


@pytest.mark.parametrize("late", [-0.3, 0.3])
def test_it_tells_the_same_word_said_again_and_again_apart(late: float) -> None:
    old = [said(4.3 * i, "Aprobado.", step=4.0) for i in range(5)]
    new = [said(4.3 * i + late, "Aprobado.", step=4.0) for i in range(5)]
    stay = [(one.start, one.end) for one in old]
    assert around(new, stay, old).pieces == ()
    placed = around(new, stay[1:3], old)
    assert [piece.segment for piece in placed.pieces] == [0, 3, 4]


def test_it_shares_a_segment_without_times_by_its_letters() -> None:
    whole = Heard(0.0, 7.0, "Buenos días. El barrio no tiene agua. Gracias.")
    placed = around([whole], [STAYS], OLD)
    assert texts(placed) == ["Buenos días.", "Gracias."]


def test_it_leaves_out_the_words_of_neighbours_that_both_stay() -> None:
    new = [said(0.0, "Buenos días. El barrio no tiene agua. Gracias.", 0.7)]
    placed = around(new, [(0.0, 0.9), STAYS], OLD)
    assert texts(placed) == ["Gracias."]


def test_it_finds_a_border_before_the_first_and_after_the_last_word() -> None:
    assert border(0.0, [], list(said(5.0, "Uno dos.").words)) == 0
    assert border(50.0, [], list(said(5.0, "Uno dos.").words)) == 2


WORDS = st.lists(
    st.sampled_from(["sí", "no", "agua", "barrio", "gracias"]), min_size=1, max_size=20
)


@given(
    st.lists(WORDS, min_size=1, max_size=5),
    st.lists(WORDS, min_size=1, max_size=5),
    st.data(),
)
def test_it_loses_and_repeats_no_word(old, new, data) -> None:
    def row(sentences: list[list[str]]) -> list[Heard]:
        return [said(20.0 * i, " ".join(words)) for i, words in enumerate(sentences)]

    before, segments = row(old), row(new)
    chosen = data.draw(st.sets(st.sampled_from(range(len(before)))))
    stay = [(before[i].start, before[i].end) for i in sorted(chosen)]
    placed = around(segments, stay, before)
    for index, segment in enumerate(segments):
        left = [p.text for p in placed.pieces if p.segment == index]
        count = sum(len(text.split()) for text in left)
        assert count <= len(segment.words)
        assert (count == 0) == (index in placed.covered)
        if index not in chosen:  # twenty seconds from any that stays
            assert left == [segment.text]
    starts = [piece.start for piece in placed.pieces]
    assert starts == sorted(starts)
