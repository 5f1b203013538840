"""Parquet files in and out, where pyarrow is installed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from numpy.typing import NDArray

from percept.errors import UserError, listed, nearest
from percept.predicting.model import Kind
from percept.predicting.rows import Rows

PARQUET = ".parquet"


def check_installed(path: Path) -> None:
    """Raises `UserError` where pyarrow is not."""
    try:
        import pyarrow  # noqa: F401
    except ModuleNotFoundError:
        found, advice = "pyarrow, which reads and writes Parquet, is not installed", "`pip install '.[parquet]'`"
        raise UserError(str(path), found, "pyarrow, or a CSV file", advice) from None


@contextmanager
def parquet_writer(path: Path, columns: Mapping[str, Kind]) -> Iterator[Callable[[Mapping[str, NDArray]], None]]:
    """Give what writes the next rows."""
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
    """The wanted columns of a Parquet file, as the text that a CSV file would have."""

    def __init__(self, path: Path, wanted: Sequence[str], dates: Mapping[str, str]) -> None:
        """dates: column -> its form. Raises `UserError`."""
        check_installed(path)
        import pyarrow as pa
        from pyarrow import parquet

        try:
            self._file = parquet.ParquetFile(path)
        except (pa.ArrowException, OSError) as error:
            raise UserError(str(path), str(error), "a Parquet file", "write it anew") from None
        self._path, self._wanted, self._dates = path, tuple(dict.fromkeys(wanted)), dates
        names = self._file.schema_arrow.names
        for name in self._wanted:
            if name not in names:
                found = f"no column {name!r}{nearest(name, names)}"
                expected = f"the columns {listed(self._wanted, 40)}, in any order"
                raise UserError(str(path), found, expected, "mend the file")
        if not self._file.metadata.num_rows:
            raise UserError(str(path), "no rows", "at least one row", "mend the file")

    def chunks(self, num_rows: int) -> Iterator[Rows]:
        """At most so many rows at a time."""
        start = 1
        for batch in self._file.iter_batches(num_rows, columns=list(self._wanted)):
            columns = {name: self._texts(name, batch.column(name)) for name in self._wanted}
            yield Rows(columns, range(start, start + batch.num_rows), unit="row")
            start += batch.num_rows

    def _texts(self, name: str, cells) -> list[str]:
        import pyarrow as pa
        from pyarrow import compute

        if pa.types.is_temporal(cells.type) and name in self._dates:
            cells = compute.strftime(cells, self._dates[name])
        elif pa.types.is_floating(cells.type):
            cells = compute.if_else(compute.is_nan(cells), pa.scalar(None, cells.type), cells)
        try:
            return compute.fill_null(cells.cast(pa.string()), "").to_pylist()
        except pa.ArrowException as error:
            found = f"column {name!r} is of type {cells.type} ({error})"
            raise UserError(str(self._path), found, "numbers, texts or dates", "mend the file") from None
