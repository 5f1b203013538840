"""evaluate: models/model.onnx on the raw rows -> results/metrics.json, results/plots. Never loads TensorFlow."""

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from percept import charts, paths
from percept.errors import run
from percept.objective import AUXILIARY, Objective
from percept.params import Params
from percept.prepared import load_examples, load_raw, load_spec
from percept.scoring import score
from percept.shipped import DECISION, OUTPUT, metadata, predict
from percept.spec import DatasetSpec


class EvaluateParams(Params):
    task: str
    objective: Objective


def main() -> None:
    params = EvaluateParams.load()
    spec, objective = load_spec(), params.objective
    model = paths.MODELS / paths.SHIPPED
    report = {"task": params.task, "kind": objective.kind, "primary": objective.primary}
    with paths.replaced(paths.PLOTS) as plots, paths.replaced(paths.METRICS) as metrics:
        charts.draw_history(paths.HISTORY, plots)
        for part in ("validation", "test"):
            report[part] = {}
            y = load_examples(part).y
            if not len(y):
                continue
            outputs = predict(model, load_raw(part, spec))
            decided = class_indices(outputs.get(DECISION), spec.classes)
            report[part] = score(objective, spec.names, y, outputs[OUTPUT], decided)
            if AUXILIARY in outputs:
                report[part][AUXILIARY] = score(objective, spec.names, y, outputs[AUXILIARY])
            if part == "test":
                charts.draw(plots, objective, spec.names, y, outputs[OUTPUT], decided)
        report |= chosen(model, objective, spec)
        metrics.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    print(
        "evaluate: test "
        + ", ".join(f"{name} {value:.4g}" for name, value in report["test"].items() if isinstance(value, float))
    )


def class_indices(decided: NDArray | None, classes: tuple[str, ...]) -> NDArray[np.int64] | None:
    """What the shipped file decided, with numbers for the names of classes where there are some."""
    if decided is None or not classes:
        return decided
    index = {name: number for number, name in enumerate(classes)}
    return np.array([index[name] for name in decided], np.int64)


def chosen(model: Path, objective: Objective, spec: DatasetSpec) -> dict[str, float | dict[str, float]]:
    """The threshold of each logistic unit and the temperature, as the shipped file has them."""
    kept = {name: json.loads(text) for name, text in metadata(model).items() if name in ("thresholds", "temperature")}
    found = {}
    if objective.kind == "binary":
        found["threshold"] = kept["thresholds"][0]
    elif objective.kind == "multilabel":
        found["threshold"] = dict(zip(spec.targets, kept["thresholds"], strict=True))
    if getattr(objective, "calibration", "none") != "none":
        found["temperature"] = kept["temperature"]
    return found


if __name__ == "__main__":
    run(main)
