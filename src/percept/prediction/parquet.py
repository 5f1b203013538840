"""Read new rows from Parquet files and write predictions to them, where pyarrow is installed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from numpy.typing import NDArray

from percept.dataset.contract import Number
from percept.dataset.formats import own_formats
from percept.errors import UserError, listed, nearest
from percept.files.csv_stream import TableChunk
from percept.files.limits import Limits
from percept.files.parquet import blamed, check_cells, check_columns, check_installed, open_parquet
from percept.files.parquet_cells import TRUTH, texts
from percept.model_file.metadata import Metadata
from percept.prediction.model import Kind, ShippedModel

if TYPE_CHECKING:
    import pyarrow as pa

PARQUET = ".parquet"


@contextmanager
def parquet_writer(path: Path, columns: Mapping[str, Kind]) -> Iterator[Callable[[Mapping[str, NDArray]], None]]:
    """Yield the function that writes the next rows. Raises `UserError` where pyarrow is not installed."""
    check_installed(path)
    import pyarrow as pa
    from pyarrow import parquet

    types = {"text": pa.string(), "number": pa.float32(), "whole": pa.int64()}
    schema = pa.schema([(name, types[kind]) for name, kind in columns.items()])
    with parquet.ParquetWriter(path, schema) as writer:

        def write(values: Mapping[str, NDArray]) -> None:
            arrays = [pa.array(values[name], types[kind], from_pandas=True) for name, kind in columns.items()]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))

        yield write


class ParquetReader:
    """Reads the wanted columns of a Parquet file as the text that a CSV file would have."""

    def __init__(self, path: Path, wanted: Sequence[str], model: ShippedModel, limits: Limits) -> None:
        """Open the file and find the columns. Raises `UserError`."""
        self._file = open_parquet(path, limits)
        self._path, self._text, self._dates, self._limits = path, model.table.text, model.table.date, limits
        self._formats = own_formats(self._text)
        schema = self._file.schema_arrow
        self._names = _names(path, schema.names, wanted)
        check_columns(path, schema, list(self._names.values()))
        self._truth = {name: _truth(name, model.metadata) for name in self._names}
        self.num_rows, self.num_read = self._file.metadata.num_rows, 0
        if not self.num_rows:
            raise UserError(str(path), "no rows", "at least one row", "correct the file")

    def chunks(self, num_rows: int) -> Iterator[TableChunk]:
        """Give at most `num_rows` rows at a time. Raises `UserError` where the file is damaged."""
        batches = self._file.iter_batches(num_rows, columns=list(self._names.values()))
        while True:
            with blamed(self._path):
                batch = next(batches, None)
            if batch is None:
                return
            self._limits.check_size(str(self._path), batch.nbytes)
            columns = {name: self._texts(name, batch) for name in self._names}
            first, self.num_read = self.num_read + 1, self.num_read + batch.num_rows
            yield TableChunk(columns, range(first, self.num_read + 1), unit="row")

    def _texts(self, name: str, batch: "pa.RecordBatch") -> list[str]:
        cells = batch.column(self._names[name])
        with blamed(self._path):
            found = texts(cells, self._formats.get(name, self._text), self._dates.get(name), self._truth[name])
        check_cells(self._path, name, found, self._limits, self.num_read + 1)
        return found


def _names(path: Path, known: Sequence[str], wanted: Sequence[str]) -> dict[str, str]:
    """Map wanted columns to their names in the file, which may have spaces around them. Raises `UserError`."""
    stored = {name.strip(): name for name in known}
    for name in wanted:
        if name not in stored:
            found = f"no column {name!r}{nearest(name, stored)}"
            raise UserError(
                str(path), found, f"the columns {listed(dict.fromkeys(wanted), 40)}, in any order", "correct the file"
            )
    return {name: stored[name] for name in wanted}


def _truth(name: str, metadata: Metadata) -> tuple[str, str]:
    """Return true and false as the training rows had them: 1 and 0 among numbers, otherwise in their own capitals."""
    rule = metadata.contract.columns.get(name)
    if isinstance(rule, Number):
        return "1", "0"
    known = {value.lower(): value for value in getattr(rule, "values", None) or ()}
    return tuple(known.get(word.lower(), word) for word in TRUTH)
