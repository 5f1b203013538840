"""evaluate: models/model.onnx on the raw rows -> models/model_card.md and, in results/, metrics.json, plots,
test_predictions.csv and findings, for the report; and the same for TensorBoard, in logs/. Never loads TensorFlow.
"""

import json
from functools import partial
from typing import Any

from percept.command import option_parser

from percept import paths
from percept.evaluation import findings, plots
from percept.evaluation.metrics import check_primary
from percept.evaluation.model_card import model_card
from percept.evaluation.prediction_table import save_table, table_of
from percept.evaluation.predictions import (
    Answer,
    Predictions,
    judge_validation,
    predict_some,
    predict_subset,
    report,
)
from percept.evaluation.record import Records, achieved
from percept.evaluation.tensorboard.write import Evaluation, write_evaluation
from percept.evaluation.warnings import Evidence, warnings
from percept.logs import run as logged_run
from percept.logs.fit_warnings import slower_rate
from percept.model_file import provenance, session
from percept.model_file.metadata import Metadata
from percept.names import Name
from percept.objective import Objective
from percept.params import Params, Seed, read
from percept.prepared.examples import Examples, load_examples, load_raw, load_spec
from percept.prepared.quality import Quality
from percept.prepared.spec import SUBSETS
from percept.workspace import run_stage, wrote

MOST_READ = 200_000  # training rows: more would take long


class EvaluateParams(Params):
    task: Name
    seed: Seed
    objective: Objective
    # These stand in the model card and in the report, and are checked by the stages that use them.
    source: dict[str, Any]
    features: dict[str, Any]
    split: dict[str, Any]
    contract: dict[str, Any]
    model: dict[str, Any]
    optimizer: dict[str, Any]
    fit: dict[str, Any]


def main() -> None:
    params, everything = EvaluateParams.load(), read(paths.PARAMS)
    objective, monitor = params.objective, params.fit["monitor"]
    check_primary(objective)
    spec, model = load_spec(), (paths.MODELS / paths.SHIPPED).read_bytes()
    shipped = session.open_session(model)
    answer = partial(session.run, shipped)
    metadata = Metadata.from_texts(shipped.get_modelmeta().custom_metadata_map)
    with (
        paths.replaced(paths.PLOTS) as folder,
        paths.replaced(paths.FINDINGS) as findings_folder,
        paths.replaced(paths.METRICS) as metrics_file,
        paths.replaced(paths.TEST_PREDICTIONS) as predictions_file,
        paths.replaced(paths.CARD) as card_file,
        paths.replaced(paths.PROVENANCE) as origin,
    ):
        train, held_out, examples = (load_examples(subset) for subset in SUBSETS)
        validation = judge_validation(spec, objective, metadata, answer)
        test = predict_subset("test", spec, objective, answer)
        found = report(validation, test, metadata)
        history = plots.read_history(paths.HISTORY)
        found |= _warnings(params, answer, (validation, test), (train, examples), history)
        beside = findings.look_at(
            test,
            (train, held_out, examples),
            answer,
            params.model_dump(mode="json"),
            logged_run.machine(everything, paths.HISTORY),
            (model, metadata),
            achieved(Records.load().of_run(everything), params.seed, found["test"], metadata.environment),
        )
        card = model_card(test, found, beside, Quality.load())
        plots.write_history(history, folder, monitor)
        plots.write_plots(folder, objective, spec.names, test.y, test.predicted, test.decisions)
        plots.write_importances(beside.importances, folder, objective.primary)
        plots.write_groups(beside.groups, folder, objective.primary, found["test"][objective.primary])
        beside.save(findings_folder)
        test.save(findings_folder)
        metrics_file.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
        card_file.write_text(card, encoding="utf-8")
        save_table(predictions_file, table_of(test, examples))
        write_evaluation(Evaluation(everything, test, examples, found, card, model, paths.HISTORY))
        used, made = [paths.PREPARED / "test.npz", paths.MODELS / paths.SHIPPED], {str(paths.METRICS): metrics_file}
        provenance.write(origin, "evaluate", provenance.origin({}, used, made))
        params.check_unchanged()
    scores = ", ".join(f"{name} {value:.4g}" for name, value in found["test"].items() if isinstance(value, float))
    print(f"evaluate: {spec.rows.test:,} test rows: {scores}")
    for line in found.get("warnings", []):
        print(f"evaluate: warning: {line}")
    print(f"evaluate: {wrote()}")


def _warnings(
    params: EvaluateParams,
    answer: Answer,
    predictions: tuple[Predictions | None, Predictions],
    subsets: tuple[Examples, Examples],
    history: list[dict[str, float]],
) -> dict[str, list[str]]:
    """Return what a person should hear of. predictions: of validation and test rows; subsets: training and test."""
    (validation, test), (train, examples) = predictions, subsets
    some = None
    if len(train.y) <= MOST_READ:
        some = predict_some(load_raw("train", test.spec), train.y, test.spec, params.objective, answer)
    layers = json.loads((paths.MODELS / paths.LAYERS).read_text(encoding="utf-8"))
    dead = {layer["name"]: layer["dead_units"] for layer in layers if "dead_units" in layer}
    fit, optimizer = params.fit, params.optimizer
    slower = slower_rate(optimizer["learning_rate"], optimizer["kind"])
    return warnings(
        Evidence(test, validation, some, train, examples, history, dead, fit["monitor"], fit["epochs"], slower)
    )


if __name__ == "__main__":
    option_parser(__doc__).parse_args()
    run_stage(main)
