import numpy as np
import pytest

from percept.dataset.contract import Violation
from percept.dataset.table import Table
from percept.prepared.contents import Prepared
from percept.prepared.examples import Examples, load_examples, load_raw, load_spec
from percept.prepared.quality import AffectedRows, Quality
from percept.prepared.spec import SUBSETS, DatasetSpec, Pixels, RawInput, RowCounts
from percept.prepared.violations import Violations

QUALITY = Quality(unit="line", contradicting=AffectedRows(count=0, of=3))
COUNTS = RowCounts(source=3, dropped={}, train=1, validation=1, test=1)
ARRAYS = {f"{subset}.npz" for subset in SUBSETS}
ROWS = {f"{subset}_rows.npz" for subset in SUBSETS}


def table(violations: Violations | None = None) -> Prepared:
    spec = DatasetSpec(task="own", raw_inputs=(RawInput(name="a/b", kind="numeric"),), shape=(1,), rows=COUNTS)
    examples = {subset: Examples(np.ones((1, 1), np.float32), np.zeros(1, np.int64)) for subset in SUBSETS}
    columns = {subset: {"a/b": np.full((1, 1), at, np.float32)} for at, subset in enumerate(SUBSETS)}
    return Prepared(spec, examples, QUALITY, encoder=b"onnx", columns=columns, violations=violations)


def pictures() -> Prepared:
    pixels = (RawInput(name="pixels", kind="pixels"),)
    spec = DatasetSpec(task="own", raw_inputs=pixels, shape=(2, 2, 1), pixels=Pixels(scale=1, offset=0), rows=COUNTS)
    examples = {subset: Examples(np.full((1, 2, 2, 1), 7, np.uint8), np.zeros(1, np.int64)) for subset in SUBSETS}
    return Prepared(spec, examples, QUALITY)


@pytest.mark.parametrize(
    ("prepared", "files"),
    [
        (table(), ARRAYS | ROWS | {"encoder.onnx", "spec.json", "quality.json"}),
        (pictures(), ARRAYS | {"spec.json", "quality.json"}),
    ],
)
def test_what_is_saved_is_read_back(tmp_path, prepared, files):
    prepared.save(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == files
    assert load_spec(tmp_path) == prepared.spec and Quality.load(tmp_path) == QUALITY
    for subset in SUBSETS:
        np.testing.assert_array_equal(load_examples(subset, tmp_path).x, prepared.examples[subset].x)
        read, kept = load_raw(subset, prepared.spec, tmp_path), prepared.raw_inputs(subset)
        assert list(read) == list(kept)
        np.testing.assert_array_equal(list(read.values()), list(kept.values()))


def test_rows_that_the_contract_dropped_are_listed(tmp_path):
    cells = {"a": np.array(["1", "-2"], object)}
    broken = Violation("a", "below 0", np.array([False, True]))
    table(Violations(Table("own.csv", cells, np.array([2, 3])), (broken,))).save(tmp_path)
    assert (tmp_path / "violations.csv").read_text().splitlines() == ["line,broken rules,a", "3,a is below 0,-2"]
