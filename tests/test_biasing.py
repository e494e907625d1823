"""The lists that benchmarks/biasing.py gives, without hearing anything."""

import numpy as np
import pytest

from benchmarks import biasing
from transcription.evaluation import Mentions, mentions, score

DEMO = biasing.ROOT / "demo"


@pytest.fixture(scope="module")
def case() -> biasing.Case:
    return biasing.case(DEMO / "recording.opus", DEMO / "truth.json")


def test_it_gives_as_many_distractors_as_terms(case: biasing.Case) -> None:
    assert case.lists["none"] == []
    assert len(case.lists["distractors"]) == len(case.lists["session"]) > 20


def test_it_gives_the_list_of_the_session(case: biasing.Case) -> None:
    given = case.lists["session"]

    assert given[:2] == ["Paola Andrea Forero Díaz", "Nubia Esperanza Camargo Pulido"]
    assert {"Concejo Municipal de Santa Leonor", "El Tablón", "Asotablón"} <= {*given}
    assert {"Camargo", "Pulido"} <= {*case.spoken["session"]}


def test_nobody_says_a_distractor(case: biasing.Case) -> None:
    said = case.truth.text

    assert mentions(case.spoken["distractors"], said, said).spoken == 0


def run(deleted: int, substituted: int) -> biasing.Run:
    units = np.tile([100, substituted, deleted, 0], (10, 1))
    mentions = Mentions(1, 1, 1)
    return biasing.Run(
        score("a " * 100, "b " * substituted + "a " * (100 - substituted)),
        mentions,
        mentions,
        units,
        1.0,
    )


@pytest.mark.parametrize(
    ("second", "helps"),
    [(run(1, 5), True), (run(3, 5), False), (run(1, 15), False)],
)
def test_it_calls_better_what_errs_less_and_loses_no_more(
    second: biasing.Run, helps: bool
) -> None:
    found = {"a": {(True, "none"): run(1, 10), (True, "session"): second}}

    assert biasing.compared(found, (True, "none"), (True, "session"))["helps"] is helps
