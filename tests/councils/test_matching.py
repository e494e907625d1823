"""Which voices are people whom a council remembers: the rule, on literals."""

import numpy as np
import pytest

from councils.matching import FLOOR, MARGIN, PAIRS, Match, likeness, matches

ANA, BEA = 1, 2
ALIKE = 0.6  # the two most similar voices of the session


def test_it_takes_what_stands_out_of_the_session() -> None:
    scores = {"S1": {ANA: 0.9, BEA: 0.3}, "S2": {ANA: 0.2, BEA: 0.1}}
    assert matches(scores, ALIKE) == {"S1": Match(ANA, 0.9, pytest.approx(0.6))}


@pytest.mark.parametrize(
    ("score", "alike", "taken"),
    [
        (0.66, 0.60, True),
        (0.64, 0.60, False),  # hardly more than two different people of this session
        (0.90, 0.92, False),
        (FLOOR, 0.10, True),
        (FLOOR - 0.01, 0.10, False),  # however little alike the others are
    ],
)
def test_it_asks_for_more_where_voices_are_more_alike(
    score: float, alike: float, taken: bool
) -> None:
    assert ("S1" in matches({"S1": {ANA: score}}, alike)) is taken


@pytest.mark.parametrize(("second", "taken"), [(0.74, True), (0.76, False)])
def test_it_leaves_open_what_two_people_could_be(second: float, taken: bool) -> None:
    found = matches({"S1": {ANA: 0.8, BEA: second}}, ALIKE)
    assert ("S1" in found) is taken
    assert taken or 0.8 - second < MARGIN


def test_it_gives_a_person_to_the_nearest_voice_only() -> None:
    scores = {"S1": {ANA: 0.80}, "S2": {ANA: 0.95}, "S3": {ANA: 0.90}}
    assert set(matches(scores, ALIKE)) == {"S2"}


def test_it_does_not_give_the_second_best_person_instead() -> None:
    """S1 is nearest to Ana, whose nearest is S2: Bea is no consolation."""
    scores = {"S1": {ANA: 0.85, BEA: 0.7}, "S2": {ANA: 0.95, BEA: 0.1}}
    assert set(matches(scores, ALIKE)) == {"S2"}


def test_it_says_nothing_where_too_few_voices_tell_how_alike_people_sound() -> None:
    assert matches({"S1": {ANA: 0.99}}, None) == {}
    assert matches({}, ALIKE) == {}
    assert matches({"S1": {}}, ALIKE) == {}


def test_it_measures_the_two_most_similar_voices() -> None:
    voices = np.eye(8)
    voices[7] = [0.8, 0, 0, 0, 0, 0, 0, 0.6]
    assert likeness(3 * voices) == pytest.approx(0.8)


def test_it_needs_nineteen_pairs() -> None:
    """Seven voices make 21: above them all by chance is once in 22 times."""
    assert PAIRS == 19
    assert likeness(np.eye(6)) is None
    assert likeness(np.eye(7)) == 0.0
    assert likeness(np.zeros((0, 4))) is None
