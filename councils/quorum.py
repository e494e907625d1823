"""How many members of a corporation it takes to deliberate and to decide."""


def to_deliberate(seats: int) -> int:
    """Fewest members with whom a session may open, ⌈N/4⌉ (Ley 136 de 1994, art. 29).

    `seats` counts the vacant ones too.
    """
    return -(-seats // 4)


def to_decide(seats: int) -> int:
    """Fewest members with whom a decision may be taken: ⌊N/2⌋ + 1.

    More than half of the seats (Constitución, art. 145; Ley 136 de 1994, art. 29).
    """
    return seats // 2 + 1
