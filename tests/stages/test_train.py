"""train reads no test row: neither to fit nor to check the shipped file."""

import pytest
from stage_runs import prepare_data, workspace

import train
from percept import paths
from percept.prepared.examples import load_spec


@pytest.mark.parametrize(
    ("task", "num_validation"),
    [("iris", 24), ("xor_gate", 0), ("digits", 288)],
    ids=["table", "no validation", "pixels"],
)
def test_train_ships_a_checked_file_where_no_test_rows_lie(task, num_validation):
    with workspace() as folder:
        prepare_data([f"task={task}", "fit.epochs=2"])
        assert load_spec().rows.validation == num_validation
        for file in (folder / paths.PREPARED).glob("test*.npz"):
            file.unlink()
        train.main()
        assert (folder / paths.MODELS / paths.SHIPPED).is_file()
