"""search [--draws N] [--rounds N] [--save]: the search that tutorials end with, beside scikit-learn's over stock Keras.

10 draws of depth, width and learning rate on California housing, each judged by 3 folds, up to 100 epochs: `search.py`
with one and two workers, plain_search.py and, where it is installed, keras_tuner_search.py, as processes from start to
exit. The latter two take many minutes, so they make --draws (2) of their 10 and the report tells what 10 would take.
Then what a trial costs beside its training. The report goes to the screen; --save also writes it to
benchmarks/SEARCH.md.
"""

import argparse
import json
import statistics
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from processes import HERE, Run, clone_of_head, execute, fetch
from reporting import Rounds, command_line, machine, markdown, spread

DRAWS, FOLDS = 10, 3
TASK = ["task=california", "search=california", "fit.threads=1"]
TINY = ["task=iris", "fit.threads=1", "fit.epochs=1", "search.pruner=none", "search.sampler=random", "search.workers=1"]
FEW, MANY = 10, 60  # tiny trials, whose difference in time tells what one costs
OTHERS = {"scikit-learn": "plain_search.py", "KerasTuner": "keras_tuner_search.py"}
PACKAGES = {"TensorFlow": "tensorflow", "Optuna": "optuna", "Dask": "distributed", "KerasTuner": "keras-tuner"}


class Other(NamedTuple):
    """What a script of others told, and what all draws would take."""

    mse: float
    test_mse: float
    seconds: float


def searched(clone: Path, words: list[str]) -> Run:
    """Search as a person does, with no study from before."""
    execute(["rm", "-rf", "logs", "search/dvc.lock", "search/trials.csv", "search/best.json", "search/plots"], clone)
    return execute([sys.executable, "src/search.py", *words], clone)


def measure_other(script: str, clone: Path, draws: int) -> Other:
    """Fit some of the draws, and one more to all training rows; tell what as many as there are would take."""
    run = execute([sys.executable, str(HERE / script), str(draws)], clone)
    told = json.loads(run.output.splitlines()[-1])
    of_draw = (told["search_s"] - told["refit_s"]) / draws
    return Other(told["mse"], told["test_mse"], run.seconds + of_draw * (DRAWS - draws))


def tuned_mse(clone: Path) -> float:
    """Run the best setting; return the mean squared error on the test rows."""
    execute([sys.executable, "-m", "dvc", "exp", "run", "-S", "experiment=california_tuned"], clone)
    return json.loads((clone / "results/metrics.json").read_text(encoding="utf-8"))["test"]["mse"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=2, help="of 10 by others (default: 2)")
    parser.add_argument("--rounds", type=int, default=3, help="of each of percept's (default: 3)")
    parser.add_argument("--save", action="store_true", help="write the report to benchmarks/SEARCH.md")
    options = parser.parse_args()
    seconds = Rounds()
    with clone_of_head() as clone:
        if skipped := fetch("task=california", clone):
            sys.exit(f"search: {skipped}")
        execute([sys.executable, "src/preprocess.py"], clone)
        scripts = {name: script for name, script in OTHERS.items() if name != "KerasTuner" or find_spec("keras_tuner")}
        others = {name: measure_other(script, clone, options.draws) for name, script in scripts.items()}
        for _ in range(options.rounds):
            for workers in (1, 2):
                words = [*TASK, f"search.workers={workers}"]
                seconds[f"{workers}"].append(searched(clone, words).seconds)
            for trials in (FEW, MANY):
                seconds[f"tiny {trials}"].append(searched(clone, [*TINY, f"search.trials={trials}"]).seconds)
        searched(clone, [*TASK, "search.workers=2"])
        mse = json.loads((clone / "search/best.json").read_text(encoding="utf-8"))["score"]
        test_mse = tuned_mse(clone)
    text = report(others, options.draws, seconds, mse, test_mse)
    print(text)
    if options.save:
        (HERE / "SEARCH.md").write_text(text, encoding="utf-8")


def report(others: dict[str, Other], draws: int, seconds: Rounds, mse: float, test_mse: float) -> str:
    rows = [
        [f"{name} over stock Keras", f"{found.seconds:.0f}", "", f"{found.mse:.3f}", f"{found.test_mse:.3f}"]
        for name, found in others.items()
    ]
    for workers in (1, 2):
        taken = seconds[f"{workers}"]
        name = f"`search.py`, {workers} worker{'s' if workers > 1 else ''}"
        ratio = f"{others['scikit-learn'].seconds / statistics.median(taken):.0f}"
        rows.append([name, spread(taken), ratio, f"{mse:.3f}", f"{test_mse:.3f}"])
    header = ("search", "seconds", "times faster than scikit-learn", "mse of the folds", "mse of the test rows")
    few, many = (statistics.median(seconds[f"tiny {trials}"]) for trials in (FEW, MANY))
    whole = "" if draws == DRAWS else f" The others made {draws} draws; their seconds are those of {DRAWS}, scaled."
    return f"""# A random search, from start to exit

California housing: {DRAWS} draws of depth, width and learning rate, each judged by {FOLDS} folds, up to 100 epochs.
All draw from the same space, but not the same settings.{whole}

{markdown(header, rows)}

A trial costs {(many - few) / (MANY - FEW):.2f} s beside its training: {FEW} of one epoch on iris take {few:.1f} s,
{MANY} of them {many:.1f} s.

{machine(PACKAGES)}
{command_line()}
"""


if __name__ == "__main__":
    main()
