"""Where a tramo begins."""

from sessions.tramos import tramo_of


def test_it_counts_tramos_from_one() -> None:
    assert [tramo_of(s) for s in (-1, 0, 599.9, 600, 1800)] == [1, 1, 1, 2, 4]
