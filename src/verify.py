"""verify [TASK ...]: train published settings anew, and hold each test score against its record in results/tasks.json.

python src/verify.py                 every task and every better setting: half an hour of a free machine
python src/verify.py --quick         those that take less than a minute each: four minutes
python src/verify.py churn --save    and keep the scores inside their bands as the exact ones of this environment

`equal`: to the last digit, as the record has the value of this environment. `inside`: the band of the record, which has
no value of this environment. `differs` and `outside`: not so, and the exit status is 1.
"""

import argparse
import contextlib
import io
from collections import Counter
from collections.abc import Sequence

from percept.command import option_parser

from percept import paths
from percept.errors import UserError, listed, run
from percept.evaluation.record import RED, Record, Records
from percept.model_file.environment import differences, digest, environment
from percept.tuning.verification import QUICK_S, Setting, Verified, by_run, settings, trained, verified

HEADER = ("setting", "metric", "value", "band", "published", "verdict")


def main() -> None:
    options = _options()
    records = Records.load()
    runs = by_run(settings(options.tasks))
    if options.quick:
        runs = [some for some in runs if _record(records, some[0]).seconds < QUICK_S]
    known = [_known_cells(setting, _record(records, setting)) for some in runs for setting in some]
    widths = [max(map(len, column)) for column in zip(HEADER, *known, strict=True)]
    print(_line(HEADER, widths))
    found: list[tuple[Setting, Verified | None]] = []
    for some in runs:
        for setting, outcome in _verify(some, records, widths):
            found.append((setting, outcome))
            if options.save and outcome and outcome.verdict not in RED:
                records = _kept(records, setting, outcome)
    _tell_environment(records, [outcome.environment for _, outcome in found if outcome])
    counts = Counter(outcome.verdict if outcome else "not run" for _, outcome in found)
    print(f"verify: {len(found)} settings: {', '.join(f'{count} {word}' for word, count in counts.items())}")
    if any(outcome is None or outcome.verdict in RED for _, outcome in found):
        raise SystemExit(1)


def _record(records: Records, setting: Setting) -> Record:
    try:
        return records.tasks[setting.task][setting.kind]
    except KeyError:
        advice = f"make it: `python src/reproduce_table.py {setting.task}`"
        raise UserError(str(paths.RECORDS), f"nothing of {setting.name}", "a record of it", advice) from None


def _verify(some: list[Setting], records: Records, widths: Sequence[int]) -> list[tuple[Setting, Verified | None]]:
    """Train the run that these settings are, and print a line for each; None where its data is out of reach."""
    try:
        with contextlib.redirect_stdout(io.StringIO()):  # from where data comes
            trial = trained(some[0])
    except UserError as error:
        print(f"{some[0].name:{widths[0]}}  not run: {error}", flush=True)
        return [(setting, None) for setting in some]
    found: list[tuple[Setting, Verified | None]] = []
    for setting in some:
        record = _record(records, setting)
        outcome = verified(setting, record, trial)
        cells = list(_known_cells(setting, record))
        cells[2], cells[5] = f"{outcome.value:.6g}", outcome.verdict
        print(_line(cells, widths), flush=True)
        found.append((setting, outcome))
    return found


def _known_cells(setting: Setting, record: Record) -> tuple[str, ...]:
    """Return the cells of HEADER, in place of what is yet to be found the longest that it can be."""
    band = " to ".join(f"{end:.4g}" for end in record.band)
    return setting.name, setting.metric, "0.123456", band, setting.published, "differs"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(f"{cell:{width}}" for cell, width in zip(cells, widths, strict=True)).rstrip()


def _kept(records: Records, setting: Setting, outcome: Verified) -> Records:
    """Keep the value as the exact one of this environment."""
    here, record = environment(), _record(records, setting)
    changed = record.model_copy(update={"exact": record.exact | {outcome.environment: outcome.value}})
    tasks = records.tasks | {setting.task: records.tasks[setting.task] | {setting.kind: changed}}
    records = Records(environments=records.environments | {digest(here): here}, tasks=tasks)
    with paths.replaced(paths.RECORDS) as draft:
        records.save(draft)
    return records


def _tell_environment(records: Records, names: list[str]) -> None:
    """Say whether the records know this environment, and how the nearest that they know differs from it."""
    if not names or names[0] in records.environments:
        print(f"\nverify: environment {names[0]}, which records know" if names else "")
        return
    here = environment()
    others = {name: differences(here, there) for name, there in records.environments.items()}
    if others:
        name = min(others, key=lambda name: len(others[name]))
        print(f"\nverify: environment {names[0]}; the records' {name} differs: {listed(others[name], 20)}")


def _options() -> argparse.Namespace:
    parser = option_parser(__doc__)
    parser.add_argument("tasks", nargs="*", metavar="TASK", help="of results/published.yaml (default: all)")
    parser.add_argument("--quick", action="store_true", help=f"only what takes less than {QUICK_S} s")
    parser.add_argument("--save", action="store_true", help="keep what is inside as exact for this environment")
    return parser.parse_args()


if __name__ == "__main__":
    run(main)
