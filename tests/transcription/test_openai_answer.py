"""What services answer, in the forms that have been seen."""

import json

import pytest

from transcription.engines.openai.answers import Broken, read

JSON = "application/json"


def answer(text: str, **more: object) -> bytes:
    return json.dumps({"text": text, **more}).encode()


def timed(*words: tuple[str, float, float]) -> list[dict]:
    return [{"word": text, "start": start, "end": end} for text, start, end in words]


def sentence(text: str, start: float = 0, end: float = 1, **more: object) -> dict:
    return {"text": text, "start": start, "end": end, **more}


def test_it_puts_punctuation_back_on_words_that_lost_it() -> None:
    words = timed(("buenos", 0, 0.4), ("días", 0.4, 0.9), ("presente", 2, 2.5))
    result = read(answer("¡Buenos días! Presente.", words=words), JSON, 3).result

    said = [(word.text, word.start, word.end) for word in result.words]
    assert said == [("¡Buenos", 0, 0.4), ("días!", 0.4, 0.9), ("Presente.", 2, 2.5)]


def test_it_shares_the_time_of_words_that_are_written_otherwise() -> None:
    words = timed(("acuerdo", 0, 1), ("1", 1, 1.5), ("870", 1.5, 2), ("de", 2, 2.2))
    result = read(answer("Acuerdo 1.870 de", words=words), JSON, 3).result

    assert [(w.text, w.start, w.end) for w in result.words[1:]] == [
        ("1.870", 1, 2),
        ("de", 2, 2.2),
    ]


def test_it_places_words_that_only_the_text_has() -> None:
    words = timed(("se", 0, 0.5), ("aprueba", 1.5, 2))
    result = read(answer("se sí aprueba", words=words), JSON, 3).result
    assert [(w.start, w.end) for w in result.words] == [(0, 0.5), (0.5, 1.5), (1.5, 2)]


def test_it_drops_nothing_that_only_the_list_has() -> None:
    words = timed(("se", 0, 0.5), ("sí", 0.5, 1), ("aprueba", 1.5, 2))
    assert read(answer("se aprueba", words=words), JSON, 3).result.text == (
        "se sí aprueba"
    )


def test_it_reads_words_that_stand_inside_of_segments() -> None:
    inside = [
        {"word": " Buenos", "start": 0.0, "end": 0.5, "probability": 0.4},
        {"word": " días.", "start": 0.5, "end": 1.0, "probability": 0.8},
    ]
    segments = [sentence(" Buenos días.", words=inside)]
    found = read(answer("Buenos días.", segments=segments), JSON, 1)

    assert found.unsure
    assert [word.probability for word in found.result.words] == [0.4, 0.8]
    assert found.result.text == "Buenos días."


def test_it_keeps_text_that_no_segment_holds() -> None:
    segments = [sentence("Buenos días", 0, 1)]
    result = read(answer("Buenos días a todos", segments=segments), JSON, 4).result
    assert result.text == "Buenos días a todos"
    assert len(result.words) == 4


def test_it_does_not_believe_figures_that_were_filled_in() -> None:
    filled = {"avg_logprob": -1.0, "compression_ratio": -1.0, "no_speech_prob": -1.0}
    result = read(answer("Sí", segments=[sentence("Sí", **filled)]), JSON, 1).result
    assert result.avg_logprob is None
    assert result.no_speech is None
    assert result.compression_ratio is None


def test_it_weighs_figures_by_time_and_takes_the_worst_repetition() -> None:
    segments = [
        sentence("uno", 0, 3, avg_logprob=-0.2, compression_ratio=1.1),
        sentence("dos", 3, 4, avg_logprob=-1.0, compression_ratio=2.9),
    ]
    result = read(answer("uno dos", segments=segments), JSON, 4).result
    assert result.avg_logprob == -0.4
    assert result.compression_ratio == 2.9


def test_it_gives_words_the_probability_of_their_sentence() -> None:
    segments = [
        sentence("uno dos", 0, 2, avg_logprob=-0.2),
        sentence("tres", 2, 3, avg_logprob=-1.5),
    ]
    words = timed(("uno", 0, 1), ("dos", 1, 2), ("tres", 2, 3), ("cuatro", 5, 6))
    said = answer("uno dos tres cuatro", words=words, segments=segments)
    found = read(said, JSON, 6)

    sure = [word.probability for word in found.result.words]
    assert sure == [0.819, 0.819, 0.223, 1.0]
    assert not found.unsure  # it is the sentence's, not the word's own


@pytest.mark.parametrize("figure", ["NaN", "Infinity", "1e300", "true"])
def test_it_does_not_trip_over_figures_that_are_none(figure: str) -> None:
    body = (
        '{"text": "uno", "words": [{"word": "uno", "start": 0, "end": 1, '
        f'"probability": {figure}}}], "segments": [{{"text": "uno", "start": 0, '
        f'"end": 1, "avg_logprob": {figure}}}]}}'
    )
    (word,) = read(body.encode(), JSON, 1).result.words
    assert word.probability == 1.0


def test_it_keeps_times_inside_of_the_clip_and_in_order() -> None:
    words = timed(("uno", -1, 0.5), ("dos", 0.2, 0.1), ("tres", 9, 12))
    result = read(answer("uno dos tres", words=words), JSON, 10).result
    said = [(word.start, word.end) for word in result.words]
    assert said == [(0, 0.5), (0.2, 0.2), (9, 10)]


def test_it_reads_plain_text() -> None:
    found = read("Sí, señor.\n".encode(), "text/plain; charset=utf-8", 1)
    assert (found.result.text, found.timed) == ("Sí, señor.", False)


def test_it_reads_silence() -> None:
    found = read(answer("", segments=[], words=[]), JSON, 1)
    assert (found.result.text, found.result.words) == ("", ())


@pytest.mark.parametrize(
    "body", [b"", b'{"text": "Buen', b"<html>", b"{}", b"[1]", b'{"text": null}']
)
def test_it_refuses_what_is_no_answer(body: bytes) -> None:
    with pytest.raises(Broken, match="the answer"):
        read(body, JSON, 1)


@pytest.mark.parametrize("rows", [None, [], [None], [{"word": "x"}], {"a": 1}])
def test_it_reads_text_whatever_else_is_wrong(rows: object) -> None:
    found = read(answer("Sí.", words=rows, segments=rows), JSON, 1)
    assert found.result.text == "Sí."
    assert not found.timed
