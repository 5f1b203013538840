"""ablation [--tables a,b] [--parts a,b] [--results FILE] [--save]: what each part of the network for tables gives.

Each public table of tables.json has its task from `src/new_task.py`, in a clone of HEAD in a temporary folder. It is
run as written, and once for each part with that part replaced. Judged by the log loss, or the mean squared error, of
rows that were not learned from: inner ones are those that each fold keeps back, outer ones the test rows of one split.
What FILE has is not run again. The report goes to the screen; --save also writes it to benchmarks/ABLATION.md.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from dev_tables import load
from processes import HERE, clone_of_head, execute
from reporting import command_line, machine, markdown

TABLES = load()
FEW_TABLES = ("credit_g", "phoneme", "mlc_churn", "saratoga", "computers")
AS_WRITTEN = "as new_task writes it"
PARTS: dict[str, list[str]] = {  # what is replaced -> overrides
    AS_WRITTEN: [],
    "no bins": ["features.bins=null"],
    "scaling standard": ["features.scaling=standard"],
    "levels of categories embedded in 8 inputs": ["model.embedding=8"],
    "one member in each stack": ["model.members=1"],
    "8 members in each stack": ["model.members=8"],
    "validation rows set apart in place of folds": ["split.validation={kind:fraction,fraction:0.2,stratify:false}"],
    "5 folds": ["split.validation.num=5"],
    "no straight line": ["model.line=false"],
    "no forest": ["model.forest=false"],
    "layers of 192": ["model.units=[192,192]"],
    "one hidden layer": ["model.units=[128]"],
    "swish in place of relu": ["model.activation=swish"],
    "constant learning rate": ["optimizer.schedule={kind:constant}"],
    "four cycles of the learning rate": ["optimizer.schedule={kind:cosine_cycles,cycles:4}"],
    "a quarter of the learning rate": ["optimizer.learning_rate=0.002"],
    "beta_2 .999": ["optimizer.beta_2=0.999"],
    "no weight decay": ["optimizer.weight_decay=0"],
    "three times the weight decay": ["optimizer.weight_decay=0.3"],
    "no running means of the weights": ["optimizer.ema_epochs=0"],
    "gradients clipped to a norm of 1": ["optimizer.clip_norm=1"],
    "half the epochs": ["fit.epochs=30"],
}
PAGE = HERE / "ABLATION.md"


def measure(table: str, parts: list[str], file: Path) -> None:
    """Append the result of each part on a table to the file, a JSON object a line."""
    with clone_of_head() as clone:
        (clone / f"{table}.csv").write_bytes(TABLES[table].text())
        execute([sys.executable, "src/new_task.py", *TABLES[table].options], clone)
        for part in parts:
            command = [sys.executable, str(HERE / "table_trial.py"), f"task={table}", *PARTS[part]]
            ran = execute(command, clone, settings={"PYTHONPATH": "src"})
            row = {"table": table, "part": part} | json.loads(ran.output.splitlines()[-1])
            with file.open("a", encoding="utf-8") as stream:
                stream.write(json.dumps(row) + "\n")
            print(f"{table}, {part}: {row['inner']:.4g} inner, {row['outer']:.4g} outer", file=sys.stderr, flush=True)


def read(file: Path) -> dict[tuple[str, str], dict]:
    """Return the results that a file holds, by table and part."""
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    return {(row["table"], row["part"]): row for row in map(json.loads, lines)}


def report(found: dict[tuple[str, str], dict], tables: Iterable[str], parts: Iterable[str]) -> str:
    """Write the change of the geometric mean of the loss, and the seconds, of each part over all tables."""
    tables = list(tables)
    rows = []
    for part in parts:
        ratios = {
            key: [found[table, part][key] / found[table, AS_WRITTEN][key] for table in tables]
            for key in ("inner", "outer")
        }
        changes = {key: 100 * (np.exp(np.log(values).mean()) - 1) for key, values in ratios.items()}
        worse = sum(ratio > 1 for ratio in ratios["inner"])
        cells = [f"{changes[key]:+.1f}" for key in ratios] if part != AS_WRITTEN else ["", ""]
        seconds = sum(found[table, part]["seconds"] for table in tables)
        rows.append([part, *cells, f"{worse} of {len(tables)}" if part != AS_WRITTEN else "", f"{seconds:.0f}"])
    header = ["part", "inner loss, %", "outer loss, %", "worse inner loss, tables", "seconds of all"]
    return f"""# What each part of the network for tables gives

The network of [docs/tables.md](../docs/tables.md), with one part replaced: how the geometric mean of the log loss, or
of the mean squared error, changes over these tables: {", ".join(tables)}. Inner rows are those that each fold keeps
back, outer ones the test rows of one split. Seconds are those of training, compilation and export; what else the
machine does adds to them, more to one part than to another.

{markdown(header, rows)}"""


def main() -> None:
    options = _options()
    file = Path(options.results or tempfile.mkstemp(prefix="ablation-", suffix=".json")[1])
    parts = [AS_WRITTEN, *(part for part in options.parts if part != AS_WRITTEN)]
    for table in options.tables:
        if left := [part for part in parts if (table, part) not in read(file)]:
            measure(table, left, file)
    text = f"{report(read(file), options.tables, parts)}\n\n{machine({'TensorFlow': 'tensorflow'})}\n{command_line()}\n"
    print(text)
    if options.save:
        PAGE.write_text(text, encoding="utf-8")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tables", default=",".join(FEW_TABLES), help="names, with commas (default: %(default)s)")
    parser.add_argument("--parts", default=",".join(PARTS), help=f"some of: {', '.join(PARTS)} (default: all)")
    parser.add_argument("--results", help="a file that results are appended to, and taken from")
    parser.add_argument("--save", action="store_true", help="write the report to benchmarks/ABLATION.md")
    options = parser.parse_args()
    options.tables, options.parts = options.tables.split(","), options.parts.split(",")
    if not set(options.tables) <= set(TABLES) or not set(options.parts) <= set(PARTS):
        parser.error(f"--tables takes {', '.join(TABLES)}, --parts {'; '.join(PARTS)}")
    return options


if __name__ == "__main__":
    main()
