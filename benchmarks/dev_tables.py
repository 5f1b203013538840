"""The public tables that defaults are chosen on: where they are, and their text as CSV."""

import csv
import io
import json
import sys
from pathlib import Path
from typing import NamedTuple

import pandas as pd
from processes import HERE
from table_columns import Kind

sys.path.insert(0, str(HERE.parent / "src"))

from percept.errors import UserError
from percept.sources.arff import read_arff
from percept.sources.download import RemoteFile, bring, sha256

FOLDER = HERE.parent / "data" / "own_data"  # of what was downloaded
MISSING = "?"  # beside what pandas takes for missing


class DevTable(NamedTuple):
    """One line of tables.json: a file, and what a person would ask new_task for."""

    name: str
    file: str
    kind: Kind
    target: str
    url: str
    sha256: str
    drop: list[str]
    time: str = ""  # a column of days: the latest rows are the test rows

    @property
    def options(self) -> list[str]:
        """Return the arguments of new_task."""
        time = ["--time", self.time] if self.time else []
        return [f"{self.name}.csv", "--target", self.target, *time, *(f"--drop={name}" for name in self.drop)]

    def splits(self, number: int) -> range:
        """Return the outer splits: by chance as many as asked for, by time one."""
        return range(1 if self.time else number)

    def text(self) -> bytes:
        """Return the table as CSV. Ends the process where the file cannot be had."""
        remote = RemoteFile(path=f"tables/{self.file}", urls=(self.url,), sha256=self.sha256)
        file = FOLDER / remote.path
        try:
            if not file.is_file() or sha256(file) != self.sha256:
                bring(remote, FOLDER)
            return _arff_as_csv(file) if file.suffix == ".arff" else file.read_bytes()
        except UserError as reason:
            sys.exit(f"tables: {reason}")

    def frame(self, text: bytes) -> pd.DataFrame:
        """Read the columns but those to drop: numbers, texts, and days as numbers; the target is text."""
        found = pd.read_csv(io.BytesIO(text), na_values=[MISSING], dtype={self.target: str}).drop(columns=self.drop)
        if self.time:
            found[self.time] = (pd.to_datetime(found[self.time]) - pd.Timestamp(0)) / pd.Timedelta(days=1)
        return found


def load() -> dict[str, DevTable]:
    """Return the tables by name."""
    tables = json.loads(Path(HERE / "tables.json").read_text(encoding="utf-8"))
    return {table["name"]: DevTable(**table) for table in tables}


def _arff_as_csv(file: Path) -> bytes:
    """Write the cells as percept reads them: peers and benchmarks/tables.py take lines of CSV."""
    relation, text = read_arff(file), io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(relation.attributes)
    writer.writerows(relation.cells.tolist())
    return text.getvalue().encode()
