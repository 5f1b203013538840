"""New rows or pictures to a file of predictions."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

from percept.errors import listed
from percept.files.csv_stream import CsvReader
from percept.files.parquet import check_installed, is_parquet
from percept.prediction import output, pictures
from percept.prediction.flags import Flags, Tally
from percept.prediction.inputs import STDIN, check_inputs
from percept.prediction.model import Kind, ShippedModel, load_model
from percept.prediction.parquet import PARQUET, ParquetReader
from percept.prediction.table import Predictor

CHUNK = 2048  # rows at a time: few enough for the processor's cache, which makes all of it faster
PICTURES = 256  # at a time

# Columns, flags, number of rows, and what says where each one is.
PredictedChunk = tuple[dict[str, NDArray], Flags, int, Callable[[int], str]]


def predict(
    inputs: list[str], target: Path | None, model_path: Path, key: str | None, strict: bool, chunk: int = CHUNK
) -> Tally:
    """Write all predictions, and give what was unusual. Raises `UserError`."""
    model = load_model(model_path)
    files = [Path(name) for name in inputs if name != STDIN]
    check_inputs(inputs, model, key)
    if target:
        output.check_target(target, files)
        if target.suffix.lower() == PARQUET:
            check_installed(target)
    tally = Tally("picture" if model.metadata.picture else "row")
    first: dict[str, Kind]
    if model.metadata.picture:
        first, chunks = {"file": "text"}, _picture_chunks(model, pictures.picture_files(files))
    else:
        first = {key: "text"} if key else {}
        first.setdefault("row", "whole")
        chunks = _table_chunks(model, inputs[0], key, chunk, tally)
    with output.opened(target, {**first, **model.outputs, "flags": "text"}, strict) as write:
        for columns, flags, num_rows, place in chunks:
            tally.add(num_rows, flags, place)
            write(columns | {"flags": flags.column(num_rows)})
        tally.tell_ragged()
        if strict:
            tally.refuse(listed(inputs, 3))
    return tally


def _table_chunks(
    model: ShippedModel, name: str, key: str | None, chunk: int, tally: Tally
) -> Iterator[PredictedChunk]:
    predictor, start = Predictor(model), 1
    wanted = [*model.columns, *([key] if key else [])]
    with _reader(name, model, wanted) as (reader, advance):
        for rows in reader.chunks(chunk):
            columns, flags = predictor.predict(rows)
            numbers = np.arange(start, start + len(rows.lines))
            keys = {key: np.array([cell.strip() for cell in rows.columns[key]], dtype=object)} if key else {}
            tally.add_ragged([f"{rows.place(row)} ({count})" for row, count in rows.num_cells.items()])
            yield {"row": numbers} | keys | columns, flags, len(numbers), rows.place
            start += len(numbers)
            advance()


def _picture_chunks(model: ShippedModel, files: list[Path]) -> Iterator[PredictedChunk]:
    from tqdm import tqdm

    with tqdm(total=len(files), unit=" pictures", disable=not sys.stderr.isatty()) as bar:
        for part in pictures.chunked(files, PICTURES):
            columns, flags = pictures.predict_pictures(model, part)
            names = [str(file) for file in part]
            yield {"file": np.array(names, dtype=object)} | columns, flags, len(names), names.__getitem__
            bar.update(len(part))


@contextmanager
def _reader(name: str, model: ShippedModel, wanted: list[str]) -> Iterator[tuple[CsvReader | ParquetReader, Callable]]:
    """Give what reads the rows of an input, and what shows how far that has come."""
    text, targets = model.table.text, model.metadata.targets
    if name == STDIN:
        yield CsvReader(cast(BufferedReader, sys.stdin.buffer), "standard input", text, wanted, targets), lambda: None
    elif is_parquet(Path(name)):
        rows = ParquetReader(Path(name), wanted, model)
        with _progress(rows.num_rows, lambda: rows.num_read, " rows") as advance:
            yield rows, advance
    else:
        with Path(name).open("rb") as stream:
            reader = CsvReader(stream, name, text, wanted, targets)
            with _progress(Path(name).stat().st_size, stream.tell, "B") as advance:
                yield reader, advance


@contextmanager
def _progress(total: int, done: Callable[[], int], unit: str) -> Iterator[Callable]:
    """Give what moves a bar to where `done` says, on a terminal."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    from tqdm import tqdm

    with tqdm(total=total, unit=unit, unit_scale=True) as bar:
        yield lambda: bar.update(done() - bar.n)
