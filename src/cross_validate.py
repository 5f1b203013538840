"""cross_validate [--folds 5] [--repeats 1] [--name NAME] [OVERRIDE ...]: how good a setting is, by several fits.

The rows that are no test rows are cut into folds as the task sets its test rows apart: stratified, by group, by time or
at random. Each fold is judged by a run that has seen none of it, encoder and scales included. Overrides are those of
compose.py (task=wine model=tabm); without any it is what conf/ composes, the task digits. Writes
results/cross_validation/NAME.json, the scores, and NAME.csv, what was predicted of each row; NAME is the task.
Where they are quick, scikit-learn's linear model and trees learn from the same rows and are compared with it;
`python src/compare.py NAME1 NAME2` tests the difference of two settings.
"""

import argparse

from percept.command import option_parser

from tabulate import tabulate

from percept.composition import load_config
from percept.errors import UserError, run
from percept.features.resampling import CrossValidation
from percept.names import plain_name
from percept.tuning import kept_folds
from percept.tuning.cross_validation import CrossValidated, ScoredFold, cross_validate

NAMES = {"guess": "a guess", "linear": "scikit-learn's linear model", "trees": "scikit-learn's trees"}
HEADER = ("metric", "mean", "deviation", "95 % interval", "folds")


def main() -> None:
    options = _options()
    cross_validation = CrossValidation(options.folds, options.repeats)
    config = load_config(options.overrides)
    name = _name(options.name or config.task)
    primary = config.objective.primary
    print(f"cross_validate: {config.task}, {config.model.kind}, {options.folds} folds", flush=True)

    def tell(fold: ScoredFold) -> None:
        of_repeat = f" of repeat {fold.repeat}" if options.repeats > 1 else ""
        score = fold.scores[primary]
        shown = "-" if score is None else f"{score:.4g}"
        rows = f"{len(fold):,} rows, {fold.num_learned:,} learned from"
        print(f"  fold {fold.number} of {options.folds}{of_repeat}: {primary} {shown} ({rows})", flush=True)

    with kept_folds.replaced(name, config, cross_validation) as save:
        found = cross_validate(config, cross_validation, each=tell)
        report = save(found)
    print(f"\n{table(found)}\n")
    for other, difference in kept_folds.differences_beside(report).items():
        print(difference.sentence(NAMES[other], name, kept_folds.of_what(report)))
    print()
    print(f"cross_validate: wrote {kept_folds.scores_file(name)} and {kept_folds.predictions_file(name)}")


def table(found: CrossValidated) -> str:
    """Return the summary of each metric, the primary one first."""
    rows = []
    for metric, summary in sorted(found.summaries().items(), key=lambda one: one[0] != found.objective.primary):
        if summary is not None:
            ends = "-" if summary.interval is None else " to ".join(f"{end:.4f}" for end in summary.interval)
            deviation = "-" if summary.deviation is None else f"{summary.deviation:.4f}"
            rows.append((metric, f"{summary.mean:.4f}", deviation, ends, str(summary.num_folds)))
    return tabulate(rows, HEADER, tablefmt="plain", disable_numparse=True)


def _name(name: str) -> str:
    try:
        return plain_name(name)
    except ValueError as error:
        raise UserError("--name", repr(name), str(error), "give another name") from None


def _options() -> argparse.Namespace:
    parser = option_parser(__doc__)
    parser.add_argument("--folds", type=int, default=5, help="into how many the rows are cut (%(default)d)")
    parser.add_argument("--repeats", type=int, default=1, help="how often, each time anew (%(default)d)")
    parser.add_argument("--name", help="of the two files that are written (the task)")
    parser.add_argument("overrides", nargs="*", metavar="OVERRIDE", help="task=wine, model.dropout=0.2, ~key, +key=1")
    return parser.parse_intermixed_args()


if __name__ == "__main__":
    run(main)
