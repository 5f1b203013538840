"""One table on its outer splits: percept in clones of the project, peers on the very same rows, and their scores."""

import hashlib
import json
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import pandas as pd
from dev_tables import DevTable
from numpy.typing import NDArray
from other_python import OtherPython
from peers import PEERS, Measured
from processes import HERE, clone_of_head, execute
from table_columns import Kind

SMALLEST = 1e-7  # probability in a log loss


class Clones(ExitStack):
    """Clones of the project at the commits of methods, made when they are asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, Path] = {}

    def of(self, method: str) -> Path:
        """Return the clone of percept@COMMIT, or of HEAD."""
        commit = method.partition("@")[2] or "HEAD"
        if commit not in self.found:
            clone = self.enter_context(clone_of_head())
            execute(["git", "checkout", "--quiet", commit], clone)
            self.found[commit] = clone
        return self.found[commit]

    def version(self, method: str) -> str:
        """Return the commit of percept."""
        return execute(["git", "rev-parse", "--short", "HEAD"], self.of(method)).output.strip()


@dataclass(frozen=True)
class Rows:
    """Rows of a table, in the order of percept's arrays."""

    numbers: NDArray[np.int64]  # in the table, from 0
    y: NDArray  # index of the class, or value

    @classmethod
    def of(cls, told: dict) -> Self:
        return cls(np.array(told["lines"]) - 2, np.array(told["y"]))  # line 1 has the names


@dataclass(frozen=True)
class Split:
    """One outer split of a table: what is learned from and what is tested."""

    classes: list[str]  # none where values are predicted
    learned: Rows
    test: Rows

    @classmethod
    def of(cls, told: dict) -> Self:
        return cls(told["classes"], Rows.of(told["learned"]), Rows.of(told["test"]))

    @property
    def digest(self) -> str:
        """Tell these test rows from others."""
        return hashlib.sha256(np.sort(self.test.numbers).tobytes()).hexdigest()[:12]


class Work:
    """One table, whose task is written and whose rows are told in a clone of HEAD."""

    def __init__(self, table: DevTable, splits: list[int], clones: Clones, other: OtherPython | None = None) -> None:
        """other: has the peers that are not installed here."""
        self.table, self.clones, self.other, self.content = table, clones, other, table.text()
        self.frame = table.frame(self.content)
        clone = self._clone("HEAD")
        command = [sys.executable, str(HERE / "table_rows.py"), table.name, *map(str, splits)]
        told = json.loads(execute(command, clone, settings={"PYTHONPATH": "src"}).output.splitlines()[-1])
        self.splits = {int(number): Split.of(split) for number, split in told.items()}
        for split in self.splits.values():
            self._check_targets(split)

    def result(self, number: int, method: str) -> dict:
        """Return what one method makes of one outer split, as plain values."""
        split = self.splits[number]
        measured = self._by_peer(method, split) if method in PEERS else self._by_percept(method, number)
        return {
            "table": self.table.name,
            "split": number,
            "method": method,
            "version": self._version(method),
            "kind": self.table.kind,
            "test_rows": split.digest,
            **scores(self.table.kind, split.test.y, measured.predicted),
            "fit_s": round(measured.fit_s, 3),
            "predict_s": round(measured.predict_s, 3),
            "bytes": measured.num_bytes,
        }

    def _version(self, method: str) -> str:
        """Return the distribution and version of a peer, or the commit of percept."""
        if method not in PEERS:
            return self.clones.version(method)
        return PEERS[method].version if PEERS[method].is_installed or not self.other else self.other.versions[method]

    def _clone(self, method: str) -> Path:
        """Return the clone of a method, where new_task has written the task."""
        clone = self.clones.of(method)
        if not (clone / f"conf/task/{self.table.name}.yaml").is_file():
            (clone / f"{self.table.name}.csv").write_bytes(self.content)
            execute([sys.executable, "src/new_task.py", *self.table.options], clone)
        return clone

    def _check_targets(self, split: Split) -> None:
        """End the process where a target that percept learns or tests is another than pandas reads in that row."""
        for rows in (split.learned, split.test):
            cells = self.frame[self.table.target].to_numpy()[rows.numbers]
            if split.classes:
                same = cells == np.array(split.classes, dtype=object)[rows.y]
            else:
                same = np.isclose(cells.astype(float), rows.y, rtol=1e-6)
            if not same.all():
                sys.exit(f"tables: {self.table.name}: {(~same).sum()} rows have another target than the file")

    def _by_peer(self, method: str, split: Split) -> Measured:
        columns = self.frame.drop(columns=self.table.target)
        train, test = columns.iloc[split.learned.numbers], columns.iloc[split.test.numbers]
        what = (self.table.kind, train, split.learned.y, test, len(split.classes))
        if self.other is not None and not PEERS[method].is_installed:
            return self.other.measure(method, *what)
        return PEERS[method].measure(*what)

    def _by_percept(self, method: str, number: int) -> Measured:
        """Run the pipeline, and predict the test rows with the shipped file, both as processes from start to exit."""
        name, split, clone = self.table.name, self.splits[number], self._clone(method)
        drawn = [] if self.table.time else ["-S", f"split.test.random_state={number}"]
        run = execute([sys.executable, "-m", "dvc", "exp", "run", "-S", f"task={name}", *drawn], clone)
        if not np.array_equal(np.load(clone / "data/prepared/test.npz")["y"].ravel(), split.test.y):
            sys.exit(f"tables: {method} tested {name} on other rows than those of split {number}")
        lines = self.content.splitlines(keepends=True)
        given, answers = clone / "test_rows.csv", clone / "answers.csv"
        given.write_bytes(b"".join([lines[0], *(lines[1 + row] for row in split.test.numbers)]))
        predicted = execute([sys.executable, "src/predict.py", given.name, "-o", answers.name], clone)
        num_bytes = (clone / "models/model.onnx").stat().st_size
        return Measured(self._answers(answers, split), run.seconds, predicted.seconds, num_bytes)

    def _answers(self, file: Path, split: Split) -> NDArray[np.float64]:
        """Read values, (rows,), or probabilities, (rows, classes): the last columns but that of the flags."""
        width = len(split.classes) if self.table.kind == "multiclass" else 1
        values = pd.read_csv(file).iloc[:, -1 - width : -1].to_numpy(np.float64)
        if np.isnan(values).any():
            sys.exit(f"tables: predict left out {np.isnan(values).any(axis=1).sum()} test rows of {self.table.name}")
        if self.table.kind == "regression":
            return values.ravel()
        return np.hstack([1 - values, values]) if self.table.kind == "binary" else values


def scores(kind: Kind, y: NDArray, predicted: NDArray) -> dict[str, float]:
    """Return `error`, which methods are compared by, and metrics of test rows.

    predicted: (rows,) values, or (rows, classes) probabilities.
    """
    from sklearn.metrics import accuracy_score, log_loss, r2_score, roc_auc_score, root_mean_squared_error

    if kind == "regression":
        error = root_mean_squared_error(y, predicted)
        return {"error": error, "rmse": error, "r2": r2_score(y, predicted)}
    likely = np.clip(predicted, SMALLEST, None)
    loss = log_loss(y, likely / likely.sum(axis=1, keepdims=True), labels=range(predicted.shape[1]))
    found = {"log_loss": loss, "accuracy": accuracy_score(y, predicted.argmax(axis=1))}
    if kind == "multiclass":
        return {"error": loss} | found
    area = roc_auc_score(y, predicted[:, 1])
    return {"error": 1 - area, "auc": area} | found
