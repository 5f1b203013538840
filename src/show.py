"""show: results/metrics.json as a short table, and what to try next; --open shows the report in a browser.

It loads next to nothing, to answer at once.
"""

import argparse
import json
import os
import sys
import webbrowser

from percept.command import option_parser

from percept import paths
from percept.errors import run
from percept.reporting.scores import Scores
from percept.reporting.terminal import result
from percept.tuning import comparison


def main() -> None:
    options = _options()
    report = json.loads(paths.METRICS.read_text(encoding="utf-8"))
    own = _own_baselines(report)
    print(result(report, _beside(report, own)))
    if own and (line := comparison.verdict(report, own, own["rows"])):
        print(f"\n{line}")
    if options.open:
        open_report()


def _beside(report: dict, own: dict | None) -> dict[str, Scores]:
    """Return test scores of other models on the same rows, as evaluate and `baselines` left them."""
    found: dict[str, Scores] = {}
    file = paths.FINDINGS / paths.FOUND
    if file.is_file():
        kept = json.loads(file.read_text(encoding="utf-8"))
        found = kept["beside"] if kept["task"] == report["task"] else {}
    if own:
        found = {name: {report["primary"]: own[name]} for name in ("linear", "trees")} | found
    return found


def _own_baselines(report: dict) -> dict | None:
    """Return what `baselines` left, where it is of the rows that are there now."""
    if not comparison.FILE.is_file():
        return None
    found = json.loads(comparison.FILE.read_text(encoding="utf-8"))
    fits = (found["task"], found["primary"], found["rows"]) == (
        report["task"],
        report["primary"],
        comparison.digest_of_rows(),
    )
    return found if fits else None


def open_report() -> None:
    """Show the report in a browser, where there is a screen; else say where it is."""
    place = paths.REPORT.resolve()
    if not place.is_file():
        print(f"\nshow: there is no {paths.REPORT} yet: `dvc repro`")
    elif has_screen() and webbrowser.open(place.as_uri()):
        print(f"\nshow: opened {paths.REPORT}")
    else:
        print(f"\nshow: no browser could be opened here; the report is {place}")


def has_screen() -> bool:
    """Tell whether a browser has a screen: without one Python would start one in the terminal, and wait for it."""
    return sys.platform == "darwin" or any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY")))


def _options() -> argparse.Namespace:
    parser = option_parser(__doc__)
    parser.add_argument("--open", action="store_true", help="show results/report.html in a browser")
    return parser.parse_args()


if __name__ == "__main__":
    run(main)
