"""reproduce_table [task ...]: run each task with 5 seeds -> results/tasks.json, and the table in both READMEs.

With task names, only these are run again; the others keep their rows. How each record differs from the former one is
printed, for review.
"""

import datetime
import json
import shlex
import statistics
import sys
import time

from percept.command import option_parser

from tabulate import tabulate

from percept import paths
from percept.errors import listed, run
from percept.evaluation.record import Record, Records, band_of
from percept.model_file.environment import digest, environment
from percept.paths import ROOT
from percept.tuning.verification import PUBLISHED, Setting, by_run, settings, trained

SEEDS = range(5)
BASELINES = json.loads((ROOT / "results" / "baselines.json").read_text(encoding="utf-8"))
PAGES = (ROOT / "README.md", ROOT / "README.ko.md")
BEGIN, END = "<!-- table of tasks: begin (make table) -->", "<!-- table of tasks: end -->"


def measure(setting: Setting, former: Record | None) -> Record:
    """Run a setting with each seed. Exact values of other environments stay where that of this one has not changed."""
    values, seconds = [], []
    for seed in SEEDS:
        start = time.perf_counter()
        trial = trained(setting, seed)
        seconds.append(time.perf_counter() - start)
        values.append(trial.report["test"][setting.metric])
    test_rows, here = trial.prepared.spec.rows.test, digest(environment())
    unchanged = former is not None and former.exact.get(here) == values[0]
    return Record(
        override=setting.override,
        metric=setting.metric,
        test_rows=test_rows,
        values=tuple(values),
        band=band_of(setting.metric, values, test_rows),
        exact=(former.exact if former and unchanged else {}) | {here: values[0]},
        seconds=round(statistics.median(seconds), 1),
        date=datetime.date.today().isoformat(),
        command=shlex.join(["python", "src/reproduce_table.py", *sys.argv[1:]]),
    )


def rendered(records: Records) -> str:
    """Give the table of results/tasks.json as Markdown."""
    header = ("task", "metric", "published", "the recipe here", "a better setting", "scikit-learn: linear, trees")
    rows = []
    for task, wanted in PUBLISHED.items():
        better = records.tasks[task].get("better")
        best = f"{_mean(better)} ([`{wanted['better']}`](conf/experiment/{wanted['better']}.yaml))" if better else ""
        name, recipe = f"[`{task}`](conf/task/{task}.yaml)", _mean(records.tasks[task]["recipe"])
        rows.append((name, wanted["metric"], wanted["text"], recipe, best, _baselines(task, wanted["metric"])))
    return tabulate(rows, header, tablefmt="github", disable_numparse=True)


def _baselines(task: str, metric: str) -> str:
    found = BASELINES.get(task, {})
    return ", ".join(f"{statistics.mean(found[name][metric]):.3f}" for name in ("linear", "trees") if name in found)


def _mean(found: Record) -> str:
    return f"{statistics.mean(found.values):.3f} ± {statistics.stdev(found.values):.3f}"


def change(setting: Setting, former: Record | None, record: Record) -> str:
    """Say in a line how a record differs from the former one."""
    said = f"{setting.name}: {setting.metric} {_mean(record)} (published {setting.published})"
    if former is None:
        return f"{said}; no former record"
    if former.values == record.values:
        return f"{said}; each of {len(record.values)} values as before, to the last digit"
    moved = statistics.mean(record.values) - statistics.mean(former.values)
    num_outside = sum(not former.band[0] <= value <= former.band[1] for value in record.values)
    where = f"{num_outside} of {len(record.values)} values outside of the former band" if num_outside else "in its band"
    return f"{said}; before {_mean(former)}: {moved:+.4g}, {where}"


def main() -> None:
    parser = option_parser(__doc__)
    parser.add_argument("tasks", nargs="*", metavar="TASK", help="of results/published.yaml (default: all)")
    records = Records.load()
    environments, tasks = dict(records.environments), {task: dict(kinds) for task, kinds in records.tasks.items()}
    for some in by_run(settings(parser.parse_args().tasks)):
        record = None
        for setting in some:
            former = tasks.get(setting.task, {}).get(setting.kind)
            record = record or measure(setting, former)
            tasks.setdefault(setting.task, {})[setting.kind] = record.model_copy(update={"override": setting.override})
            print(change(setting, former, record), flush=True)
    here = environment()
    known = [task for task in PUBLISHED if task in tasks]
    records = Records(environments=environments | {digest(here): here}, tasks={task: tasks[task] for task in known})
    with paths.replaced(paths.RECORDS) as draft:
        records.save(draft)
    if not set(PUBLISHED) - set(known):
        for page in PAGES:
            before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
            page.write_text(f"{before}{BEGIN}\n{rendered(records)}\n{END}{rest.partition(END)[2]}", encoding="utf-8")
        print(f"wrote {paths.RECORDS} and the table in {listed(page.name for page in PAGES)}")


if __name__ == "__main__":
    run(main)
