"""other_python: peers of another environment. As a script it is what that environment's Python runs.

other_python.py                                says which peers it has, and their versions, as JSON
other_python.py PEER KIND NUM_CLASSES FOLDER   learns and predicts from the files that `OtherPython.measure` wrote
"""

import json
import sys
import tempfile
from pathlib import Path
from subprocess import run

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from peers import PEERS, Measured
from table_columns import Kind, as_typed, load, save


class OtherPython:
    """The Python of an environment, and what it has installed."""

    def __init__(self, python: str) -> None:
        self.python = python
        self.versions: dict[str, str] = json.loads(self._said())

    def measure(
        self, name: str, kind: Kind, train: pd.DataFrame, y: NDArray, test: pd.DataFrame, num_classes: int
    ) -> Measured:
        """Do what `Peer.measure` does, there."""
        with tempfile.TemporaryDirectory(prefix="percept-") as place:
            folder = Path(place)
            for part, columns in zip(("train", "test"), as_typed(train, test), strict=True):
                save(columns, folder / f"{part}.npz")
            np.save(folder / "y.npy", y)
            costs = json.loads(self._said(name, kind, str(num_classes), place).splitlines()[-1])
            return Measured(np.load(folder / "predicted.npy"), **costs)

    def _said(self, *words: str) -> str:
        told = run([self.python, __file__, *words], capture_output=True, text=True, check=False)
        if told.returncode:
            sys.exit(f"tables: {self.python} {' '.join(words)}:\n{told.stderr[-2000:]}")
        return told.stdout


def main() -> None:
    if not sys.argv[1:]:
        print(json.dumps({name: peer.version for name, peer in PEERS.items() if peer.is_installed}))
        return
    name, kind, num_classes, place = sys.argv[1:]
    folder = Path(place)
    train, test = (load(folder / f"{part}.npz") for part in ("train", "test"))
    found = PEERS[name].measure(kind, train, np.load(folder / "y.npy"), test, int(num_classes))  # type: ignore[arg-type]
    np.save(folder / "predicted.npy", found.predicted)
    print()
    print(json.dumps({name: value for name, value in found._asdict().items() if name != "predicted"}))


if __name__ == "__main__":
    main()
