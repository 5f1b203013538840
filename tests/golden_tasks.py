"""Difficult small tables and the task files that are written for them.

`PYTHONPATH=src python tests/golden_tasks.py` writes the task files anew; `git diff` then shows what has changed.
"""

from pathlib import Path

from percept.profiling.reading import read_table
from percept.profiling.task import Task, propose_task
from percept.profiling.task_file import render
from percept.profiling.task_options import TaskOptions
from percept.sources.download import sha256

FOLDER = Path("tests/golden/new_task")  # from the repository
ROOT = Path(__file__).parents[1]
OPTIONS = {
    "branches": TaskOptions("sales"),  # a title, the header again, a total, notes, capitals, -999
    "census": TaskOptions("class"),  # NA, -, ? and n/a for missing; rows without a target
    "deliveries": TaskOptions("arrival", time="ordered"),  # day first, both orders possible, with time, names of months
    "flowers": TaskOptions("column_5"),  # no header
    "korean": TaskOptions("기분 🙂"),  # Korean and emoji
    "korean_cp949": TaskOptions("이탈"),
    "machines": TaskOptions("failed"),  # byte order mark, Windows line ends, a comma and a line end in names
    "members": TaskOptions("status", group="agent_id"),  # identifiers, leaks, nothing but one value, nothing, free text
    "mixed": TaskOptions("fits"),  # numbers with some texts, codes
    "payments": TaskOptions("outcome"),  # one to fifty
    "rents": TaskOptions("Miete"),  # semicolons and decimal commas
    "shops": TaskOptions("sales"),  # 300 categories, a target over powers of ten
    "visits": TaskOptions("returned"),  # Parquet: whole numbers made floats, decimals, truth, a time zone, row labels
    "weather": TaskOptions("Température"),  # tabs, cp1252, decimal commas
}


def table_of(name: str) -> Path:
    """From the repository."""
    (file,) = (file for file in (ROOT / FOLDER).glob(f"{name}.*") if file.suffix != ".yaml")
    return file.relative_to(ROOT)


def inferred(name: str) -> Task:
    return propose_task(read_table(ROOT / table_of(name)), OPTIONS[name])


def rendered(name: str) -> str:
    file = table_of(name)
    source = {"path": file.name, "urls": [str(file)], "sha256": sha256(ROOT / file)}
    return render(inferred(name), name, source, f"python src/new_task.py {file} --target '{OPTIONS[name].target}'").text


if __name__ == "__main__":
    for name in OPTIONS:
        (ROOT / FOLDER / f"{name}.yaml").write_text(rendered(name), encoding="utf-8")
