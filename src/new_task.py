"""new_task FILE --target COLUMN, or --images FOLDER: your own data -> conf/task/<name>.yaml, for you to review.

python src/new_task.py customers.csv --target churned
python src/new_task.py --images leaves

Finds out how the file is to be read, what each column is and which task follows, and writes it with a comment on what
was seen. Nothing is trained, and no file is overwritten without --force.
"""

import argparse
import codecs
import shlex
import sys
from pathlib import Path

from percept.command import option_parser

from percept import paths
from percept.dataset.formats import known_encoding
from percept.errors import run
from percept.files.limits import Limits
from percept.profiling import writing
from percept.profiling.draft import draft_pictures, draft_table
from percept.profiling.network import NETWORKS
from percept.profiling.reading import ReadOptions
from percept.profiling.task_options import TaskOptions


def main() -> None:
    options = _options()
    source = Path(options.images or options.file)
    stem = Path(source.name.removesuffix(".gz")).stem if options.file else source.resolve().name
    name = writing.safe_name(options.name or stem)
    limits = Limits.given(options.limit)
    command = shlex.join(["python", "src/new_task.py", *sys.argv[1:]])
    if options.images:
        draft, report = draft_pictures(source, name, command, limits)
    else:
        draft, report = draft_table(source, name, _read_options(options), _task_options(options), command, limits)
    writing.check_composes(draft, name)
    print(report)
    written = writing.write(paths.ROOT / paths.CONF / "task" / f"{name}.yaml", draft.text, options.force)
    print(f"\n{written}\n\nReview it, then:\n  dvc exp run -S task={name}")


def _options() -> argparse.Namespace:
    parser = option_parser(__doc__)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("file", nargs="?", metavar="FILE", help="a table: text such as CSV (.gz too), Parquet or ARFF")
    what.add_argument("--images", metavar="FOLDER", help="pictures, in one folder for each class; also a tar or zip")
    parser.add_argument("--target", metavar="COLUMN", help="what is to be predicted")
    parser.add_argument("--name", help="of the task; by default that of the file")
    parser.add_argument("--kind", choices=("binary", "multiclass", "regression"), help="of the task")
    parser.add_argument("--model", choices=tuple(NETWORKS), default="tabm", help="of a table; mlp: plain dense layers")
    parser.add_argument("--time", metavar="COLUMN", help="test on the latest rows by this column")
    parser.add_argument("--group", metavar="COLUMN", help="rows with one value of this column stay together")
    for name, purpose in (
        ("id", "names the rows"),
        ("drop", "is left out"),
        ("keep", "is used, whatever it looks like"),
        ("category", "has categories, though they are written as numbers, or as numbers with a unit"),
        ("fold", "has texts that are one where capitals and blanks alone tell them apart"),
        ("exact", "has texts that are what they are, capitals and blanks too"),
    ):
        parser.add_argument(
            f"--{name}", metavar="COLUMNS", action="append", default=[], help=f"{purpose}; several with commas"
        )
    parser.add_argument("--header", action=argparse.BooleanOptionalAction, help="the first row names the columns")
    parser.add_argument("--separator", choices=(",", ";", "|", "tab"), help="between the cells, where it is not seen")
    parser.add_argument("--encoding", type=_encoding, help="of the text, where the guess is wrong: cp1250, euc-kr, ...")
    parser.add_argument(
        "--limit", metavar="NAME=VALUE", action="append", default=[], help="raise a bound of SECURITY.md"
    )
    parser.add_argument(
        "--leave-out",
        metavar="CELLS",
        action="append",
        default=[],
        help="rows that begin with these cells are no rows of the table, such as Total; once for each beginning",
    )
    parser.add_argument(
        "--missing",
        metavar="TEXT",
        action="append",
        default=[],
        help="such cells have no value: --missing=-999; once for each text",
    )
    parser.add_argument("--all-rows", action="store_true", help="leave out no other row, whatever it looks like")
    parser.add_argument("--force", action="store_true", help="replace the task file that is there")
    return parser.parse_args()


def _encoding(name: str) -> str:
    try:
        return codecs.lookup(known_encoding(name)).name
    except ValueError:
        raise argparse.ArgumentTypeError(f"{name!r} is no encoding that Python knows") from None


def _read_options(options: argparse.Namespace) -> ReadOptions:
    separator = "\t" if options.separator == "tab" else options.separator
    named = tuple(name for name in (options.target, options.time, options.group) if name)
    return ReadOptions(
        header=options.header,
        separator=separator,
        encoding=options.encoding,
        named=named,
        leave_out=tuple(options.leave_out),
        all_rows=options.all_rows,
        missing=tuple(options.missing),
        as_texts=_as_texts(options),
    )


def _as_texts(options: argparse.Namespace) -> tuple[str, ...]:
    """Return the columns whose cells name something: lists of names may have commas, and so may names."""
    names = [name for words in options.category for name in (words, *words.split(","))]
    return (*names, options.target) if options.kind in ("binary", "multiclass") else tuple(names)


def _task_options(options: argparse.Namespace) -> TaskOptions:
    return TaskOptions(
        target=options.target,
        kind=options.kind,
        model=options.model,
        time=options.time,
        group=options.group,
        ids=tuple(options.id),
        drop=tuple(options.drop),
        keep=tuple(options.keep),
        category=tuple(options.category),
        fold=tuple(options.fold),
        exact=tuple(options.exact),
    )


if __name__ == "__main__":
    run(main, names_files=True)
