"""accept: the run that lies here -> results/accepted.json, unless it is worse than the run accepted before.

python src/accept.py                     compare, and keep it
python src/accept.py --force "reason"    keep it although it is worse, with the reason

A regression is refused on all test rows, by the primary metric, and for each group of rows: a category, a quarter of a
number, a class. `python src/ship.py` ships no run that is one.
"""

import argparse
import json
from functools import partial

from percept.command import option_parser

from percept import paths
from percept.errors import UserError, run
from percept.evaluation.predictions import predict_subset
from percept.model_file import session
from percept.names import Name
from percept.objective import Objective
from percept.params import Params
from percept.prepared.examples import load_spec
from percept.release.stamp import check_up_to_date, current_commit
from percept.tuning import accepted, gate


class AcceptParams(Params):
    task: Name
    objective: Objective


def main() -> None:
    reason = _options().force
    if reason is not None and not reason.strip():
        raise UserError("--force", "no words", "why a worse run is accepted", "give the reason, in quotes")
    params = AcceptParams.load()
    check_up_to_date()
    report = json.loads(paths.METRICS.read_text(encoding="utf-8"))
    test = predict_subset("test", load_spec(), params.objective, partial(session.predict, paths.MODELS / paths.SHIPPED))
    runs = accepted.load()
    found = accepted.Accepted.of(test, report, current_commit(changes_allowed=True))
    former = runs.get(params.task)
    comparison = gate.compared(former, test, report) if former else None
    if comparison:
        print(f"accept: {comparison.sentence}")
        if comparison.worse and reason is None:
            raise gate.refusal(comparison)
        if comparison.worse:
            found = found.model_copy(update={"worse": tuple(comparison.worse), "reason": reason})
    accepted.save(runs | {params.task: found})
    score = found.test.get(found.primary)
    said = f"{found.primary} {score.value:.4g}" if score else found.primary
    print(f"accept: {params.task}, {said}, {len(found.groups)} groups: {paths.ACCEPTED}; `git add` and commit it")


def _options() -> argparse.Namespace:
    parser = option_parser(__doc__)
    parser.add_argument("--force", metavar="REASON", help="accept it although it is worse; the reason is kept")
    return parser.parse_args()


if __name__ == "__main__":
    run(main)
