"""table_rows TASK SPLIT ...: which rows of its table a task learns from and is tested on, in each outer split, as JSON.

benchmarks/tables.py runs it in a clone, where new_task has written the task. Rows are told by their lines in the file,
the targets as the arrays of percept have them.
"""

import json
import sys

from percept import paths
from percept.composition import load_config
from percept.features.prepare import Preparation, divide, read_raw
from percept.features.split import Fraction


def main() -> None:
    task, *splits = sys.argv[1:]
    found = {}
    with paths.scratch() as folder:
        config = load_config([f"task={task}"])
        config.source.fetch(folder, None)
        table = config.source.read(folder)
    for split in splits:
        if isinstance(config.split.test, Fraction):
            config = load_config([f"task={task}", f"split.test.random_state={split}"])
        options = Preparation(task, config.features, config.split, config.objective, config.seed, config.contract)
        rows = read_raw(table, options)
        indices = divide(rows, options)
        parts = {"learned": [*indices.train, *indices.validation], "test": indices.test}
        found[split] = {"classes": rows.classes, "num_rows": table.num_rows} | {
            name: {"lines": rows.table.lines[chosen].tolist(), "y": rows.y[chosen].ravel().tolist()}
            for name, chosen in parts.items()
        }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
