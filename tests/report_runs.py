"""A run of each kind of task in a folder of its own, with its report."""

import contextlib
import csv
import hashlib
import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from stage_runs import run_stages, workspace

import report
from percept import paths

HOSTILE = '<b>yes & "no"</b>'  # a class, a category and a column may be called anything
LONG = "a_column_as_programs_name_them_Mean_Acc1298_Std_Mem40"
KINDS = {
    "binary": [
        "objective=binary",
        "objective.target=left",
        f"objective.positive='{HOSTILE}'",
        "features.drop=[tea, coffee, rent, price]",
    ],
    "multilabel": ["objective=multilabel", "objective.target=[tea, coffee]", "features.drop=[left, rent, price]"],
    "regression": ["objective=regression", "objective.target=rent", "features.drop=[left, tea, coffee, price]"],
    "targets": ["objective=regression", "objective.target=[rent, price]", "features.drop=[left, tea, coffee]"],
}
BUNDLED = {
    "multiclass": ["task=iris", "fit.epochs=5"],
    "pictures": ["task=digits", "fit.epochs=3"],
    "truth_table": ["task=xor_gate", "fit.epochs=2"],
}
NUM_ROWS = 600


@dataclass(frozen=True)
class Reported:
    """What a run left."""

    folder: Path

    @property
    def page(self) -> str:
        return self.file.read_text(encoding="utf-8")

    @property
    def file(self) -> Path:
        return self.folder / paths.REPORT

    @property
    def metrics(self) -> dict:
        return json.loads((self.folder / paths.METRICS).read_text(encoding="utf-8"))


def write_table(path: Path) -> None:
    """Rows whose answers follow from a, but not in one of the cities."""
    random = np.random.default_rng(0)
    a, noise = random.normal(size=(2, NUM_ROWS))
    city = random.choice([HOSTILE, "Oslo", "서울"], NUM_ROWS)
    known = np.where(city == "Oslo", noise, a)
    columns = {
        LONG: a,
        HOSTILE: city,
        "joined": np.datetime64("2024-01-01") + np.arange(NUM_ROWS),
        "left": np.where(known > 0, HOSTILE, "no"),
        "tea": (known > 0.5).astype(int),
        "coffee": (known < 0).astype(int),
        "rent": 3 + known,
        "price": 300 + 50 * known,
    }
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))


def overrides(kind: str, folder: Path) -> list[str]:
    if kind in BUNDLED:
        return BUNDLED[kind]
    write_table(folder / "rows.csv")
    digest = hashlib.sha256((folder / "rows.csv").read_bytes()).hexdigest()
    part = "{kind: fraction, fraction: 0.3, stratify: false}"
    return [
        "task=iris",
        "~source.name",
        f"source={{kind: csv, files: [{{path: rows.csv, urls: [rows.csv], sha256: '{digest}'}}]}}",
        f"split={{test: {part}, validation: {part}}}",
        f"features.category=['{HOSTILE}']",
        "features.date={joined: '%Y-%m-%d'}",
        "fit.epochs=5",
        *KINDS[kind],
    ]


def reported(kind: str, folder: Path) -> Reported:
    """Run all stages and the report; what they leave is kept in `folder`."""
    with workspace() as work:
        run_stages(overrides(kind, work))
        with contextlib.suppress(FileNotFoundError):
            shutil.rmtree(folder)
        report.main()
        shutil.copytree(work, folder, symlinks=True)
    return Reported(folder)
