"""train reads no test row, neither to fit nor to check the shipped file, and rounds alike on one CPU and on more."""

import os
import subprocess
import sys

import pytest
from omegaconf import OmegaConf
from stage_runs import prepare_data, run_stages, workspace

import train
from percept import paths
from percept.model_file.environment import num_cpus
from percept.prepared.examples import load_spec
from percept.sources.download import sha256

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


def test_target_means_and_no_validation_rows_go_together():
    rows = [f"{number},s{number % 7},{int((number + number // 20) % 7 < 3)}" for number in range(60)]
    task = {
        "defaults": [{"override /features": "table"}, {"override /objective": "binary"}],
        "task": "shops",
        "source": {"kind": "csv", "files": [{"path": "shops.csv", "urls": ["shops.csv"]}]},
        "features": {"numeric": ["size"], "category": ["shop"], "target_mean": 5},
        "split": {"test": {"kind": "last", "rows": 10}, "validation": {"kind": "none"}},
        "objective": {"target": "open", "positive": "1"},
        "fit": {"epochs": 2, "patience": None},
    }
    with workspace() as folder:
        (folder / "shops.csv").write_text("\n".join(["size,shop,open", *rows]) + "\n", encoding="utf-8")
        task["source"]["files"][0]["sha256"] = sha256(folder / "shops.csv")
        (folder / "found/task").mkdir(parents=True)
        text = "# @package _global_\n" + OmegaConf.to_yaml(OmegaConf.create(task))
        (folder / "found/task/shops.yaml").write_text(text, encoding="utf-8")
        run_stages(["task=shops", f"hydra.searchpath=[file://{folder / 'found'}]"])
        assert load_spec().feature_names[-1] == "shop.mean"


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
