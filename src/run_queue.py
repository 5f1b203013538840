"""run_queue [--jobs N]: run all that `dvc exp run --queue` put aside, and stay until nothing is left.

python src/run_queue.py --jobs 2   two at a time; workers that were killed are started again; status 1 if a run failed
"""

import time

from percept.command import option_parser

from percept.errors import run
from percept.upkeep.queue import ENDED, FAILED, RUNNING, WAITING, Queue, run_all

LOOK_S = 5.0  # between two looks at the queue


def main() -> None:
    parser = option_parser(__doc__)
    parser.add_argument("--jobs", type=int, default=1, choices=range(1, 65), metavar="N", help="at a time (default: 1)")
    num_jobs = parser.parse_args().jobs
    queue, shown = Queue(), ""
    before = {one["rev"] for one in queue.runs() if one["status"] in (FAILED, ENDED)}

    def wait(counts: dict[str, int]) -> None:
        nonlocal shown
        line = f"run_queue: {counts[WAITING]} queued, {counts[RUNNING]} running"
        if line != shown:
            print(line, flush=True)
        shown = line
        time.sleep(LOOK_S)

    run_all(queue, num_jobs, wait, lambda text: print(f"run_queue: {text}", flush=True))
    ended = [one for one in queue.runs() if one["rev"] not in before]
    failed = [one["name"] for one in ended if one["status"] == FAILED]
    for name in failed:
        print(f"run_queue: {name} failed; `dvc queue logs {name}` says why")
    print(f"run_queue: {len(ended) - len(failed)} ended, {len(failed)} failed; `python src/compare.py` shows them")
    if failed:
        raise SystemExit(1)


if __name__ == "__main__":
    run(main)
