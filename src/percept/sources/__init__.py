"""Where a dataset comes from: one file per kind, each with its options, `fetch` and `read`."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from percept.sources.archive import Archive
from percept.sources.arff import Arff
from percept.sources.bundled import Bundled
from percept.sources.csv import Csv
from percept.sources.dataset import Images, Table
from percept.sources.generated import Generated
from percept.sources.idx import Idx
from percept.sources.image_folder import ImageFolder

Source = Annotated[Archive | Arff | Bundled | Csv | Generated | Idx | ImageFolder, Field(discriminator="kind")]


def read(source: Source, folder: Path) -> Images | Table:
    """The raw dataset that `source.fetch` put into `folder`. Raises `UserError`."""
    return source.read(folder)
