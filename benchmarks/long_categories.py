"""long_categories [--tables a,b] [--parts "a;b"] [--results FILE] [--save]: more levels of categories, and embeddings.

Tables with categories of many levels have their tasks from `src/new_task.py`, in a clone of HEAD in a temporary folder.
Each is run with an input for each of the 50 most frequent levels, as new_task writes it, and with more levels, with
and without embeddings of them; all with SMALLER networks, as only the differences count. Judged by the mean squared
error, or the log loss, of the rows that each fold keeps back. What FILE has is not run again. The report goes to the
screen; --save also writes it to benchmarks/LONG_CATEGORIES.md.
"""

import argparse
import io
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import dev_tables
import own_tables
import pandas as pd
from ablation import read
from processes import HERE, clone_of_head, execute
from reporting import command_line, machine, markdown

PAGE = HERE / "LONG_CATEGORIES.md"
SMALLER = ["split.validation.num=3", "model.members=2", "model.units=[96,96]", "fit.threads=1"]
AS_WRITTEN = "50 levels"
PARTS: dict[str, list[str]] = {
    AS_WRITTEN: [],
    "200 levels": ["features.max_categories=200"],
    "500 levels": ["features.max_categories=500"],
    "500 levels, embeddings of 8": ["features.max_categories=500", "model.embedding=8"],
    "500 levels, embeddings of 16": ["features.max_categories=500", "model.embedding=16"],
}


class Long(NamedTuple):
    """A table, and what a person would ask new_task for."""

    build: Callable[[], bytes]
    options: tuple[str, ...]
    levels: str  # of its long categories


def _of_package(table: str, columns: list[str]) -> Callable[[], bytes]:
    return lambda: own_tables.text(own_tables.r_table(table)[columns])


def _of_flights(columns: list[str]) -> Callable[[], bytes]:
    def build() -> bytes:
        rows = pd.read_csv(io.BytesIO(own_tables.flights()))
        return own_tables.text(rows[columns].dropna())

    return build


BEFORE = ["month", "day", "sched_dep_time", "carrier", "tailnum", "origin", "dest", "dep_delay", "air_time"]
LATE = ["month", "dep_time", "sched_dep_time", "carrier", "tailnum", "origin", "dest", "hour", "arr_delay", "dep_delay"]
TABLES = {
    "mlc_churn": Long(dev_tables.load()["mlc_churn"].text, ("--target=churn", "--drop=rownames"), "51"),
    "sumhes": Long(
        _of_package("plm/SumHes", ["year", "country", "opec", "com", "pop", "gdp", "sr"]), ("--target=sr",), "125"
    ),
    "bundesliga": Long(
        _of_package("vcd/Bundesliga", ["HomeTeam", "AwayTeam", "HomeGoals", "AwayGoals", "Year", "Date"]),
        ("--target=HomeGoals", "--drop=AwayGoals", "--kind=regression"),
        "52 and 52",
    ),
    "baseball": Long(
        _of_package("plyr/baseball", ["id", "year", "team", "lg", "g", "ab", "h", "sb"]),
        ("--target=sb", "--category=id"),
        "1228 and 132",
    ),
    "airtime": Long(_of_flights(BEFORE), ("--target=air_time",), "3264 and 100"),
    "flights": Long(_of_flights(LATE), ("--target=arr_delay",), "3264 and 100"),
}


def measure(table: str, parts: list[str], file: Path) -> None:
    """Append the result of each part on a table to the file, a JSON object a line."""
    with clone_of_head() as clone:
        (clone / f"{table}.csv").write_bytes(TABLES[table].build())
        execute([sys.executable, "src/new_task.py", f"{table}.csv", *TABLES[table].options], clone)
        for part in parts:
            command = [sys.executable, str(HERE / "table_trial.py"), f"task={table}", *SMALLER, *PARTS[part]]
            ran = execute(command, clone, settings={"PYTHONPATH": "src"})
            row = {"table": table, "part": part} | json.loads(ran.output.splitlines()[-1])
            with file.open("a", encoding="utf-8") as stream:
                stream.write(json.dumps(row) + "\n")
            print(f"{table}, {part}: {row['inner']:.4g} inner, {row['outer']:.4g} outer", file=sys.stderr, flush=True)


def report(found: dict[tuple[str, str], dict], tables: list[str], parts: list[str]) -> str:
    """Write the inner loss of each part on each table, as a change in per cent from 50 levels."""
    rows = []
    for table in tables:
        base = found[table, AS_WRITTEN]["inner"]
        changes = [
            f"{100 * (found[table, part]['inner'] / base - 1):+.1f}" if (table, part) in found else ""
            for part in parts
            if part != AS_WRITTEN
        ]
        rows.append([table, TABLES[table].levels, f"{base:.4g}", *changes])
    header = ["table", "levels", f"{AS_WRITTEN}, loss", *(f"{part}, %" for part in parts if part != AS_WRITTEN)]
    return f"""# More levels of long categories, and embeddings

The log loss, or the mean squared error, of rows that each of 3 folds keeps back, with 2 members of two layers of 96;
how it changes with more levels, one input each or embedded (`model.embedding`). One seed.

{markdown(header, rows)}"""


def main() -> None:
    options = _options()
    file = Path(options.results or tempfile.mkstemp(prefix="long-categories-", suffix=".json")[1])
    for table in options.tables:
        if left := [part for part in options.parts if (table, part) not in read(file)]:
            measure(table, left, file)
    told = f"{machine({'TensorFlow': 'tensorflow'})}\n{command_line()}"
    text = f"{report(read(file), options.tables, options.parts)}\n\n{told}\n"
    print(text)
    if options.save:
        PAGE.write_text(text, encoding="utf-8")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tables", default=",".join(TABLES), help="names, with commas (default: %(default)s)")
    parser.add_argument("--parts", default=";".join(PARTS), help=f"some of: {'; '.join(PARTS)} (default: all)")
    parser.add_argument("--results", help="a file that results are appended to, and taken from")
    parser.add_argument("--save", action="store_true", help="write the report to benchmarks/LONG_CATEGORIES.md")
    options = parser.parse_args()
    options.tables, options.parts = options.tables.split(","), options.parts.split(";")
    if not set(options.tables) <= set(TABLES) or not {AS_WRITTEN} <= set(options.parts) <= set(PARTS):
        parser.error(f"--tables takes {', '.join(TABLES)}, --parts {'; '.join(PARTS)}; the first of these always")
    return options


if __name__ == "__main__":
    main()
