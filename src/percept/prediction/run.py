"""Predict new rows or pictures: from the inputs that a person names to the file of predictions."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from percept.errors import UserError, listed
from percept.files.csv_stream import CsvReader
from percept.files.limits import PREDICTION_LIMITS, PredictionLimits
from percept.files.parquet import START, is_parquet
from percept.prediction import output, pictures
from percept.prediction.flags import Flags, Tally
from percept.prediction.inputs import STDIN, check_inputs
from percept.prediction.model import NUM_RANKS, Kind, ShippedModel, load_model
from percept.prediction.parquet import ParquetReader
from percept.prediction.table import Predictor

CHUNK = 2048  # rows at a time: few enough for the processor's cache, which makes all of it faster
PICTURES = 256  # at a time

Advance = Callable[[], None]  # moves a progress bar to where the reader is


class PredictedChunk(NamedTuple):
    """Predictions for some rows or pictures of the input."""

    columns: dict[str, NDArray]  # all columns of the output but flags, (rows,)
    flags: Flags
    num_rows: int
    place: Callable[[int], str]  # says where in the input a row of the chunk is


def predict(
    inputs: list[str],
    target: Path | None,
    model_path: Path,
    key: str | None,
    strict: bool,
    chunk: int = CHUNK,
    limits: PredictionLimits = PREDICTION_LIMITS,
    all_probabilities: bool = False,
) -> Tally:
    """Write all predictions, and return the tally of what was unusual. Raises `UserError`.

    target: None is the standard output; key: a column of the input that comes first in the output; strict: refuse the
    whole input where any row is unusual; chunk: rows at a time; all_probabilities: a column for each of many classes.
    """
    model = load_model(model_path, limits, all_probabilities)
    files = [Path(name) for name in inputs if name != STDIN]
    check_inputs(inputs, model, key)
    if target:
        output.check_target(target, files)
    tally = Tally("picture" if model.metadata.picture else "row")
    if model.metadata.picture:
        chunks = _picture_chunks(model, pictures.picture_files(files))
    else:
        chunks = _table_chunks(model, inputs[0], key, chunk, tally)
    with output.opened(target, _columns(model, key), strict) as write:
        for columns, flags, num_rows, place in chunks:
            tally.add(num_rows, flags, place)
            write(columns | {"flags": flags.column(num_rows)})
        tally.tell_ragged()
        _tell_ranks(model)
        if strict:
            tally.refuse(listed(inputs, 3))
    return tally


def _columns(model: ShippedModel, key: str | None) -> dict[str, Kind]:
    """Return the columns of the output, in order: what names a row, its predictions, its flags."""
    first: dict[str, Kind] = {key: "text"} if key else {}
    if model.metadata.picture:
        first["file"] = "text"
    else:
        first.setdefault("row", "whole")
    return {**first, **model.outputs, "flags": "text"}


def _tell_ranks(model: ShippedModel) -> None:
    """Say on stderr that the output leaves out the less probable of many classes."""
    if model.ranks_classes:
        found = f"{len(model.metadata.classes):,} classes, and the {NUM_RANKS} most probable of each row are written"
        print(f"predict: {found}; --all-probabilities writes a column for each", file=sys.stderr)


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
            yield PredictedChunk({"row": numbers} | keys | columns, flags, len(numbers), rows.place)
            start += len(numbers)
            advance()


def _picture_chunks(model: ShippedModel, files: list[Path]) -> Iterator[PredictedChunk]:
    with _progress(" pictures", len(files)) as move_to:
        for start in range(0, len(files), PICTURES):
            some = files[start : start + PICTURES]
            columns, flags = pictures.predict_pictures(model, some, model.limits)
            names = [str(file) for file in some]
            yield PredictedChunk(
                {"file": np.array(names, dtype=object)} | columns, flags, len(names), names.__getitem__
            )
            move_to(start + len(some))


@contextmanager
def _reader(name: str, model: ShippedModel, wanted: list[str]) -> Iterator[tuple[CsvReader | ParquetReader, Advance]]:
    """Open an input: yield the reader of its rows, and what moves the progress bar. Raises `UserError`."""
    text, targets = model.table.text, model.metadata.targets
    if name == STDIN:
        stream = cast(BufferedReader, sys.stdin.buffer)
        if stream.peek(len(START)).startswith(START):
            raise UserError("standard input", "a Parquet file", "text, such as CSV", "name the file itself")
        yield CsvReader(stream, "standard input", text, wanted, targets, model.limits), lambda: None
    elif is_parquet(Path(name)):
        rows = ParquetReader(Path(name), wanted, model, model.limits)
        with _progress(" rows", rows.num_rows) as move_to:
            yield rows, lambda: move_to(rows.num_read)
    else:
        with Path(name).open("rb") as stream:
            reader = CsvReader(stream, name, text, wanted, targets, model.limits)
            with _progress("B", Path(name).stat().st_size) as move_to:
                yield reader, lambda: move_to(stream.tell())


@contextmanager
def _progress(unit: str, total: int) -> Iterator[Callable[[int], None]]:
    """Yield what moves a progress bar, which is shown on a terminal only."""
    if not sys.stderr.isatty():
        yield lambda position: None
        return
    from tqdm import tqdm

    with tqdm(total=total, unit=unit, unit_scale=True) as bar:
        yield lambda position: bar.update(position - bar.n)
