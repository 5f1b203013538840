"""A whole run on a table that goes through files, from new_task to the scores: its model is that of one in memory."""

from pathlib import Path

import numpy as np
import pytest
from stage_runs import overrides_of_new_task, run_stages, workspace

from percept import paths
from percept.files.limits import Limits
from percept.model_file.session import predict
from percept.prepared import examples
from percept.prepared.examples import load_raw, load_spec
from percept.profiling.task_options import TaskOptions
from percept.training.engines import keras_fit

NUM_ROWS = 4000
SAMPLED = Limits(cells=NUM_ROWS)
FIT = ("fit.epochs=2", "split.validation.kind=fraction", "+split.validation.fraction=0.2", "~split.validation.num")


def write_table(file: Path) -> None:
    random = np.random.default_rng(0)
    rows = ["size,town,day,bought"]
    for size in random.standard_normal(NUM_ROWS):
        label = "yes" if size + random.standard_normal() / 2 > 0 else "no"
        town, day = random.integers(5), np.datetime64("2024-01-01") + random.integers(300)
        rows.append(f"{size:.4f},town {town},{day},{label}")
    file.write_text("\n".join(rows) + "\n", encoding="utf-8")


@pytest.mark.slow
def test_a_large_table_gives_the_model_of_one_in_memory(monkeypatch):
    monkeypatch.setattr(keras_fit, "MEMORY_SHARE", 1e-12)  # rows in memory come in the same batches
    found = []
    with workspace() as folder:
        write_table(folder / "large.csv")
        task = overrides_of_new_task(folder / "large.csv", TaskOptions(target="bought"), SAMPLED)
        for cells, most in ((1, 0), (10_000_000, examples.MOST_HELD)):
            monkeypatch.setattr(examples, "MOST_HELD", most)
            report = run_stages([*task, *FIT, f"source.limits.cells={cells}"])
            answers = predict(paths.MODELS / paths.SHIPPED, load_raw("test", load_spec()))
            found.append((report, answers["prediction"].tolist(), answers["decision"].tolist()))
            assert sorted(path.name for path in Path("data").iterdir()) == ["prepared", "raw"]
    assert found[0] == found[1] and found[0][0]["test"]["accuracy"] > 0.75
