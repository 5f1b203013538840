"""Parquet files: open and check them, and read their columns as a CSV file of the same table would have them."""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from percept.dataset.formats import CsvFormat, check_units, own_formats, plain_numbers
from percept.dataset.table import Table
from percept.errors import UserError, listed
from percept.files.limits import LIMITS, Limits
from percept.files.parquet_cells import is_text, texts

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow.parquet import ParquetFile

START = b"PAR1"  # of every such file
ROW_LABELS = re.compile(r"__index_level_\d+__")  # what pandas adds: numbers that mean nothing
FORMAT = CsvFormat()


def is_parquet(path: Path) -> bool:
    """Tell a Parquet file by its first bytes."""
    if not path.is_file():
        return False
    with path.open("rb") as stream:
        return stream.read(len(START)) == START


def check_installed(path: Path) -> None:
    """Check that pyarrow is installed. Raises `UserError`."""
    try:
        import pyarrow  # noqa: F401
    except ModuleNotFoundError:
        found = "pyarrow, which reads and writes Parquet, is not installed"
        raise UserError(str(path), found, "pyarrow, or a CSV file", "`pip install pyarrow`") from None


def open_parquet(path: Path, limits: Limits = LIMITS) -> "ParquetFile":
    """Open a file, of which equal texts are stored once: a few bytes can stand for a long text in each of many rows.

    Raises `UserError` where it is damaged or beyond a bound, or pyarrow is not installed.
    """
    check_installed(path)
    from pyarrow import parquet

    with blamed(path):
        file = parquet.ParquetFile(path)
        limits.check(str(path), file.metadata.num_columns, "columns", "columns")
        texts = [field.name for field in file.schema_arrow if is_text(field.type)]
        return parquet.ParquetFile(path, metadata=file.metadata, read_dictionary=texts)


def read_parquet(path: Path, text: CsvFormat = FORMAT, limits: Limits = LIMITS) -> Table:
    """Read every cell as text, and leave out the row labels of pandas. Raises `UserError`.

    text: which texts are numbers, or stand for no value.
    """
    file = open_parquet(path, limits)
    names = [name for name in file.schema_arrow.names if not ROW_LABELS.fullmatch(name)]
    check_columns(path, file.schema_arrow, names)
    if not names or not file.metadata.num_rows:
        raise UserError(str(path), f"no {'rows' if names else 'columns'}", "at least one", "write the file anew")
    limits.check(str(path), len(names) * file.metadata.num_rows, "cells", "cells")
    _check_size(path, file, limits)
    columns = {}
    stripped = [name.strip() for name in names]
    check_units(text, str(path), stripped)
    missing, readers, formats = set(text.missing), plain_numbers(text, stripped), own_formats(text)
    for name in names:
        with blamed(path):
            cells = texts(file.read(columns=[name]).column(0), formats.get(name.strip(), text))
        if len(cells) != file.metadata.num_rows:
            found = f"column {name!r} has {len(cells):,} rows, and the file says {file.metadata.num_rows:,}"
            raise UserError(str(path), found, "a whole Parquet file", "write or fetch it anew")
        check_cells(path, name, cells, limits)
        read = readers[name.strip()] or str
        plain = {cell: "" if cell.strip() in missing else read(cell.strip()) for cell in set(cells)}
        columns[name.strip()] = np.array([plain[cell] for cell in cells], dtype=object)
    return Table(str(path), columns, np.arange(1, file.metadata.num_rows + 1), text=text, unit="row")


def _check_size(path: Path, file: "ParquetFile", limits: Limits) -> None:
    """Check the size that the file gives for what is in it, before it is unpacked. Raises `UserError`."""
    size = sum(file.metadata.row_group(index).total_byte_size for index in range(file.metadata.num_row_groups))
    limits.check_size(str(path), size)
    limits.check_unpacking(str(path), size, path.stat().st_size)


def check_columns(path: Path, schema: "pa.Schema", names: list[str]) -> None:
    """Refuse columns with the same name, and columns of lists or other nested types. Raises `UserError`."""
    stripped = Counter(name.strip() for name in schema.names)
    if twice := [name for name in dict.fromkeys(names) if stripped[name.strip()] > 1]:
        raise UserError(
            str(path), f"the name {listed(map(repr, twice))} more than once", "distinct column names", "rename them"
        )
    odd = [name for name in names if not _is_readable(schema.field(name).type)]
    if odd:
        kinds = listed(f"{name!r} of type {schema.field(name).type}" for name in odd)
        code = f"import pandas; pandas.read_parquet({path.name!r}).drop(columns={odd!r}).to_parquet('flat.parquet')"
        raise UserError(
            str(path),
            f"column{'s' * (len(odd) > 1)} {kinds}",
            "numbers, texts, dates or yes and no",
            f'write what matters in them to columns of their own, or leave them out: python -c "{code}"',
        )


def check_cells(path: Path, name: str, cells: list[str], limits: Limits, first: int = 1) -> None:
    """Refuse cells beyond the bound, and NUL, which fixed-width text arrays would lose. Raises `UserError`."""
    longest = max(cells, key=len)
    where = f"{path}, row {first + cells.index(longest)}, column {name!r}"
    limits.check(where, len(longest), "cell_chars", "characters")
    if "\0" in "".join(set(cells)):
        row = first + next(index for index, cell in enumerate(cells) if "\0" in cell)
        raise UserError(str(path), f"row {row}, column {name!r} holds a NUL character", "text", "correct the file")


@contextmanager
def blamed(path: Path) -> Iterator[None]:
    """Turn errors of pyarrow while a file is read into a `UserError` about the file."""
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        found = " ".join(str(error).split()) or type(error).__name__
        raise UserError(str(path), found, "a whole Parquet file", "write or fetch it anew") from None


def _is_readable(kind: "pa.DataType") -> bool:
    from pyarrow import types

    if types.is_dictionary(kind):
        return _is_readable(kind.value_type)
    tests = [types.is_boolean, types.is_integer, types.is_floating, types.is_decimal, types.is_date, types.is_timestamp]
    tests += [types.is_time, types.is_null, is_text]
    return any(is_kind(kind) for is_kind in tests)
