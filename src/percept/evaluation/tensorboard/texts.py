"""The model card by sections, and for tables the rows that are worth a look."""

import re
from collections.abc import Iterator

from tabulate import tabulate
from tensorboard.compat.proto.summary_pb2 import Summary

from percept.evaluation.prediction_table import table_of
from percept.evaluation.predictions import Predictions
from percept.evaluation.tensorboard.notable import notable
from percept.logs.summaries import text
from percept.prepared.examples import Examples

NUM_ROWS = 20
MAX_COLUMNS = 6  # of the raw columns


def shown(test: Predictions, examples: Examples, card: str) -> Iterator[Summary.Value]:
    """Return the texts of a run."""
    task = test.spec.task
    first, *others = re.split(r"^## ", card, flags=re.MULTILINE)
    yield text(f"{task}/model card", first)
    for number, section in enumerate(others, 1):
        title, _, content = section.partition("\n")
        yield text(f"{task}/model card, {number} {title.lower()}", content)
    if not test.spec.pixels:
        for name, rows in notable(test, NUM_ROWS).items():
            columns = table_of(test.take(rows), examples.take(rows))
            raw = {name: cells[:, 0] for name, cells in list(test.take(rows).raw.items())[:MAX_COLUMNS]}
            table = tabulate([*zip(*columns.values(), *raw.values(), strict=True)], [*columns, *raw], "github", ".4g")
            yield text(f"{task}/test rows, {name}", table)
