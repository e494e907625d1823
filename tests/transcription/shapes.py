"""What every engine's segments look like, whichever engine heard them."""

from collections.abc import Sequence
from itertools import pairwise

from transcription.engines import Word
from transcription.pipeline import SegmentDraft

SLACK = 0.1  # seconds; engines round their times


def check_shape(
    segments: Sequence[SegmentDraft], seconds: float, *, word_times: bool = True
) -> None:
    """Assert that `segments` of a recording of `seconds` are as pages expect them."""
    assert segments
    for segment in segments:
        assert isinstance(segment, SegmentDraft)
        assert segment.text
        assert segment.text == " ".join(segment.text.split())
        assert -SLACK <= segment.start <= segment.end <= seconds + SLACK
        assert all(isinstance(flag, str) for flag in segment.flags)
        assert bool(segment.words) == word_times
        if word_times:
            _check_words(segment)
    for before, after in pairwise(segments):
        assert before.end <= after.start + SLACK
    assert any(segment.text[-1] in ".?!…" for segment in segments)


def _check_words(segment: SegmentDraft) -> None:
    assert segment.text == " ".join(word.text for word in segment.words)
    assert segment.start == segment.words[0].start
    for word in segment.words:
        assert isinstance(word, Word)
        assert isinstance(word.start, float | int)
        assert 0 <= word.probability <= 1
        assert word.start <= word.end <= segment.end + SLACK
    for before, after in pairwise(segment.words):
        assert before.start <= after.start
