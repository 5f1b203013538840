"""A released file must score as the run that it comes from."""

import math
from typing import Any

from percept import paths
from percept.errors import UserError

TOLERANCE = 1e-4  # between metrics of two processors


def check_scores(found: dict[str, Any], expected: dict[str, Any]) -> None:
    """Raise `UserError` where a test score of the file differs from that of the run; nested scores are left out."""
    for name, value in expected.items():
        again = found[name]
        if not isinstance(value, float) or not isinstance(again, float):
            continue
        if not math.isclose(again, value, rel_tol=TOLERANCE, abs_tol=TOLERANCE):
            advice = "evaluate it on this machine: `dvc repro --force --single-item evaluate`"
            raise UserError(paths.SHIPPED, f"its test {name} is {again}", f"{value}, as in {paths.METRICS}", advice)
