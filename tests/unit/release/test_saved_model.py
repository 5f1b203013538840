import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from percept.features.encoder import FittedEncoder, encode
from percept.features.encoder_onnx import OUTPUT
from percept.features.table import TableFeatures
from percept.features.target_mean import LearnedTarget
from percept.prepared.spec import RawInput

OPTIONS = st.fixed_dictionaries(
    {
        "scaling": st.sampled_from(["none", "standard", "min_max", "asinh", "robust"]),
        "missing": st.fixed_dictionaries(
            {
                "numeric": st.sampled_from(["median", "mean", "drop"]),
                "category": st.sampled_from(["own_category", "most_frequent"]),
                "indicator": st.booleans(),
            }
        ),
        "max_categories": st.sampled_from([None, 2]),
        "min_frequency": st.sampled_from([None, 2]),
        "target_mean": st.sampled_from([None, 1]),
        "cyclic": st.sampled_from([{}, {"n2": 7}]),
    }
)
NUMBERS = st.one_of(st.just(float("nan")), st.integers(-50, 50).map(float))
WORDS = st.sampled_from(["", "a", "b", "ç", "日本", "😀"])


def columns(numbers: list[float], words: list[str], seed: int) -> dict[str, np.ndarray]:
    """Two numeric and two text inputs, (rows, 1)."""
    rng = np.random.default_rng(seed)
    n, w = np.array(numbers, np.float32), np.array(words, object)
    found = {"n 1": n, "n2": rng.permutation(n), "낱말": w, "w2": rng.permutation(w)}
    return {name: values[:, np.newaxis] for name, values in found.items()}


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(NUMBERS, WORDS), min_size=3, max_size=12), OPTIONS, st.integers(0, 9))
def test_the_encoder_of_tensorflow_gives_what_the_shipped_one_gives(rows, options, seed):
    import tensorflow as tf

    from percept.release.saved_model import Values

    numbers, words = zip(*rows, strict=True)
    train = columns([1.0, *numbers], ["a", *words], seed)  # one value at least
    new = columns([7.0, *numbers[:-1], np.inf], ["never seen", *words], seed + 1)
    inputs = [RawInput(name=n, kind="category" if c.dtype == object else "numeric") for n, c in train.items()]
    target = LearnedTarget(np.arange(len(numbers) + 1.0)[:, np.newaxis], ("y",), np.arange(len(numbers) + 1) % 2)
    encoder = FittedEncoder.fit(TableFeatures(kind="table", **options), inputs, train, target).onnx
    values = Values(onnx.load_from_string(encoder).graph, {name: tf.constant(c) for name, c in new.items()})
    np.testing.assert_allclose(values[OUTPUT], encode(encoder, new), rtol=1e-6, atol=1e-6)


def test_the_encoder_of_tensorflow_takes_an_offset_off_in_64_bits():
    import tensorflow as tf

    from percept.release.saved_model import Values

    train = {"when": 1.7e12 + np.arange(9.0)[:, np.newaxis]}
    inputs = [RawInput(name="when", kind="numeric", double=True)]
    encoder = FittedEncoder.fit(TableFeatures(kind="table"), inputs, train).onnx
    values = Values(onnx.load_from_string(encoder).graph, {"when": tf.constant(train["when"])})
    np.testing.assert_allclose(values[OUTPUT], encode(encoder, train), rtol=1e-6, atol=1e-6)
    assert len(np.unique(values[OUTPUT])) == 9


@settings(deadline=None, max_examples=40)
@given(st.lists(st.text(st.sampled_from("aAéÉßİ1_ .\n\u0301🙂漢अ्"), max_size=20), min_size=1, max_size=9))
def test_the_encoder_of_tensorflow_finds_the_words_that_the_shipped_one_finds(texts):
    import tensorflow as tf

    from percept.release.saved_model import Values

    train = {"text": np.array(["word", *texts * 5], dtype=object)[:, np.newaxis]}
    inputs = [RawInput(name="text", kind="text")]
    encoder = FittedEncoder.fit(TableFeatures(kind="table"), inputs, train).onnx
    for new in (train["text"], train["text"][-1:]):
        values = Values(onnx.load_from_string(encoder).graph, {"text": tf.constant(new)})
        np.testing.assert_array_equal(values[OUTPUT], encode(encoder, {"text": new}))


@pytest.mark.parametrize(
    ("column", "name"),
    [
        ("tenure", "tenure"),
        ("sepal length (cm)", "sepal_length_cm"),
        ("나이", "column_2"),
        ("길이(mm)", "column_2"),
        ("mass ⚖️", "mass"),
        ("2nd", "column_2"),
        ("Plain", "Plain_2"),
    ],
)
def test_a_column_is_named_as_tensorflow_allows_and_no_name_comes_twice(column, name):
    from percept.release.saved_model import signature_names

    assert signature_names(["plain", column]) == {"plain": "plain", column: name}
