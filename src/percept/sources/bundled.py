"""bundled: the small sets that come inside scikit-learn; no network."""

import csv
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from percept.dataset.arrays import save_arrays
from percept.dataset.formats import CsvFormat
from percept.dataset.table import Images, Table
from percept.files.csv import read_csv
from percept.sources.source import SourceOptions

DIGITS = "digits.npz"


class Bundled(SourceOptions):
    """One of scikit-learn's sets: tables as CSV with the column `target` (linnerud: three), digits as pictures."""

    kind: Literal["bundled"]
    name: Literal["breast_cancer", "digits", "iris", "linnerud", "wine"]

    def fetch(self, folder: Path, have: Path | None) -> None:
        if self.name == "digits":
            _save_digits(folder / DIGITS)
            return
        from sklearn import datasets

        data = getattr(datasets, f"load_{self.name}")()
        with (folder / f"{self.name}.csv").open("w", newline="", encoding="utf-8") as stream:
            writer = csv.writer(stream)
            if self.name == "linnerud":
                writer.writerow([*data.feature_names, *data.target_names])
                writer.writerows(np.hstack([data.data, data.target]).tolist())
                return
            writer.writerow([*data.feature_names, "target"])
            for row, label in zip(data.data.tolist(), data.target, strict=True):
                writer.writerow([*row, data.target_names[label]])

    def read(self, folder: Path) -> Images | Table:
        if self.name != "digits":
            return read_csv(folder / f"{self.name}.csv", CsvFormat())
        with np.load(folder / DIGITS) as data:
            return Images(
                pixels=data["images"][..., np.newaxis],
                labels=data["labels"].astype(np.int64),
                classes=tuple(str(digit) for digit in range(10)),
                white=16,
            )


def _save_digits(file: Path) -> None:
    """Save what `load_digits` returns, from the file that it reads: to import scikit-learn takes half a second."""
    package = find_spec("sklearn")
    assert package and package.origin
    rows = np.loadtxt(Path(package.origin).parent / "datasets/data/digits.csv.gz", np.int64, delimiter=",")
    images = rows[:, :-1].reshape(-1, 8, 8).astype(np.uint8)  # (1797, 8, 8), grey levels 0 to 16
    arrays: dict[str, NDArray] = {"images": images, "labels": rows[:, -1]}
    save_arrays(file, arrays)
