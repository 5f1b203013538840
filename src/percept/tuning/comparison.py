"""Whether the network of the last run beats the trees and the straight line: one line, from scores on the same rows.

It loads next to nothing, as `show` answers at once.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from percept import paths

FILE = Path("results/own_baselines.json")
NAMES = {"trees": "boosted trees", "linear": "a straight line"}


def digest_of_rows() -> str | None:
    """Return what tells the rows of data/prepared from others; None where there are none."""
    files = [paths.PREPARED / f"{subset}.npz" for subset in ("train", "validation", "test")]
    if not all(file.is_file() for file in files):
        return None
    parts = [hashlib.sha256(file.read_bytes()).hexdigest() for file in files]
    return hashlib.sha256("".join(parts).encode()).hexdigest()


def verdict(report: Mapping[str, Any], found: Mapping[str, Any], digest: str | None) -> str | None:
    """Say in one line whether the network beats both models; None where these are of other rows, or another metric.

    report: what metrics.json holds; found: what FILE holds; digest: of the rows that are there now.
    """
    metric, network = report["primary"], report["test"].get(report["primary"])
    if (found["task"], found["primary"], found["rows"]) != (report["task"], metric, digest) or network is None:
        return None
    sign = 1 if found["higher_is_better"] else -1
    groups: dict[str, list[str]] = {"ahead of": [], "level with": [], "behind": []}
    for name, words in NAMES.items():
        shown, other = f"{network:.4g}", f"{found[name]:.4g}"
        ahead = sign * network > sign * found[name]
        groups["level with" if shown == other else "ahead of" if ahead else "behind"].append(f"{words} ({other})")
    parts = [f"{place} {' and '.join(names)}" for place, names in groups.items() if names]
    beats = "the network beats both" if len(groups["ahead of"]) == len(NAMES) else "the network does not beat both"
    return f"{beats}: {metric} {network:.4g} is {', '.join(parts)}, on the same {found['test_rows']:,} test rows"
