"""report: what evaluate found -> results/report.html, one page to look at and to send, and in results/, what it draws:
explanations, reference.json. Never loads TensorFlow.
"""

import hashlib
import json
import os
from functools import partial
from pathlib import Path
from typing import Any

from percept.command import option_parser

from percept import paths
from percept.errors import UserError
from percept.evaluation import baselines, groups
from percept.evaluation.metrics import intervals_of
from percept.evaluation.plots import write_rows
from percept.evaluation.predictions import Predictions, predict_subset
from percept.model_file import session
from percept.model_file.metadata import Metadata
from percept.names import Name
from percept.objective import Objective
from percept.params import Params, Seed
from percept.prepared.examples import load_examples, load_spec
from percept.prepared.quality import Quality
from percept.prepared.spec import SUBSETS
from percept.reporting import explanations
from percept.reporting.report import report_page
from percept.reporting.run import GROUPS, IMPORTANCE, Run, group_rows, importance_rows
from percept.reporting.terminal import result
from percept.workspace import run_stage, wrote

NUM_EFFECTS = 3  # columns, of the most important, whose effect is drawn


class ReportParams(Params):
    task: Name
    seed: Seed
    objective: Objective
    # The page shows these.
    source: dict[str, Any]
    features: dict[str, Any]
    split: dict[str, Any]
    contract: dict[str, Any]
    model: dict[str, Any]
    optimizer: dict[str, Any]
    fit: dict[str, Any]


def main() -> None:
    params = ReportParams.load()
    with (
        paths.replaced(paths.REPORT) as page_file,
        paths.replaced(paths.EXPLANATIONS) as folder,
        paths.replaced(paths.REFERENCE) as reference_file,
    ):
        run = _run(params)
        page_file.write_text(report_page(run), encoding="utf-8")
        _write_plots(folder, run)
        reference_file.write_text(json.dumps({"task": params.task, **run.beside}, indent=1) + "\n", encoding="utf-8")
        params.check_unchanged()
    print(f"report: {wrote()}")
    if os.environ.get("PERCEPT_SHOW") != "after":  # as `make repro` does
        print(result(run.report, run.beside))


def _run(params: ReportParams) -> Run:
    """Predict the test rows once more, and look at how the predictions come about."""
    spec, model = load_spec(), (paths.MODELS / paths.SHIPPED).read_bytes()
    shipped = session.open_session(model)
    answer = partial(session.run, shipped)
    test = predict_subset("test", spec, params.objective, answer)
    importances = explanations.importances(test, answer, params.seed)
    columns = [each.column for each in importances[:NUM_EFFECTS]]
    train, validation, examples = (load_examples(subset) for subset in SUBSETS)
    quality, unit = Quality.load(), "picture" if spec.pixels else "row"
    return Run(
        params=params.model_dump(mode="json"),
        report=_report(test),
        test=test,
        places=[f"{quality.unit if examples.row is not None else unit} {place}" for place in examples.places()],
        metadata=Metadata.from_texts(shipped.get_modelmeta().custom_metadata_map),
        quality=quality,
        layers=json.loads((paths.MODELS / paths.LAYERS).read_text(encoding="utf-8")),
        intervals=intervals_of(test.outcome),
        beside=dict(baselines.beside(params.objective, spec, train, validation, examples, params.seed)),
        groups=groups.scored(test),
        importances=importances,
        effects=explanations.effects(test, columns, answer, params.seed),
        plots=paths.PLOTS,
        sha256=hashlib.sha256(model).hexdigest(),
    )


def _report(test: Predictions) -> dict[str, Any]:
    """Read metrics.json. Raises `UserError` where it is of another run."""
    found = json.loads(paths.METRICS.read_text(encoding="utf-8"))
    if (found["task"], found["primary"]) != (test.spec.task, test.objective.primary):
        what, expected = f"scores of {found['task']} ({found['primary']})", "those of this run"
        raise UserError(str(paths.METRICS), what, expected, "run evaluate again: `dvc repro --force evaluate`")
    return found


def _write_plots(folder: Path, run: Run) -> None:
    measure, whole = run.report["primary"], run.value
    write_rows(folder / "importance.csv", IMPORTANCE, importance_rows(run.importances, measure))
    write_rows(folder / "groups.csv", GROUPS, [] if whole is None else group_rows(run.groups, measure, whole))


if __name__ == "__main__":
    option_parser(__doc__).parse_args()
    run_stage(main)
