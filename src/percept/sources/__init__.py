"""Where a dataset comes from, one kind a file with its options, `fetch` and `read`; imports files and dataset."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from percept.dataset.table import Images, Table
from percept.sources.archive import Archive
from percept.sources.arff import Arff
from percept.sources.bundled import Bundled
from percept.sources.csv import Csv
from percept.sources.download import sha256
from percept.sources.generated import Generated
from percept.sources.idx import Idx
from percept.sources.image_folder import ImageFolder
from percept.sources.parquet import Parquet

Source = Annotated[
    Archive | Arff | Bundled | Csv | Generated | Idx | ImageFolder | Parquet, Field(discriminator="kind")
]


def read(source: Source, folder: Path) -> Images | Table:
    """The raw dataset that `source.fetch` put into `folder`. Raises `UserError`."""
    return source.read(folder)


def digests(source: Source, folder: Path) -> dict[str, str]:
    """Path below `folder` -> sha256 of each file that `fetch` put there; of pictures, that of all together."""
    if isinstance(source, ImageFolder):
        return {source.path: source.sha256}
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {path.relative_to(folder).as_posix(): sha256(path) for path in files}
