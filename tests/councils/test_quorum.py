"""How many it takes: the same for the council and for its acta."""

import pytest

from actas.draft import Quorum
from councils.models import Council
from councils.quorum import to_decide, to_deliberate


@pytest.mark.parametrize(
    ("seats", "deliberate", "decide"), [(7, 2, 4), (8, 2, 5), (13, 4, 7), (45, 12, 23)]
)
def test_it_counts_a_quarter_and_more_than_half(
    seats: int, deliberate: int, decide: int
) -> None:
    assert (to_deliberate(seats), to_decide(seats)) == (deliberate, decide)
    council, printed = Council(seats=seats), Quorum(seats=seats, present=0)
    assert council.deliberative_quorum == printed.to_deliberate == deliberate
    assert council.decisive_quorum == printed.to_decide == decide
