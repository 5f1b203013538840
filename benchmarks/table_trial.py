"""table_trial OVERRIDE ...: one whole run in memory, its losses on rows that were not learned from as JSON.

benchmarks/ablation.py runs it in a clone, where new_task has written the task.
"""

import json
import sys
import time

from percept.composition import load_config
from percept.tuning.trial import prepare_data, run_trial


def main() -> None:
    config = load_config(sys.argv[1:])
    prepared = prepare_data(config)
    started = time.perf_counter()
    report = run_trial(config, prepared).report
    loss = "mse" if config.objective.kind == "regression" else "log_loss"
    found = {"inner": report["validation"][loss], "outer": report["test"][loss]}
    print(json.dumps(found | {"seconds": round(time.perf_counter() - started, 1)}))


if __name__ == "__main__":
    main()
