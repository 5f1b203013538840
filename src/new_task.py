"""new_task FILE --target COLUMN, or --images FOLDER: your own data -> conf/task/<name>.yaml, for you to review.

python src/new_task.py customers.csv --target churned
python src/new_task.py --images leaves

Finds out how the file is to be read, what each column is and which task follows, and writes it with a comment on what
was seen. Nothing is trained, and no file is overwritten without --force.
"""

import argparse
import codecs
import difflib
import re
import shlex
import sys
import tempfile
import unicodedata
from pathlib import Path

from compose import composed
from percept import paths
from percept.errors import UserError, run
from percept.profiling import pictures, task_file
from percept.profiling.overview import overview
from percept.profiling.reading import Asked, read_table
from percept.profiling.task import Wishes, infer
from percept.profiling.yaml_text import names
from percept.sources.download import inside, sha256


def main() -> None:
    options = _options()
    source = Path(options.images or options.file)
    stem = Path(source.name.removesuffix(".gz")).stem if options.file else source.resolve().name
    name = safe_name(options.name or stem)
    command = shlex.join(["python", "src/new_task.py", *sys.argv[1:]])
    if options.images:
        text, report = _of_pictures(source, name, command)
    else:
        text, report = _of_table(source, name, options, command)
    _check(text, name)
    print(report)
    _write(paths.ROOT / paths.CONF / "task" / f"{name}.yaml", text, options.force)
    print(f"\nReview it, then:\n  dvc exp run -S task={name}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("file", nargs="?", metavar="FILE", help="a table: text such as CSV (.gz too), or Parquet")
    what.add_argument("--images", metavar="FOLDER", help="pictures, in one folder for each class; also a tar or zip")
    parser.add_argument("--target", metavar="COLUMN", help="what is to be predicted")
    parser.add_argument("--name", help="of the task; by default that of the file")
    parser.add_argument("--kind", choices=("binary", "multiclass", "regression"), help="of the task")
    parser.add_argument("--time", metavar="COLUMN", help="test on the latest rows by this column")
    parser.add_argument("--group", metavar="COLUMN", help="rows with one value of this column stay together")
    for name, meaning in (
        ("id", "names the rows"),
        ("drop", "is left out"),
        ("keep", "is used, whatever it looks like"),
        ("category", "has categories, though they are written as numbers"),
    ):
        parser.add_argument(
            f"--{name}", metavar="COLUMNS", action="append", default=[], help=f"{meaning}; several with commas"
        )
    parser.add_argument("--header", action=argparse.BooleanOptionalAction, help="the first row names the columns")
    parser.add_argument("--separator", choices=(",", ";", "|", "tab"), help="between the cells, where it is not seen")
    parser.add_argument("--encoding", type=_encoding, help="of the text, where the guess is wrong: cp1250, euc-kr, ...")
    parser.add_argument("--force", action="store_true", help="replace the task file that is there")
    return parser.parse_args()


def _encoding(name: str) -> str:
    try:
        return codecs.lookup(name).name
    except LookupError:
        raise argparse.ArgumentTypeError(f"{name!r} is no encoding that Python knows") from None


def _of_table(file: Path, name: str, options: argparse.Namespace, command: str) -> tuple[str, str]:
    separator = "\t" if options.separator == "tab" else options.separator
    reading = read_table(file, Asked(options.header, separator, options.encoding))
    known = list(reading.table.columns)
    if options.target is None:
        found = f"not given; {file} has {names(known)}"
        raise UserError("--target", found, "the column to predict", f"python src/new_task.py {file} --target ...")
    wishes = Wishes(
        target=options.target,
        kind=options.kind,
        time=options.time,
        group=options.group,
        ids=_names(options.id, known),
        drop=_names(options.drop, known),
        keep=_names(options.keep, known),
        category=_names(options.category, known),
    )
    task = infer(reading, wishes)
    source = {"path": _stored_name(file, name), "urls": [_address(file)], "sha256": sha256(file)}
    return task_file.render(task, name, source, command), overview(task)


def _of_pictures(folder: Path, name: str, command: str) -> tuple[str, str]:
    found = pictures.look(folder)
    source = {"path": _stored_name(folder.resolve(), name), "urls": [_address(folder)]}
    report = [f"{folder}: {found.described}; sides of {found.side} pixels", *found.notes]
    return pictures.render(found, name, source, command), "\n".join(report)


def _names(words: list[str], known: list[str]) -> tuple[str, ...]:
    """Column names; a comma sets them apart, unless it is part of one."""
    return tuple(name for word in words for name in ([word] if word in known else word.split(",")))


def safe_name(name: str) -> str:
    """A name that Hydra takes without quotes. Raises `UserError` where too little is left of it."""
    plain = unicodedata.normalize("NFKD", name)
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    safe = re.sub(r"[^A-Za-z0-9]+", "_", plain).strip("_").lower()
    if not re.search("[a-z]", safe) or any(letter.isalpha() and not letter.isascii() for letter in plain):
        expected = "letters a to z, digits and _: Hydra takes no others"
        raise UserError("the task's name", f"{name!r}", expected, "give one: --name customers")
    return f"data_{safe}" if safe[0].isdigit() or safe in ("null", "true", "false", "nan", "inf") else safe


def _stored_name(file: Path, name: str) -> str:
    try:
        return inside(file.name)
    except ValueError:
        return f"{name}{file.suffix}"


def _address(file: Path) -> str:
    """The path from the repository, or from the root of the machine where it lies elsewhere."""
    absolute = file.resolve()
    return str(absolute.relative_to(paths.ROOT) if absolute.is_relative_to(paths.ROOT) else absolute)


def _check(text: str, name: str) -> None:
    """Compose the task from a folder of its own. Raises `UserError`."""
    with tempfile.TemporaryDirectory(prefix="percept-") as folder:
        draft = Path(folder) / "task" / f"{name}_draft.yaml"
        draft.parent.mkdir()
        draft.write_text(text, encoding="utf-8")
        composed([f"task={name}_draft", f"hydra.searchpath=[file://{folder}]"])


def _write(target: Path, text: str, force: bool) -> None:
    shown = target.relative_to(paths.ROOT)
    former = target.read_text(encoding="utf-8") if target.exists() else None
    if former == text:
        print(f"\n{shown} says so already")
        return
    if former is not None and not force:
        changes = difflib.unified_diff(former.splitlines(), text.splitlines(), str(shown), "new", lineterm="", n=0)
        found = "\n    ".join(["it is there already; this would change:", *changes])
        raise UserError(str(shown), found, "a new file", "give another --name, or --force to replace it")
    with paths.replaced(target) as draft:
        draft.write_text(text, encoding="utf-8")
    print(f"\nwrote {shown}")


if __name__ == "__main__":
    run(main)
