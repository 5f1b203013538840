"""Targets as the loss takes them."""

import numpy as np
import pytest

from percept.errors import UserError
from percept.objective import Multiclass
from percept.prepared.examples import Examples
from percept.prepared.spec import DatasetSpec, RawInput, RowCounts
from percept.training.fit_data import fit_data

ONE_HOT = Multiclass(kind="multiclass", one_hot=True)


def spec(num_classes: int) -> DatasetSpec:
    return DatasetSpec(
        task="toy",
        raw_inputs=(RawInput(name="x", kind="numeric"),),
        shape=(1,),
        classes=tuple(map(str, range(num_classes))),
        rows=RowCounts(source=2, dropped={}, train=1, validation=0, test=1),
    )


class Network:
    output = None


def test_one_hot_rows_have_a_1_at_their_class():
    y = np.array([2, 0, 1, 2])
    found = fit_data(Examples(np.zeros((4, 1), np.float32), y), spec(3), ONE_HOT, Network())
    np.testing.assert_array_equal(found.y, np.eye(3)[y])
    assert found.y.dtype == np.float32


def test_one_hot_rows_of_thousands_of_classes_are_refused_before_they_fill_the_memory():
    y = np.zeros(100_000, np.int64)
    with pytest.raises(UserError, match=r"5,000 classes and 100,000 rows: 1\.9 GiB[\s\S]*leave it at false"):
        fit_data(Examples(np.zeros((100_000, 1), np.float32), y), spec(5000), ONE_HOT, Network())
