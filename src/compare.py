"""compare [EXP1 EXP2]: the runs of the workspace, of commits and of their experiments, best validation score first.

Runs stand by task and primary metric, as only such scores compare; `settings` are those in which they differ. A person
chooses by the validation score: the test score is there to look at once. Runs that failed or wait are named below.

--html writes the table as a page that sorts, with the course of each loss: results/compare.html.

With two names it says whether the second is better, by a paired test on the same rows: experiments, commits or
`workspace` on their test rows, or names that cross_validate.py has written, on their folds.
"""

import argparse
import csv
import io
from collections.abc import Iterator

from percept.command import option_parser

from tabulate import tabulate

from percept import paths
from percept.errors import UserError, listed, run
from percept.evaluation.intervals import Interval
from percept.evaluation.metrics import METRICS
from percept.evaluation.prediction_table import outcome_of, read_table
from percept.reporting.experiments import MAX_POINTS, Experiment, experiments_page
from percept.tuning import judged_runs, kept_files, kept_folds
from percept.tuning.difference import Difference
from percept.tuning.kept_files import ReadFile
from percept.tuning.runs import contents, entries, name_of, order, score_of, settings, without_repeats

HEADER = ("run", "commit", "task", "model", "optimizer", "epochs", "metric", "validation", "test", "settings")
NUM_COMMITS = 20


def model_words(found: dict) -> tuple[str, str]:
    """Return model and optimizer in words."""
    model, optimizer = found["params"]["model"], found["params"]["optimizer"]
    units = "-".join(map(str, model.get("units", [])))
    return f"{model['kind']} {units}".strip(), f"{optimizer['kind']} {optimizer['learning_rate']:g}"


def row(found: dict, differs: str) -> tuple[str, ...]:
    """Return the cells of HEADER."""
    metrics = found["metrics"]
    scores = [score_of(found, part) for part in ("validation", "test")]
    return (
        found["name"],
        found["commit"],
        metrics["task"],
        *model_words(found),
        str(found["params"]["fit"]["epochs"]),
        metrics["primary"],
        *("-" if score is None else f"{score:.4g}" for score in scores),
        differs,
    )


def ordered(runs: list[dict], part: str) -> Iterator[tuple[dict, str]]:
    """Yield runs and how they differ, by task and primary metric, in each the best first."""
    groups: dict[tuple[str, str], list[dict]] = {}
    for found in runs:
        groups.setdefault((found["metrics"]["task"], found["metrics"]["primary"]), []).append(found)
    for _, group in sorted(groups.items()):
        group.sort(key=lambda found: order(found, part))
        yield from zip(group, settings(group), strict=True)


def table(runs: list[dict], part: str) -> list[tuple[str, ...]]:
    """Return the rows of the table."""
    return [row(found, differs) for found, differs in ordered(runs, part)]


def experiment(found: dict, differs: str, read: ReadFile) -> Experiment:
    """Return a run with the files that DVC keeps of it; a file that is not kept is none."""
    metrics = found["metrics"]
    history, predictions = (read(found["rev"], file) for file in (paths.HISTORY, paths.TEST_PREDICTIONS))
    rows = list(csv.DictReader(io.StringIO(history))) if history else []
    name = "val_loss" if rows and "val_loss" in rows[0] else "loss"
    model, optimizer = model_words(found)
    return Experiment(
        name=found["name"],
        commit=found["commit"],
        task=metrics["task"],
        model=model,
        optimizer=optimizer,
        metric=metrics["primary"],
        validation=score_of(found, "validation"),
        test=score_of(found, "test"),
        interval=_interval(metrics, predictions),
        losses=[float(row[name]) for row in rows[:: max(1, len(rows) // MAX_POINTS)]],
        settings=differs,
    )


def _interval(metrics: dict, predictions: str | None) -> Interval | None:
    metric = METRICS.get(metrics["primary"])
    if metric is None or predictions is None:
        return None
    outcome = outcome_of(read_table(predictions, str(paths.TEST_PREDICTIONS)), metrics["kind"])
    if not outcome.predicted.size:  # of many classes no probabilities are kept
        return None
    ends = metric.interval(outcome)
    return None if ends is None else metric.possible(ends)


def pair(first: str, second: str) -> tuple[list[Difference], str]:
    """Compare two runs by each metric, the primary one first, and say on what. Raises `UserError`."""
    known = kept_folds.kept()
    if first in known and second in known:
        one, other = kept_folds.load(first), kept_folds.load(second)
        return kept_folds.differences((first, second), one, other), kept_folds.of_what(one)
    runs = judged_runs.load(first), judged_runs.load(second)
    return judged_runs.differences(*runs), f"{runs[0].num_rows:,} test rows"


def tell_pair(first: str, second: str) -> None:
    found, of_what = pair(first, second)
    header = ("metric", first, second, "difference", "95 % interval", "p")
    print(tabulate([one.cells() for one in found], header, tablefmt="plain", disable_numparse=True))
    print(f"\n{found[0].sentence(first, second, of_what)}")


def tell_all(options: argparse.Namespace) -> None:
    words = ["--all-commits"] if options.all else ["--num", str(options.num)]
    runs, left_out = [], []
    for commit, entry in entries(words):
        if found := contents(commit, entry):
            runs.append(found)
        elif commit == "workspace" or entry["rev"] != commit:  # commits need not hold a run
            left_out.append(name_of(entry))
    shown = without_repeats(runs)
    print(tabulate(table(shown, options.sort), HEADER, tablefmt="plain", disable_numparse=True))
    if options.html:
        read = kept_files.reader()
        page = experiments_page([experiment(*each, read) for each in ordered(shown, options.sort)])
        with paths.replaced(paths.COMPARISON) as draft:
            draft.write_text(page, encoding="utf-8")
        print(f"\ncompare: wrote {paths.COMPARISON}")
    if left_out:
        print(f"\ncompare: left out, as they have no scores of their own (yet): {listed(left_out)}")


def main() -> None:
    options = _options()
    if not options.runs:
        tell_all(options)
    elif len(options.runs) == 2:
        tell_pair(*options.runs)
    else:
        advice = "name two, or none for a table of all"
        raise UserError("EXP1 EXP2", f"{len(options.runs)} given: {listed(options.runs)}", "two names", advice)


def _options() -> argparse.Namespace:
    parser = option_parser(__doc__)
    parser.add_argument("runs", nargs="*", metavar="EXP", help="two to compare")
    parser.add_argument("--sort", choices=("validation", "test"), default="validation", help="by which score")
    parser.add_argument("--html", action="store_true", help="write results/compare.html as well")
    parser.add_argument("-n", "--num", type=int, default=NUM_COMMITS, help="how many commits back (%(default)d)")
    parser.add_argument("-A", "--all", action="store_true", help="all commits of all branches")
    return parser.parse_args()


if __name__ == "__main__":
    run(main)
