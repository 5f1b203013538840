"""doctor [--repair]: what runs that were killed left in this clone, and what mends it.

python src/doctor.py             say what is there, with what would be done; status 1 where there is anything
python src/doctor.py --repair    do it, where it is proven that nobody works on it, and name the rest
"""

from percept.command import option_parser

from percept.errors import run
from percept.upkeep.leftovers import leftovers
from percept.upkeep.processes import at_work


def main() -> None:
    parser = option_parser(__doc__)
    parser.add_argument("--repair", action="store_true", help="mend what can be proven to be left")
    repair = parser.parse_args().repair
    if working := at_work():
        print("doctor: somebody works in this clone, so that nothing can be told yet:")
        print("\n".join(f"  {process}" for process in working))
        return
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
        raise SystemExit(1)
    if not repair:
        print("doctor: no run that was killed has left anything")


if __name__ == "__main__":
    run(main)
