"""predict: new rows or pictures -> predictions, by models/model.onnx alone. Never loads TensorFlow.

python src/predict.py new_rows.csv -o predictions.csv      a table; `-` reads the standard input
python src/predict.py picture.jpg folder/ -o answers.csv   pictures, for a model of pictures
Without -o the predictions go to the standard output. The last column, flags, says what is unusual about a row.
"""

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from percept import paths
from percept.errors import UserError, listed, run
from percept.files.container import is_archive
from percept.files.csv_stream import CsvReader
from percept.files.parquet import check_installed, is_parquet
from percept.files.picture import endings
from percept.prediction import output, pictures
from percept.prediction.flags import Flags, Tally
from percept.prediction.model import Model, load_model
from percept.prediction.parquet import PARQUET, ParquetReader
from percept.prediction.table import Predictor

CHUNK = 2048  # rows at a time: few enough for the processor's cache, which makes all of it faster
PICTURES = 256  # at a time
STDIN = "-"
TABLES = (".csv", ".tsv", ".txt", PARQUET)

Part = tuple[dict[str, NDArray], Flags, int, Callable[[int], str]]  # columns, flags, rows, and where each one is


def main() -> None:
    options = _options()
    tally = predict(options.inputs, options.output, options.model, options.id, options.strict)
    where = f" -> {options.output}" if options.output else ""
    print(f"predict: {tally.summary()}{where}", file=sys.stdout if options.output else sys.stderr)


def predict(
    inputs: list[str], target: Path | None, model_path: Path, key: str | None, strict: bool, chunk: int = CHUNK
) -> Tally:
    """Write all predictions; gives what was unusual. Raises `UserError`."""
    model = load_model(model_path)
    files = [Path(name) for name in inputs if name != STDIN]
    _check_inputs(inputs, model, key)
    if target:
        output.check_target(target, files)
        if target.suffix.lower() == PARQUET:
            check_installed(target)
    tally = Tally("picture" if model.meaning.picture else "row")
    if model.meaning.picture:
        first, parts = {"file": "text"}, _picture_parts(model, pictures.picture_files(files))
    else:
        first = ({key: "text"} if key else {}) | ({} if key == "row" else {"row": "whole"})
        parts = _table_parts(model, inputs[0], key, chunk, tally)
    with output.opened(target, first | model.outputs | {"flags": "text"}, strict) as write:
        for columns, flags, num_rows, place in parts:
            tally.add(num_rows, flags, place)
            write(columns | {"flags": flags.column(num_rows)})
        tally.tell_ragged()
        if strict:
            tally.refuse(listed(inputs, 3))
    return tally


def _table_parts(model: Model, name: str, key: str | None, chunk: int, tally: Tally) -> Iterator[Part]:
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


def _picture_parts(model: Model, files: list[Path]) -> Iterator[Part]:
    from tqdm import tqdm

    with tqdm(total=len(files), unit=" pictures", disable=not sys.stderr.isatty()) as bar:
        for part in pictures.chunked(files, PICTURES):
            columns, flags = pictures.predict_pictures(model, part)
            names = [str(file) for file in part]
            yield {"file": np.array(names, dtype=object)} | columns, flags, len(names), names.__getitem__
            bar.update(len(part))


@contextmanager
def _reader(name: str, model: Model, wanted: list[str]) -> Iterator[tuple[CsvReader | ParquetReader, Callable]]:
    """What reads the rows of an input, and what shows how far that has come."""
    meaning = model.meaning
    if name == STDIN:
        stdin = "standard input"
        yield CsvReader(sys.stdin.buffer, stdin, meaning.table.text, wanted, meaning.targets), lambda: None
    elif is_parquet(Path(name)):
        reader = ParquetReader(Path(name), wanted, meaning)
        with _progress(reader.num_rows, lambda: reader.num_read, " rows") as advance:
            yield reader, advance
    else:
        with Path(name).open("rb") as stream:
            reader = CsvReader(stream, name, meaning.table.text, wanted, meaning.targets)
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


def _check_inputs(inputs: list[str], model: Model, key: str | None) -> None:
    wants_pictures = model.meaning.picture is not None
    for name in inputs:
        if name != STDIN and not Path(name).exists():
            raise UserError(name, "there is no such file", "new rows or pictures", "check the name")
        (_check_is_pictures if wants_pictures else _check_is_table)(name, model)
    if not wants_pictures and len(inputs) > 1:
        raise UserError(listed(inputs), f"{len(inputs)} inputs", "one table", "predict one after the other")
    if wants_pictures and key:
        raise UserError("--id", f"{key!r}, and pictures have no columns", "no --id", "leave it out")
    if key in (*model.outputs, "flags"):
        raise UserError("--id", f"{key!r} is a column of the output", "another column", "leave it out, or rename it")


def _check_is_pictures(name: str, model: Model) -> None:
    size = " x ".join(map(str, model.meaning.picture.size))
    expected = f"pictures, or folders of them (of any size; {model.path} takes {size} pixels)"
    if _is_table(name):
        raise UserError(name, "a table, and the model is one of pictures", expected, "give pictures, or --model")
    if Path(name).suffix.lower() not in endings() and is_archive(Path(name)):
        raise UserError(name, "an archive", expected, "unpack it, and name the folder")


def _check_is_table(name: str, model: Model) -> None:
    path, expected = Path(name), f"a CSV or Parquet file with the columns {listed(model.columns)}"
    if path.is_dir() or not (_is_table(name) or path.suffix.lower() not in endings()):
        found = f"a {'folder' if path.is_dir() else 'picture'}, and the model is one of tables"
        raise UserError(name, found, expected, "give a table, or --model")
    if not _is_table(name) and is_archive(path):
        found, advice = "an archive, or a table of a spreadsheet program", "unpack it, or save the table as CSV"
        raise UserError(name, found, expected, advice)


def _is_table(name: str) -> bool:
    return name == STDIN or name.lower().removesuffix(".gz").endswith(TABLES) or is_parquet(Path(name))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("inputs", nargs="+", help="one CSV (.gz too) or Parquet file, `-`, or pictures, folders")
    parser.add_argument("-o", "--output", type=Path, help="a .csv or .parquet file (default: the standard output)")
    parser.add_argument("--model", type=Path, default=paths.MODELS / paths.SHIPPED, help="(default: %(default)s)")
    parser.add_argument("--id", help="a column of the input that comes first in the output")
    parser.add_argument("--strict", action="store_true", help="refuse the whole input where any row is unusual")
    return parser.parse_args()


if __name__ == "__main__":
    run(main)
