"""Where a dataset comes from: one kind per file, with its options, `fetch` and `read`; imports files and dataset."""

from typing import Annotated

from pydantic import Field

from percept.sources.archive import Archive
from percept.sources.arff import Arff
from percept.sources.bundled import Bundled
from percept.sources.csv import Csv
from percept.sources.generated import Generated
from percept.sources.idx import Idx
from percept.sources.image_folder import ImageFolder
from percept.sources.parquet import Parquet

Source = Annotated[
    Archive | Arff | Bundled | Csv | Generated | Idx | ImageFolder | Parquet, Field(discriminator="kind")
]
