"""clean_runs [--keep N]: remove older experiments, with their logs and the files that nothing else refers to.

python src/clean_runs.py --keep 20   the newest 20 stay, those that a commit holds, and what any commit refers to
python src/clean_runs.py --dry-run   say what would go
"""

from pathlib import Path

from percept.command import option_parser

from percept import paths
from percept.errors import listed, run
from percept.upkeep import runs
from percept.upkeep.queue import Queue

FOLDERS = (Path(".dvc"), Path(".git"), paths.logs(), paths.backups())
MIB = 2**20


def main() -> None:
    parser = option_parser(__doc__)
    parser.add_argument("--keep", type=int, default=20, metavar="N", help="experiments that stay (default: 20)")
    parser.add_argument("--dry-run", action="store_true", help="remove nothing")
    options = parser.parse_args()
    if options.keep < 0:
        parser.error(f"argument --keep: {options.keep} is less than 0")
    runs.check_at_rest()
    gone, num_all = runs.superfluous(options.keep), len(runs.experiments())
    print(f"clean_runs: {len(gone)} of {num_all} experiments go: {listed(one.name for one in gone) or 'none'}")
    if backups := runs.stale_backups():
        print(f"clean_runs: backups of trainings that were stopped a week ago or more go: {len(backups)}")
    if options.dry_run:
        return
    before = runs.size(*FOLDERS)
    runs.remove(gone, Queue(), options.keep)
    freed = (before - runs.size(*FOLDERS)) / MIB
    print(f"clean_runs: {freed:,.1f} MiB freed; `dvc checkout` works in every commit")


if __name__ == "__main__":
    run(main)
