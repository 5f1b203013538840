"""Which inputs a model takes: one table, or pictures and folders of them."""

from pathlib import Path

from percept.errors import UserError, listed
from percept.files.container import is_archive
from percept.files.parquet import is_parquet
from percept.files.picture import endings
from percept.prediction.model import ShippedModel
from percept.prediction.parquet import PARQUET

STDIN = "-"
TABLES = (".csv", ".tsv", ".txt", PARQUET)


def check_inputs(inputs: list[str], model: ShippedModel, key: str | None) -> None:
    """Check that the inputs suit the model; key: a column of the input to repeat. Raises `UserError`."""
    wants_pictures = model.metadata.picture is not None
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


def _check_is_pictures(name: str, model: ShippedModel) -> None:
    size = " x ".join(map(str, model.picture.size))
    expected = f"pictures, or folders of them (of any size; {model.path} takes {size} pixels)"
    if _is_table(name):
        raise UserError(name, "a table, and the model takes pictures", expected, "give pictures, or --model")
    if Path(name).suffix.lower() not in endings() and is_archive(Path(name)):
        raise UserError(name, "an archive", expected, "unpack it, and name the folder")


def _check_is_table(name: str, model: ShippedModel) -> None:
    path, expected = Path(name), f"a CSV or Parquet file with the columns {listed(model.columns)}"
    if path.is_dir() or not (_is_table(name) or path.suffix.lower() not in endings()):
        found = f"a {'folder' if path.is_dir() else 'picture'}, and the model takes rows of a table"
        raise UserError(name, found, expected, "give a table, or --model")
    if not _is_table(name) and is_archive(path):
        found, advice = "an archive, or a table of a spreadsheet program", "unpack it, or save the table as CSV"
        raise UserError(name, found, expected, advice)


def _is_table(name: str) -> bool:
    return name == STDIN or name.lower().removesuffix(".gz").endswith(TABLES) or is_parquet(Path(name))
