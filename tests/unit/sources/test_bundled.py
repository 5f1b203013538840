"""bundled: what scikit-learn ships, through files and back, is what scikit-learn loads."""

import numpy as np
import pytest
from pydantic import ValidationError
from sklearn import datasets

from percept.sources.bundled import Bundled


def fetched(name: str, folder):
    source = Bundled(kind="bundled", name=name)
    source.fetch(folder, None)
    return source.read(folder)


@pytest.mark.parametrize(("name", "num_rows"), [("breast_cancer", 569), ("iris", 150), ("wine", 178)])
def test_a_table_is_read_back_exactly(tmp_path, name, num_rows):
    table, published = fetched(name, tmp_path), getattr(datasets, f"load_{name}")()
    assert table.num_rows == num_rows
    assert list(table.columns) == [*published.feature_names, "target"]
    numbers = np.stack([table.columns[column].astype(float) for column in published.feature_names], axis=1)
    np.testing.assert_array_equal(numbers, published.data)
    assert table.columns["target"].tolist() == published.target_names[published.target].tolist()


def test_linnerud_has_three_columns_to_predict(tmp_path):
    table, published = fetched("linnerud", tmp_path), datasets.load_linnerud()
    assert list(table.columns) == [*published.feature_names, *published.target_names]
    numbers = np.stack([cells.astype(float) for cells in table.columns.values()], axis=1)
    np.testing.assert_array_equal(numbers, np.hstack([published.data, published.target]))


def test_the_digits_are_read_back_exactly(tmp_path):
    images, published = fetched("digits", tmp_path), datasets.load_digits()
    assert images.num_rows == 1797
    assert images.pixels.dtype == np.uint8 and images.labels.dtype == np.int64
    np.testing.assert_array_equal(images.pixels[..., 0], published.images)
    np.testing.assert_array_equal(images.labels, published.target)
    assert images.classes == tuple("0123456789")
    assert images.is_test is None


def test_two_fetches_write_the_same_bytes(tmp_path):
    contents = []
    for number in "12":
        (tmp_path / number).mkdir()
        fetched("iris", tmp_path / number)
        contents.append((tmp_path / number / "iris.csv").read_bytes())
    assert contents[0] == contents[1]


def test_a_set_that_is_not_bundled_is_answered_with_those_that_are():
    with pytest.raises(ValidationError, match="'breast_cancer', 'digits', 'iris', 'linnerud' or 'wine'"):
        Bundled(kind="bundled", name="mnist")
