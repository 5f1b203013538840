"""evaluate: models/model.onnx on the raw rows -> results/metrics.json, results/plots, models/model_card.md.

Never loads TensorFlow.
"""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from percept import paths
from percept.errors import run
from percept.evaluation.metrics import Scores, score
from percept.evaluation.model_card import Judged, model_card
from percept.model_file.metadata import Meaning
from percept.model_file.session import DECISION, OUTPUT, metadata, predict
from percept.objective import AUXILIARY, Objective
from percept.params import Params
from percept.prepared.examples import load_examples, load_raw, load_spec
from percept.prepared.quality import Quality
from percept.prepared.spec import DatasetSpec, Part

Raw = dict[str, NDArray]


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
    meaning = Meaning.from_metadata(metadata(model))
    report = {"task": params.task, "kind": objective.kind, "primary": objective.primary, "validation": {}}
    if spec.rows.validation:
        report["validation"] = scores(judge("validation", spec, objective, partial(predict, model)))
    judged = judge("test", spec, objective, partial(predict, model))
    report |= {"test": scores(judged)} | chosen(meaning, objective)
    with (
        paths.replaced(paths.PLOTS) as plots,
        paths.replaced(paths.METRICS) as metrics,
        paths.replaced(paths.CARD) as card,
    ):
        plots.draw_history(paths.HISTORY, plots)
        plots.draw(plots, objective, spec.names, judged.y, judged.predicted, judged.decided)
        metrics.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
        text = model_card(judged, report, params.model_dump(mode="json"), model, meaning, Quality.load())
        card.write_text(text, encoding="utf-8")
    print(
        "evaluate: test "
        + ", ".join(f"{name} {value:.4g}" for name, value in report["test"].items() if isinstance(value, float))
    )


def judge(part: Part, spec: DatasetSpec, objective: Objective, answer: Callable[[Raw], Raw]) -> Judged:
    """What the shipped file says of the rows of one part; answer: raw inputs -> outputs, as `shipped.predict`."""
    raw = load_raw(part, spec)
    outputs = answer(raw)
    decided = class_indices(outputs.get(DECISION), spec.classes)
    return Judged(objective, spec, raw, load_examples(part).y, outputs[OUTPUT], decided, outputs.get(AUXILIARY))


def scores(judged: Judged) -> Scores:
    """Metrics of the main output, and of the auxiliary one where there is one."""
    names = judged.spec.names
    found = score(judged.objective, names, judged.y, judged.predicted, judged.decided)
    if judged.auxiliary is not None:
        found[AUXILIARY] = score(judged.objective, names, judged.y, judged.auxiliary)
    return found


def class_indices(decided: NDArray | None, classes: tuple[str, ...]) -> NDArray[np.int64] | None:
    """What the shipped file decided, with numbers for the names of classes where there are some."""
    if decided is None or not classes:
        return decided
    index = {name: number for number, name in enumerate(classes)}
    return np.array([index[name] for name in decided], np.int64)


def chosen(meaning: Meaning, objective: Objective) -> dict[str, float | dict[str, float]]:
    """The threshold of each logistic unit and the temperature, as the shipped file has them."""
    found = {}
    if objective.kind == "binary":
        found["threshold"] = meaning.thresholds[0]
    elif objective.kind == "multilabel":
        found["threshold"] = dict(zip(meaning.targets, meaning.thresholds, strict=True))
    if getattr(objective, "calibration", "none") != "none":
        found["temperature"] = meaning.temperature
    return found


if __name__ == "__main__":
    run(main)
