"""Words that stand nowhere in what is left of a file: found as one pattern a word would, in a time that does not grow with both."""

import json
import time

from hypothesis import given
from hypothesis import strategies as st

from pipeline.erasure.traces import _as_written, _read_through

LETTERS = st.text("aB1ü-*/%_ Ñ", min_size=1, max_size=8)
BETWEEN = st.sampled_from(["", " ", ",", "\\S\\", "\\n", "--"])


def plainly(texts, words):
    return {word for word in words if not any(_as_written(word).search(text) for text in texts)}


@given(st.sets(LETTERS, max_size=6), st.lists(LETTERS, max_size=6), BETWEEN, st.booleans())
def test_they_are_those_that_no_pattern_finds(words, told, between, is_json):
    text = between.join([*told, *list(words)[:2]])
    texts = [json.dumps(text) if is_json else text, "x"]
    assert _read_through(enumerate(texts, 1), words)[1] == plainly(texts, words)


def test_thousands_of_words_in_twenty_thousand_lines_take_seconds():
    words = {f"LAB//{number}//mg per dL of {number * 7919 % 10_007}" for number in range(5000)}
    texts = [f"{line},LAB//{line % 4999}x,12,value {line % 977}" for line in range(20_000)]
    began = time.process_time()
    assert len(_read_through(enumerate(texts, 1), words)[1]) == 5000
    assert time.process_time() - began < 15
