"""evaluate: models/model.onnx on the raw rows -> results/metrics.json, results/plots, models/model_card.md.

Never loads TensorFlow.
"""

import json
from functools import partial
from typing import Any

from percept import paths
from percept.errors import run
from percept.evaluation import plots
from percept.evaluation.model_card import model_card
from percept.evaluation.predictions import chosen, predict_part, scores
from percept.model_file.metadata import Metadata
from percept.model_file.session import predict, read_metadata
from percept.objective import Objective
from percept.params import Params
from percept.prepared.examples import load_spec
from percept.prepared.quality import Quality


class EvaluateParams(Params):
    task: str
    seed: int
    objective: Objective
    # These stand in the model card, and are checked by the stages that use them.
    source: dict[str, Any]
    features: dict[str, Any]
    split: dict[str, Any]
    contract: dict[str, Any]
    model: dict[str, Any]
    optimizer: dict[str, Any]
    fit: dict[str, Any]


def main() -> None:
    params = EvaluateParams.load()
    spec, objective = load_spec(), params.objective
    model = paths.MODELS / paths.SHIPPED
    metadata = Metadata.from_texts(read_metadata(model))
    report = {"task": params.task, "kind": objective.kind, "primary": objective.primary, "validation": {}}
    if spec.rows.validation:
        report["validation"] = scores(predict_part("validation", spec, objective, partial(predict, model)))
    predictions = predict_part("test", spec, objective, partial(predict, model))
    report |= {"test": scores(predictions)} | chosen(metadata, objective)
    with (
        paths.replaced(paths.PLOTS) as folder,
        paths.replaced(paths.METRICS) as metrics,
        paths.replaced(paths.CARD) as card,
    ):
        plots.draw_history(paths.HISTORY, folder)
        plots.draw(folder, objective, spec.names, predictions.y, predictions.predicted, predictions.decided)
        metrics.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
        text = model_card(predictions, report, params.model_dump(mode="json"), model, metadata, Quality.load())
        card.write_text(text, encoding="utf-8")
    print(
        "evaluate: test "
        + ", ".join(f"{name} {value:.4g}" for name, value in report["test"].items() if isinstance(value, float))
    )


if __name__ == "__main__":
    run(main)
