import json
from pathlib import Path

import pytest

from transcription.evaluation.truth import TruthError, read, read_list

TURNS = [
    {"text": "Buenos días.", "start": 0, "end": 40},
    {"text": "Presente.", "start": 41, "end": 61},
    {"text": "Se abre la sesión.", "start": 70, "end": 75},
]


def written(folder: Path, content: object) -> Path:
    path = folder / "acta.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def test_it_joins_turns_to_about_a_minute(tmp_path: Path) -> None:
    found = read(written(tmp_path, {"turns": TURNS}))

    assert found.units == ("Buenos días. Presente.", "Se abre la sesión.")
    assert found.text == "Buenos días. Presente. Se abre la sesión."
    assert (found.people, found.terms) == ((), ())


def test_it_knows_people_by_their_surnames(tmp_path: Path) -> None:
    content = {
        "turns": TURNS,
        "roster": [{"name": "Luz Dary Bernal Fonseca"}],
        "guest": [{"name": "Olga Patiño"}],
        "secretary": "Luz Dary Bernal Fonseca",
        "terms": [
            {"name": "Ley 715", "spoken": "Ley setecientos quince"},
            {"name": "Montefrío"},
        ],
    }
    found = read(written(tmp_path, content))

    assert [one.text for one in found.people] == [
        "Olga Patiño",
        "Luz Dary Bernal Fonseca",
    ]
    assert found.people[1].spoken == ("Bernal", "Fonseca")
    assert [one.spoken for one in found.terms] == [
        ("Ley setecientos quince",),
        ("Montefrío",),
    ]


def test_it_reads_plain_text_in_windows(tmp_path: Path) -> None:
    path = tmp_path / "acta.txt"
    path.write_text("\ufeff" + "una palabra\n" * 200, encoding="utf-8")

    assert [len(unit.split()) for unit in read(path).units] == [150, 150, 100]


def test_it_reads_a_list(tmp_path: Path) -> None:
    path = tmp_path / "lista.txt"
    path.write_text("El Tablón\n\n  Invías \n", encoding="utf-8")

    assert [one.text for one in read_list(path)] == ["El Tablón", "Invías"]


@pytest.mark.parametrize(
    "content", [{"turnos": []}, {"turns": [{"text": "hola"}]}, {"turns": [3]}]
)
def test_it_tells_what_form_it_expects(tmp_path: Path, content: object) -> None:
    with pytest.raises(TruthError, match=r"«acta\.json» no tiene la forma"):
        read(written(tmp_path, content))


def test_it_refuses_a_truth_without_words(tmp_path: Path) -> None:
    with pytest.raises(TruthError, match="no tiene palabras"):
        read(written(tmp_path, {"turns": []}))


def test_it_refuses_what_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "acta.txt"
    path.write_bytes(b"\xff\xfe\x00")

    with pytest.raises(TruthError, match="UTF-8"):
        read(path)
    with pytest.raises(TruthError, match="UTF-8"):
        read_list(tmp_path / "no.txt")
