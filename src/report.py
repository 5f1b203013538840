"""report: what evaluate found -> results/report.html, one page to look at and to send. Never loads TensorFlow.

It reads no parameters: those of the run are among what evaluate found.
"""

import json
import os
from typing import Any

from percept.command import option_parser

from percept import paths
from percept.errors import UserError
from percept.evaluation.findings import Findings
from percept.evaluation.predictions import Predictions
from percept.prepared.examples import load_examples, load_spec
from percept.prepared.quality import Quality
from percept.reporting.report import report_page
from percept.reporting.run import Run
from percept.reporting.terminal import result
from percept.workspace import run_stage, wrote


def main() -> None:
    with paths.replaced(paths.REPORT) as page_file:
        run = _run()
        page_file.write_text(report_page(run), encoding="utf-8")
    print(f"report: {wrote()}")
    if os.environ.get("PERCEPT_SHOW") != "after":  # as `make repro` does
        print(result(run.report, run.findings.beside))


def _run() -> Run:
    """Read all that the page tells of."""
    findings, quality, examples = Findings.load(), Quality.load(), load_examples("test")
    test = Predictions.load(load_spec(), findings.objective)
    unit = quality.unit if examples.row is not None else "picture" if test.spec.pixels else "row"
    return Run(
        report=_report(findings),
        findings=findings,
        test=test,
        places=[f"{unit} {place}" for place in examples.places()],
        quality=quality,
        layers=json.loads((paths.MODELS / paths.LAYERS).read_text(encoding="utf-8")),
        plots=paths.PLOTS,
    )


def _report(findings: Findings) -> dict[str, Any]:
    """Read metrics.json. Raises `UserError` where it is of another run."""
    found = json.loads(paths.METRICS.read_text(encoding="utf-8"))
    if (found["task"], found["primary"]) != (findings.task, findings.objective.primary):
        what, expected = f"scores of {found['task']} ({found['primary']})", "those of this run"
        raise UserError(str(paths.METRICS), what, expected, "run evaluate again: `dvc repro --force evaluate`")
    return found


if __name__ == "__main__":
    option_parser(__doc__).parse_args()
    run_stage(main)
