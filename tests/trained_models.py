"""Small models in folders of their own, and src/predict.py as a person runs it there."""

import csv
import hashlib
import io
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from stage_runs import run_stages, workspace

from percept import paths
from percept.model_file import session as shipped
from percept.model_file.metadata import Metadata
from percept.prepared.examples import load_examples, load_raw, load_spec

ROOT = Path(__file__).parents[1]


NUM_ROWS, NUM_TEST = 200, 50


KINDS = {
    "binary": ["objective.target=left", "objective.positive=yes", "objective.threshold=f1"],
    "multiclass": ["objective.target=plan2"],
    "multilabel": ["objective.target=['likes tea', 'likes 커피']", "objective.positive=yes"],
    "regression": ["objective.target=[rent, flags]", "objective.scale_target=true"],
    "folded": [
        *("objective.target=left", "objective.positive=yes"),
        *("++source.fold=[plan]", "features.category=[plan, floor]"),
    ],
    "units": ["objective.target=left", "objective.positive=yes", "++source.units=[{column: age, unit: years}]"],
    "gaps": ["objective=regression", "objective.target=rent", "features.missing.numeric=drop"],
}


OBJECTIVES = {"folded": "binary", "units": "binary", "gaps": "regression"}  # of kinds that are not named so
TARGETS = ("left", "plan2", "likes tea", "likes 커피", "rent", "flags")


@dataclass(frozen=True)
class Trained:
    """A model in a folder of its own, without data, parameters or DVC."""

    folder: Path
    rows: list[dict[str, str]]  # that it was tested on
    found: dict[str, np.ndarray]  # what evaluate's way of running it gives for them
    metadata: Metadata

    def predict(self, *arguments: str, check: bool = True, text: str | None = None) -> subprocess.CompletedProcess:
        command = [sys.executable, str(ROOT / "src/predict.py"), *map(str, arguments)]
        done = subprocess.run(
            command, cwd=self.folder, input=text, capture_output=True, encoding="utf-8", timeout=120, check=False
        )
        assert not check or done.returncode == 0, done.stderr
        return done

    def refused(self, *arguments: str, text: str | None = None) -> str:
        """What is said about it; nothing is given."""
        done = self.predict(*arguments, check=False, text=text)
        assert (done.returncode, done.stdout) == (1, "") and "Traceback" not in done.stderr
        assert "expected: " in done.stderr and "what to do: " in done.stderr
        return done.stderr

    def table(self, *changes: tuple[int, str, str], num_rows: int = 5) -> str:
        """CSV of the first test rows, without targets; changes: (row, column, cell)."""
        rows = [{name: cell for name, cell in row.items() if name not in TARGETS} for row in self.rows[:num_rows]]
        for row, column, cell in changes:
            rows[row][column] = cell
        return as_csv(rows)


def as_csv(rows: list[dict[str, str]]) -> str:
    stream = io.StringIO()
    writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def customers() -> list[dict[str, str]]:
    """Numbers, gaps, categories and dates, and answers that follow from them."""
    random = np.random.default_rng(0)
    age, income = random.integers(18, 91, NUM_ROWS), random.integers(10, 99, NUM_ROWS) * 100
    pro = random.random(NUM_ROWS) < 0.5
    day = np.datetime64("2024-01-01") + random.integers(0, 365, NUM_ROWS)
    columns = {
        "id": [f"c{row}" for row in range(NUM_ROWS)],
        "age": age,
        "income": [cell if random.random() < 0.9 else "" for cell in income],
        "spent": income // 4,
        "plan": np.where(pro, "pro", "basic"),
        "floor": [f"{cell % 3}.0" if cell % 7 else "" for cell in age],
        "joined": day,
        "left": np.where(age > 50, "yes", "no"),
        "plan2": [("x", "y", "z")[cell // 31] for cell in age],
        "likes tea": np.where(age > 40, "yes", "no"),
        "likes 커피": np.where(pro, "yes", "no"),
        "rent": age * 10.5,
        "flags": income * 2,
    }
    return [dict(zip(columns, map(str, row), strict=True)) for row in zip(*columns.values(), strict=True)]


def options(kind: str, file: Path) -> list[str]:
    digest, form = hashlib.sha256(file.read_bytes()).hexdigest(), file.suffix[1:]
    return [
        "task=iris",
        "~source.name",
        f"objective={OBJECTIVES.get(kind, kind)}",
        f"source={{kind: {form}, files: [{{path: {file.name}, urls: ['{file}'], sha256: '{digest}'}}]}}",
        "features.numeric=[age, income, spent, share]",
        "features.category=[plan]",
        "features.drop=rest",
        "++features.date={joined: '%Y-%m-%d'}",
        "++features.derive={share: spent / income}",
        *("~split.test", f"+split.test={{kind: last, fraction: {NUM_TEST / NUM_ROWS}}}"),
        *("~split.validation", "+split.validation={kind: last, fraction: 0.2}"),
        "optimizer.learning_rate=0.02",
        "fit.epochs=20",
        *KINDS[kind],
    ]


def trained(kind: str, folder: Path, file: Path | None = None) -> Trained:
    """Of the digits, or of `customers`, which a file may hold."""
    rows = customers()
    with workspace() as place:
        if kind == "pictures":
            run_stages(["task=digits", "fit.epochs=5"])
        else:
            (place / "rows.csv").write_text(as_csv(rows), encoding="utf-8")
            run_stages(options(kind, file or place / "rows.csv"))
        model = paths.MODELS / paths.SHIPPED
        found = shipped.predict(model, load_raw("test", load_spec()))
        shutil.copytree(place / paths.MODELS, folder / paths.MODELS)
        if kind == "pictures":
            np.save(folder / "test.npy", load_examples("test").x)
        metadata = Metadata.from_texts(shipped.read_metadata(model))
    return Trained(folder, rows[-NUM_TEST:], found, metadata)


def columns_of(text: str) -> list[str]:
    return next(csv.reader(io.StringIO(text)))


def numbers(rows: list[dict[str, str]], column: str) -> np.ndarray:
    return np.array([row[column] for row in rows], np.float32)
