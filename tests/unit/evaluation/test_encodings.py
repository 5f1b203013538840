"""How a network of members sees numbers, drawn for columns whose bins are known."""

import numpy as np
import pytest

from percept.evaluation.predictions import Predictions
from percept.evaluation.tensorboard import pictures
from percept.evaluation.tensorboard.encodings import encodings, shown
from percept.objective import Regression
from percept.prepared.examples import Examples
from percept.prepared.spec import DatasetSpec, RawInput, RowCounts

NUM_ROWS = 500


def judged(bins) -> tuple[Predictions, Examples]:
    """Rows of a number, of which the network takes the double, and of a category."""
    raw = {"size": np.linspace(0, 10, NUM_ROWS)[:, np.newaxis], "city": np.full((NUM_ROWS, 1), "Oslo")}
    raw["size"][3] = np.nan
    x = np.column_stack([np.nan_to_num(2 * raw["size"][:, 0]), np.ones(NUM_ROWS)]).astype(np.float32)
    spec = DatasetSpec(
        task="t",
        raw_inputs=(RawInput(name="size", kind="numeric"), RawInput(name="city", kind="category")),
        shape=(2,),
        feature_names=("size", "city_Oslo"),
        feature_sources=("size", "city"),
        bins=bins,
        targets=("y",),
        rows=RowCounts(source=NUM_ROWS + 1, dropped={}, train=1, validation=0, test=NUM_ROWS),
    )
    y = np.zeros((NUM_ROWS, 1))
    return Predictions(Regression(kind="regression", target="y"), spec, raw, y, y, None), Examples(x, y)


def test_a_number_goes_through_one_bin_after_the_other():
    ((name, found),) = encodings(*judged(((0.0, 5.0, 20.0), ()))).items()
    assert name == "size: 0.1198 to 9.9, 2 bins" and found.shape == (2, pictures.WIDTH)
    numbers = np.linspace(0.1198, 9.9, pictures.WIDTH)
    np.testing.assert_allclose(found[0], np.clip(2 * numbers / 5, 0, 1), atol=2e-3)
    np.testing.assert_allclose(found[1], np.clip((2 * numbers - 5) / 15, 0, 1), atol=2e-3)


@pytest.mark.parametrize(("bins", "num_pictures"), [((), 0), (((), ()), 0), (((0.0, 5.0, 20.0), ()), 1)])
def test_there_is_a_picture_where_a_column_has_bins(bins, num_pictures):
    found = list(shown(*judged(bins)))
    assert [value.tag for value in found] == ["t/encoding of numbers"] * num_pictures
    assert all(value.tensor.string_val[2].startswith(b"\x89PNG") for value in found)
