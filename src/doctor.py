"""doctor [--repair]: is this clone in order? Versions, devices, Git, DVC, disk, data; what killed runs left; each cure.

python src/doctor.py             say what there is; status 1 where something is to be mended
python src/doctor.py --repair    mend what killed runs left, where it is proven that nobody works on it; name the rest
"""

from percept.command import option_parser

from percept.errors import run
from percept.reporting.terminal import BOLD, QUIET, styled
from percept.upkeep.checks import findings
from percept.upkeep.finding import Finding
from percept.upkeep.leftovers import leftovers
from percept.upkeep.processes import at_work

STYLES = {"ok": QUIET, "note": BOLD, "mend": BOLD}


def main() -> None:
    parser = option_parser(__doc__)
    parser.add_argument("--repair", action="store_true", help="mend what can be proven to be left")
    repair = parser.parse_args().repair
    num_wrong = 0 if repair else _look()
    if working := at_work():
        print("doctor: somebody works in this clone, so that nothing can be told yet of killed runs:")
        print("\n".join(f"  {process}" for process in working))
    else:
        num_wrong += _leftovers(repair)
    if num_wrong and not repair:
        raise SystemExit(1)


def _look() -> int:
    """Print what is found; return how much of it is to be mended."""
    num_wrong = 0
    for finding in findings():
        print(_line(finding))
        num_wrong += finding.state == "mend"
    return num_wrong


def _line(finding: Finding) -> str:
    cure = f"\n{'':20}-> {finding.cure}" if finding.cure else ""
    return f"{styled(f'{finding.state:6}', STYLES[finding.state])}{finding.subject:14}{finding.found}{cure}"


def _leftovers(repair: bool) -> int:
    """Print what killed runs left, and what became of it; return how much of it stays."""
    num_left = 0
    for left in leftovers():
        if repair and left.mend:
            left.mend()
            outcome = "done"
        else:
            num_left += 1
            outcome = "what to do"
        print(f"doctor: {left.where}: {left.what}; {outcome}: {left.how}")
    if num_left and not repair:
        print("doctor: `python src/doctor.py --repair` does what can be done")
    elif not repair:
        print("doctor: no run that was killed has left anything")
    return num_left


if __name__ == "__main__":
    run(main)
