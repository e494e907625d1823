"""The arithmetic of a vote."""

import pytest

from sessions.votes import Count

YES, NO, IMPEDED, ABSENT = "si", "no", "impedido", "ausente"


@pytest.mark.parametrize(
    ("present", "yes", "no", "result"),
    [
        (9, 5, 4, "aprobada"),
        (9, 4, 5, "negada"),
        (8, 4, 4, "empate"),
        (9, 4, 3, "sin decision"),  # nobody reached five
        (4, 4, 0, "sin decision"),  # no quórum to decide
        (9, 5, None, ""),
        (None, 5, 4, ""),
    ],
)
def test_it_suggests_what_the_numbers_give(
    present: int | None, yes: int, no: int | None, result: str
) -> None:
    assert Count(present, (yes, no), to_decide=5).suggested == result


@pytest.mark.parametrize(
    ("attendees", "majority"), [(7, 4), (8, 5), (9, 5), (12, 7), (1, 1)]
)
def test_it_takes_more_than_half_of_the_attendees(
    attendees: int, majority: int
) -> None:
    assert Count(attendees).majority == majority


def test_it_counts_out_the_impeded_only_in_an_asamblea() -> None:
    listed = (YES, YES, IMPEDED, IMPEDED, ABSENT)
    assert Count(4, listed=listed).majority == 3
    assert Count(4, listed=listed, impeded_leave=True).majority == 2


def test_it_has_nothing_to_say_when_everything_agrees() -> None:
    listed = (YES, YES, NO, ABSENT)
    assert Count(3, (2, 1), listed, "aprobada", to_decide=3).warnings == []
    assert Count(3, (2, 1), None, "aprobada", to_decide=3).warnings == []
    assert Count(None, (None, None)).warnings == []


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (Count(3, (3, 0), (YES, YES, NO)), "Se anunciaron 3 por el sí"),
        (Count(3, (2, 0), (YES, YES, "")), "Falta anotar el voto de 1 concejal"),
        (Count(4, (2, 1), (YES, YES, NO)), "Suman 3 y en la asistencia hay 4"),
        (Count(9, (6, 2)), "Suman 8 y en la asistencia hay 9"),
        (Count(3, (1, 2), None, "aprobada", 2), "las cuentas dan «negada»"),
        (Count(4, (4, 0), None, "aprobada", 5), "no había quórum para decidir"),
    ],
)
def test_it_says_what_does_not_agree(count: Count, said: str) -> None:
    assert any(said in warning for warning in count.warnings)


def test_it_does_not_take_an_unsaid_total_for_zero() -> None:
    assert Count(3, (2, None), (YES, YES, NO)).warnings == []
