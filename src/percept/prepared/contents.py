"""All that data/prepared holds, in memory, and how it is written there."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from percept import paths
from percept.dataset.stored import Columns
from percept.prepared.examples import Examples, save_examples, save_raw
from percept.prepared.quality import Quality
from percept.prepared.spec import DatasetSpec, Subset
from percept.prepared.violations import Violations


@dataclass(frozen=True)
class Prepared:
    """What preprocess makes of a raw dataset."""

    spec: DatasetSpec
    examples: dict[Subset, Examples]
    quality: Quality
    encoder: bytes | None = None  # ONNX; tables only: the network brings pictures to scale itself
    columns: dict[Subset, Columns] = field(default_factory=dict)  # tables only: raw inputs (rows, 1) by name
    violations: Violations | None = None  # of rows that the contract dropped

    def raw_inputs(self, subset: Subset) -> dict[str, Any]:
        """Return what the shipped file takes for a subset, by name, as `load_raw` reads it."""
        if self.spec.pixels:
            return {self.spec.raw_inputs[0].name: self.examples[subset].x}
        return dict(self.columns[subset])

    def save(self, folder: Path) -> None:
        """Write every file of data/prepared into `folder`."""
        for subset, examples in self.examples.items():
            save_examples(subset, examples, folder)
        for subset, columns in self.columns.items():
            save_raw(subset, columns, folder)
        if self.encoder is not None:
            (folder / paths.ENCODER).write_bytes(self.encoder)
        if self.violations is not None:
            self.violations.save(folder / paths.DROPPED)
        self.quality.save(folder)
        self.spec.save(folder / paths.SPEC)
