"""reproduce_table [task ...]: run each task with 5 seeds -> results/tasks.json and the table in both READMEs.

With task names, only these are run again; the others keep their rows.
"""

import json
import statistics
import time
from typing import Any

from percept.command import option_parser

from tabulate import tabulate

from percept import yaml_file
from percept.composition import load_config
from percept.errors import UserError, listed, nearest, run
from percept.paths import ROOT
from percept.tuning.trial import run_trial

SEEDS = range(5)
PUBLISHED: dict[str, dict[str, Any]] = yaml_file.load(ROOT / "results" / "published.yaml")[1]
RESULTS = ROOT / "results" / "tasks.json"
BASELINES = json.loads((ROOT / "results" / "baselines.json").read_text(encoding="utf-8"))
PAGES = (ROOT / "README.md", ROOT / "README.ko.md")
BEGIN, END = "<!-- table of tasks: begin (make table) -->", "<!-- table of tasks: end -->"


def reproduce(override: str, metric: str) -> dict:
    """Give the test metric of each seed, and how long a whole run took in the median, imports left out."""
    values, seconds = [], []
    for seed in SEEDS:
        start = time.perf_counter()
        trial = run_trial(load_config([override, f"seed={seed}"]))
        seconds.append(time.perf_counter() - start)
        values.append(trial.report["test"][metric])
    rows = trial.prepared.spec.rows.test
    return {"override": override, "test_rows": rows, "values": values, "seconds": round(statistics.median(seconds), 1)}


def rendered(results: dict) -> str:
    """Give the table of results/tasks.json as Markdown."""
    header = ("task", "metric", "published", "the recipe here", "a better setting", "scikit-learn: linear, trees")
    rows = []
    for task, wanted in PUBLISHED.items():
        better = results[task].get("better")
        best = f"{_mean(better)} ([`{wanted['better']}`](conf/experiment/{wanted['better']}.yaml))" if better else ""
        name, recipe = f"[`{task}`](conf/task/{task}.yaml)", _mean(results[task]["recipe"])
        rows.append((name, wanted["metric"], wanted["text"], recipe, best, _baselines(task, wanted["metric"])))
    return tabulate(rows, header, tablefmt="github", disable_numparse=True)


def _baselines(task: str, metric: str) -> str:
    found = BASELINES.get(task, {})
    return ", ".join(f"{statistics.mean(found[name][metric]):.3f}" for name in ("linear", "trees") if name in found)


def _mean(found: dict) -> str:
    return f"{statistics.mean(found['values']):.3f} ± {statistics.stdev(found['values']):.3f}"


def main() -> None:
    parser = option_parser(__doc__)
    parser.add_argument("tasks", nargs="*", metavar="TASK", help="of results/published.yaml (default: all)")
    chosen = parser.parse_args().tasks or list(PUBLISHED)
    for task in chosen:
        if task not in PUBLISHED:
            raise UserError(
                "task", f"{task!r}{nearest(task, PUBLISHED)}", f"one of {listed(PUBLISHED, 99)}", "correct the name"
            )
    results = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.is_file() else {}
    for task in chosen:
        wanted = PUBLISHED[task]
        results[task] = {"recipe": reproduce(f"task={task}", wanted["metric"])}
        print(f"{task}: {_mean(results[task]['recipe'])} (published {wanted['text']})", flush=True)
        if "better" in wanted:
            results[task]["better"] = reproduce(f"experiment={wanted['better']}", wanted["metric"])
            print(f"{wanted['better']}: {_mean(results[task]['better'])}", flush=True)
    RESULTS.write_text(json.dumps({task: results[task] for task in PUBLISHED if task in results}, indent=1) + "\n")
    if not set(PUBLISHED) - set(results):
        for page in PAGES:
            before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
            page.write_text(f"{before}{BEGIN}\n{rendered(results)}\n{END}{rest.partition(END)[2]}", encoding="utf-8")
        print(f"wrote {RESULTS.relative_to(ROOT)} and the table in {listed(page.name for page in PAGES)}")


if __name__ == "__main__":
    run(main)
