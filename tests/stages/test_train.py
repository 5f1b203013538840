"""train reads no test row, neither to fit nor to check the shipped file, and rounds alike on one CPU and on more."""

import os
import subprocess
import sys

import pytest
from stage_runs import prepare_data, workspace

import train
from percept import paths
from percept.prepared.examples import load_spec
from percept.training.environment import num_cpus

ON_CPUS = """
import os, sys
os.sched_setaffinity(0, map(int, sys.argv[2:]))
sys.path.insert(0, sys.argv[1])
import train
train.main()
"""


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


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity") or num_cpus() < 2, reason="the CPUs cannot be chosen here")
def test_convolutions_give_the_same_bits_on_one_cpu_and_on_two():
    command = [sys.executable, "-c", ON_CPUS, str(paths.ROOT / "src")]
    histories, cpus = [], sorted(os.sched_getaffinity(0))
    with workspace() as folder:
        prepare_data(["task=digits_cnn", "fit.epochs=1"])
        for number in (1, 2):
            subprocess.run([*command, *map(str, cpus[:number])], check=True, capture_output=True, cwd=folder)
            histories.append(paths.HISTORY.read_bytes())
    assert histories[0] == histories[1]
