"""compare: the runs of the workspace, of commits and of their experiments as one table, best validation score first.

Runs stand by task and primary metric, as only such scores compare; `settings` are those in which they differ. A person
chooses by the validation score: the test score is there to look at once. Runs that failed or wait are named below.
"""

import argparse

from percept.command import option_parser

from tabulate import tabulate

from percept.errors import listed, run
from percept.tuning.runs import contents, entries, name_of, order, score_of, settings, without_repeats

HEADER = ("run", "commit", "task", "model", "optimizer", "epochs", "metric", "validation", "test", "settings")
NUM_COMMITS = 20


def row(found: dict, differs: str) -> tuple[str, ...]:
    """Return the cells of HEADER."""
    params, metrics = found["params"], found["metrics"]
    model, optimizer = params["model"], params["optimizer"]
    scores = [score_of(found, part) for part in ("validation", "test")]
    return (
        found["name"],
        found["commit"],
        metrics["task"],
        f"{model['kind']} {'-'.join(map(str, model.get('units', [])))}".strip(),
        f"{optimizer['kind']} {optimizer['learning_rate']:g}",
        str(params["fit"]["epochs"]),
        metrics["primary"],
        *("-" if score is None else f"{score:.4g}" for score in scores),
        differs,
    )


def table(runs: list[dict], part: str) -> list[tuple[str, ...]]:
    """Return the rows by task and primary metric, in each the best first."""
    groups: dict[tuple[str, str], list[dict]] = {}
    for found in runs:
        groups.setdefault((found["metrics"]["task"], found["metrics"]["primary"]), []).append(found)
    rows = []
    for _, group in sorted(groups.items()):
        group.sort(key=lambda found: order(found, part))
        rows += [row(found, differs) for found, differs in zip(group, settings(group), strict=True)]
    return rows


def main() -> None:
    options = _options()
    words = ["--all-commits"] if options.all else ["--num", str(options.num)]
    runs, left_out = [], []
    for commit, entry in entries(words):
        if found := contents(commit, entry):
            runs.append(found)
        elif commit == "workspace" or entry["rev"] != commit:  # commits need not hold a run
            left_out.append(name_of(entry))
    print(tabulate(table(without_repeats(runs), options.sort), HEADER, tablefmt="plain", disable_numparse=True))
    if left_out:
        print(f"\ncompare: left out, as they have no scores of their own (yet): {listed(left_out)}")


def _options() -> argparse.Namespace:
    parser = option_parser(__doc__)
    parser.add_argument("--sort", choices=("validation", "test"), default="validation", help="by which score")
    parser.add_argument("-n", "--num", type=int, default=NUM_COMMITS, help="how many commits back (%(default)d)")
    parser.add_argument("-A", "--all", action="store_true", help="all commits of all branches")
    return parser.parse_args()


if __name__ == "__main__":
    run(main)
