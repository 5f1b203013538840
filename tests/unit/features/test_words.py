"""Which words of free texts are inputs, and that the shipped encoder finds what Python finds."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from percept.dataset.words import words
from percept.errors import UserError
from percept.features.encoder import FittedEncoder, encode
from percept.features.table import TableFeatures
from percept.features.words import FEWEST, ROWS_FOR_ONE, Words, frequent_words
from percept.prepared.raw_inputs import CHARS
from percept.prepared.spec import RawInput

REVIEW = RawInput(name="review", kind="text")
AWKWARD = st.text(st.sampled_from("aAbBtTéÉßİiıΣσςǅﬁ01²½_.,'’-\n\0 \u0301\u200d\ufe0f🙂漢字ไท한अ्"), max_size=40)  # noqa: RUF001
ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
TEXTS = st.lists(st.one_of(AWKWARD, ANY), min_size=1, max_size=12)


def column(texts) -> dict[str, np.ndarray]:
    return {"review": np.array(list(texts), dtype=object)[:, np.newaxis]}


def features(**options) -> TableFeatures:
    return TableFeatures(kind="table", text=("review",), **options)


def fit(train, **options) -> FittedEncoder:
    return FittedEncoder.fit(features(**options), [REVIEW], column(train))


def vocabulary(train, **options) -> dict[str, tuple[str, ...]]:
    (found,) = frequent_words(features(**options), [REVIEW], column(train))
    assert isinstance(found, Words)
    return found.spellings


def expected(texts, chosen: dict[str, tuple[str, ...]]) -> np.ndarray:
    """What Python finds: (rows, words)."""
    found = [set(words(text)) for text in texts]
    return np.array([[not spelled.isdisjoint(written) for written in chosen.values()] for spelled in found], float)


@settings(deadline=None, max_examples=150)
@given(TEXTS, TEXTS)
def test_the_shipped_encoder_finds_the_words_that_python_finds(train, new):
    train = [*train * FEWEST, "word"]
    encoder = fit(train)
    for texts in (train, new):
        np.testing.assert_array_equal(encode(encoder.onnx, column(texts)), expected(texts, vocabulary(train)))


@settings(deadline=None, max_examples=50)
@given(TEXTS)
def test_in_the_training_rows_a_word_is_found_however_it_is_spelled(train):
    train = [*train * FEWEST, "word"]
    small = [{word.lower() for word in words(text)} for text in train]
    found = [[word in text for word in vocabulary(train)] for text in small]
    np.testing.assert_array_equal(encode(fit(train).onnx, column(train)), found)


def test_every_character_parts_words_in_the_shipped_encoder_as_in_python():
    encoder, chosen = fit(["a b"] * FEWEST), vocabulary(["a b"] * FEWEST)
    empty = range(0x40000, 0xE0000, 97)  # ten planes without a character, of which some points will do
    points = [*range(0xD800), *range(0xE000, 0x40000), *empty, *range(0xE0000, 0x110000)]
    texts = [f"a{chr(point)}b" for point in points]
    np.testing.assert_array_equal(encode(encoder.onnx, column(texts)), expected(texts, chosen))


def test_an_input_has_the_name_of_its_column_and_its_word():
    encoder = fit(["Good food", "good FOOD!"] * FEWEST)
    assert encoder.feature_names == ("review: food", "review: good")
    assert encoder.feature_sources == ("review", "review")
    found = encode(encoder.onnx, column(["good", "Food GOOD good", "gOoD", ""]))
    np.testing.assert_array_equal(found, [[0, 1], [1, 1], [0, 0], [0, 0]])


def test_words_of_few_training_rows_are_no_inputs_and_the_most_frequent_come_first():
    train = ["often often", "often rare rare rare rare rare", *["often some"] * FEWEST, *["other often"] * (FEWEST + 1)]
    assert set(vocabulary(train)) == {"often", "some", "other"}
    assert set(vocabulary(train, words=2)) == {"often", "other"}


def test_of_many_rows_a_share_must_have_a_word():
    rare = [*["rare"] * 9, *["usual"] * 10]
    assert set(vocabulary([*rare, *["often"] * (10 * ROWS_FOR_ONE - len(rare))])) == {"often", "usual"}


def test_where_all_words_are_rare_the_most_frequent_one_is_an_input():
    assert set(vocabulary(["b a", "b"])) == {"b"}


@pytest.mark.parametrize("texts", [["", ""], ["!", "\ufe0f"]])
def test_a_column_without_a_word_is_refused(texts):
    with pytest.raises(UserError, match=r"'review'(.|\n)*no training row has a word"):
        fit(texts)


def test_numbers_and_categories_stand_before_words_and_target_means_behind():
    inputs = [RawInput(name="n", kind="numeric"), RawInput(name="c", kind="category"), REVIEW]
    train = {"n": np.arange(10.0, dtype=np.float32)[:, np.newaxis]}
    train |= {"c": np.array(list("ab" * 5), object)[:, np.newaxis]} | column(["yes", "no yes"] * 5)
    encoder = FittedEncoder.fit(features(scaling="none"), inputs, train)
    assert encoder.feature_names == ("n", "c_a", "c_b", "review: no", "review: yes")
    np.testing.assert_array_equal(encode(encoder.onnx, train)[:2], [[0, 1, 0, 0, 1], [1, 0, 1, 1, 1]])


def test_very_long_texts_are_encoded_in_parts():
    encoder = fit(["good", "bad"] * FEWEST)
    texts = ["a " * (CHARS // 64), *["good bad"] * 40, "bad", ""]
    found = encode(encoder.onnx, column(texts))
    np.testing.assert_array_equal(found, [[0, 0], *[[1, 1]] * 40, [1, 0], [0, 0]])


def test_no_rows_give_no_rows():
    assert encode(fit(["good bad"] * FEWEST).onnx, column([])).shape == (0, 2)
