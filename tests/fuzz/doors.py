"""The doors of percept: each takes the bytes of a stranger, in an empty folder, and answers rightly or refuses."""

import csv as csv_module
import gzip
import json
import math
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import numpy as np
from fuzz.networks import NETWORKS, ROWS, SIDE, with_texts
from PIL import Image
from pydantic import TypeAdapter, ValidationError

from percept.composition import Config, composed
from percept.dataset.cells import EPOCH, LARGEST, Form, parse_dates, parse_numbers, split_form
from percept.dataset.figures import figures
from percept.dataset.formats import ColumnUnit, CsvFormat, plain_numbers
from percept.dataset.formula import Formula, column_names, derived
from percept.dataset.table import Table
from percept.errors import UserError
from percept.files.container import opened
from percept.files.csv import read_csv
from percept.files.csv_stream import CsvReader
from percept.files.limits import LIMITS
from percept.files.parquet import read_parquet
from percept.files.picture import UnreadableError, read_picture
from percept.params import read
from percept.prediction.model import load_model
from percept.prediction.run import predict
from percept.profiling.date_formats import date_forms
from percept.profiling.draft import draft_pictures, draft_table
from percept.profiling.reading import ReadOptions, read_table
from percept.profiling.task_options import TaskOptions
from percept.release.stamp import Release
from percept.sources.archive import extract
from percept.sources.arff import read_arff
from percept.sources.idx import read_idx
from percept.sources.image_folder import ImageFolder
from percept.yaml_file import dump

CHUNK = 3  # rows that predict takes at a time, so that small files have several chunks


def written(name: str, content: bytes | str) -> Path:
    """Put a file into the folder where a door works."""
    path = Path(name)
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogateescape"))
    return path


def overrides(content: bytes) -> None:
    """A word of `-S` in each line; what is composed is what is asked for."""
    words = content.decode("utf-8", "ignore").splitlines()[:3]
    config = composed(words)
    for number in re.findall(r"^seed=(\d+)$", "\n".join(words[-1:]), re.ASCII):
        assert config.seed == int(number)


def parameters(content: bytes) -> None:
    """A params.yaml; what it says is what is written again."""
    path = written("params.yaml", content)
    values = read(path)
    Config.check(values, str(path))
    assert read(written("again.yaml", dump(values))) == values


def csv(content: bytes) -> None:
    """A table to train on: predict reads the same cells, and so does whoever reads what is written of them."""
    path = written("table.csv", content)
    table = read_csv(path, CsvFormat())
    again = written("again.csv", b"").open("w", encoding="utf-8-sig", newline="")
    with again:
        csv_module.writer(again).writerows([list(table.columns), *zip(*table.columns.values(), strict=True)])
    assert _cells(read_csv(Path("again.csv"), CsvFormat())) == _cells(table)
    missing = set(CsvFormat().missing)
    with path.open("rb") as stream:
        chunks = [*CsvReader(stream, "table.csv", CsvFormat(), [*table.columns], [], LIMITS).chunks(CHUNK)]
    for name, cells in _cells(table).items():
        streamed = [cell.strip() for chunk in chunks for cell in chunk.columns[name]]
        assert ["" if cell in missing else cell for cell in streamed] == cells


def _cells(table: Table) -> dict[str, list[str]]:
    return {name: list(cells) for name, cells in table.columns.items()}


def new_task(content: bytes) -> None:
    """A table of which nothing is known, and the task that is made of it."""
    path = written("table.csv", content)
    columns = [*read_table(path).table.columns]
    draft, report = draft_table(path, "table", ReadOptions(), TaskOptions(target=columns[-1]), "new_task", LIMITS)
    assert draft.text.isprintable() or "\n" in draft.text
    assert all(line.isprintable() for line in draft.text.splitlines()) and report


def packed(content: bytes) -> None:
    """What gzip may have packed, as text and as pictures of an IDX file."""
    path = written("table.csv.gz", content)
    for reader in (lambda: read_csv(path, CsvFormat()), lambda: read_idx(path, 3)):
        _answered(reader)


def _answered(reader: Callable[[], object]) -> None:
    """Let one reader refuse, so that the next is tried as well."""
    try:
        reader()
    except UserError as error:
        assert "expected: " in str(error)


def parquet(content: bytes) -> None:
    """A Parquet file; whole numbers are what pyarrow says they are."""
    from pyarrow import parquet, types

    path = written("table.parquet", content)
    table = read_parquet(path)
    for name, cells in parquet.read_table(path).to_pydict().items():
        if name in table.columns and types.is_integer(parquet.read_schema(path).field(name).type):
            assert table.columns[name].tolist() == ["" if cell is None else str(cell) for cell in cells]
    read_table(path)


def arff(content: bytes) -> None:
    """An ARFF file: each cell is a number, one of its values, or missing."""
    relation = read_arff(written("table.arff", content))
    assert relation.cells.shape == (len(relation.lines), len(relation.attributes))
    for cells, values in zip(relation.cells.T, relation.attributes.values(), strict=True):
        known = {repr(float(cell)) for cell in cells if cell} if values is None else values
        assert set(cells) <= {*known, ""}


def idx(content: bytes) -> None:
    """The bytes of an IDX file, as gzip packs them: pictures or labels."""
    path = written("idx.gz", gzip.compress(content, 1, mtime=0))
    ndim = 3 if content[3:4] == b"\3" else 1
    values = read_idx(path, ndim)
    assert values.tobytes() == content[4 + 4 * ndim :] and values.ndim == ndim


def picture(content: bytes) -> None:
    """A picture file, in each way of making it fit."""
    for color, resize in (("rgb", "stretch"), ("grey", "crop"), ("rgb", "pad")):
        try:
            pixels = read_picture(content, (5, 7), color, resize)
        except UnreadableError as error:
            assert str(error)
            return
        assert pixels.shape == (5, 7, 3 if color == "rgb" else 1) and pixels.dtype == np.uint8
        assert all(0 <= values[0] <= 1 for values in figures(pixels[np.newaxis], 255).values())


def archive(content: bytes) -> None:
    """A tar or zip of pictures in class folders: described, read, and one file taken out of it."""
    path = written("pictures", content)
    with opened(path) as contents:
        names = list(contents.files)
    for name in names[:3]:
        _answered(lambda name=name: extract(path, name, Path("taken")))
    _answered(lambda: draft_pictures(path, "pictures", "new_task", LIMITS))
    files = {"path": "pictures", "sha256": "0" * 64, "size": (4, 4), "broken": "drop"}
    ImageFolder(kind="image_folder", **files).read(Path())


def formula(content: bytes) -> None:
    """A formula, by the rules of Python's own floats."""
    text = content.decode("utf-8", "surrogateescape")
    formula = _checked(Formula, text)
    values = {name: float(len(name)) - 2.5 for name in column_names(formula)}
    found = derived(formula, {name: np.array([value]) for name, value in values.items()})
    assert found.shape in ((1,), ()) and (np.isnan(found) | (np.abs(found) <= LARGEST)).all()
    try:
        expected = eval(compile(formula, "formula", "eval"), {"__builtins__": {}}, values)
    except (ZeroDivisionError, OverflowError):
        return
    if math.isfinite(expected) and abs(expected) < LARGEST / 2 and abs(expected) > 1e-200:
        assert np.isnan(found).any() or np.allclose(found, expected, rtol=1e-6)


def _checked(kind: object, value: object) -> object:
    """Return a value of the configuration, or raise `UserError` as a section would."""
    try:
        return TypeAdapter(kind).validate_python(value)
    except ValidationError as error:
        raise UserError("configuration", repr(str(error)), "another value", "correct it") from None


def dates(content: bytes) -> None:
    """The form of dates in the first line, and cells below: what is read is what the form writes."""
    form, *cells = content.decode("utf-8", "surrogateescape").split("\n")[:20]
    date_forms(cells)
    plain, first = split_form(_checked(Form, form))
    days = parse_dates(np.array([*cells, ""], dtype=object), form)
    assert np.isnan(days[-1]) or first is None
    for cell, day in zip(cells, days[:-1], strict=True):
        if math.isfinite(day) and form == "%Y-%m-%d":
            assert (datetime.strptime(cell, plain) - EPOCH).days == day


def numerals(content: bytes) -> None:
    """Unit, marks and cells of a column of numbers, in a line each: a number is read as a number, a text is kept."""
    unit, marks, *cells = [*content.decode("utf-8", "surrogateescape").split("\n")[:20], "", ""]
    options = {"column": "a", "unit": unit, "decimal": marks[:1] or None, "thousands": marks[1:2]}
    text = _checked(CsvFormat, {"units": [_checked(ColumnUnit, options if marks else {"column": "a", "unit": unit})]})
    read = plain_numbers(text, ["a"])["a"] or str
    plain = [read(cell.strip()) for cell in cells]
    numbers = parse_numbers(np.array(plain, dtype=object))
    for cell, found, number in zip(cells, plain, numbers, strict=True):
        assert found == cell.strip() or not math.isfinite(number) or re.search(r"\d", cell)


def model(content: bytes) -> None:
    """A model file: it predicts, or it is refused; what it says of its release likewise."""
    path = written("model.onnx", content)
    texts = load_model(path).session.get_modelmeta().custom_metadata_map
    _answered(lambda: Release.of(texts, path))
    rows = written("rows.csv", "x\n1\n-2.5\nz\n" if '"x"' in texts.get("inputs", "") else ROWS)
    Image.new("L", (SIDE, SIDE)).save("a.png")
    source = "a.png" if texts.get("picture", "null") != "null" else str(rows)
    predict([source], Path("predictions.csv"), path, None, False, CHUNK)
    with Path("predictions.csv").open(encoding="utf-8", newline="") as stream:
        header, *answers = csv_module.reader(stream)
    assert len(answers) == (1 if source == "a.png" else 3) and {len(row) for row in answers} == {len(header)}


def metadata(content: bytes) -> None:
    """What a file with a small network says of itself: the name of the network, then its texts as JSON."""
    name, _, text = content.partition(b"\n")
    try:
        texts = json.loads(text.decode("utf-8", "surrogateescape"))
    except (ValueError, RecursionError):
        texts = {"kind": text.decode("utf-8", "ignore")}
    texts = texts if isinstance(texts, dict) else {"inputs": json.dumps(texts)}
    network = NETWORKS.get(name.decode("latin-1"), NETWORKS["binary"])()
    as_texts = {key: value if isinstance(value, str) else json.dumps(value) for key, value in texts.items()}
    model(with_texts(network, as_texts))


ALL = (overrides, parameters, csv, new_task, packed, parquet, arff, idx, picture, archive)
ALL += (formula, dates, numerals, model, metadata)
DOORS: dict[str, Callable[[bytes], None]] = {door.__name__: door for door in ALL}
