"""evaluate: models/model.onnx on the raw rows -> results/metrics.json, results/plots. Never loads TensorFlow."""

import json

from percept import charts, paths
from percept.errors import run
from percept.objective import AUXILIARY, Objective
from percept.params import Params
from percept.prepared import load_examples, load_raw, load_spec
from percept.scoring import score
from percept.shipped import output_names, predict


class EvaluateParams(Params):
    task: str
    objective: Objective


def main() -> None:
    params = EvaluateParams.load()
    spec = load_spec()
    report = {"task": params.task, "kind": params.objective.kind, "primary": params.objective.primary}
    model = paths.MODELS / paths.SHIPPED
    has_auxiliary = AUXILIARY in output_names(model)
    with paths.replaced(paths.PLOTS) as plots, paths.replaced(paths.METRICS) as metrics:
        charts.draw_history(paths.HISTORY, plots)
        for part in ("validation", "test"):
            report[part] = {}
            y = load_examples(part).y
            if not len(y):
                continue
            raw = load_raw(part, spec)
            predicted = predict(model, raw)
            report[part] = score(params.objective, y, predicted, len(spec.classes))
            if has_auxiliary:
                second = predict(model, raw, AUXILIARY)
                report[part][AUXILIARY] = score(params.objective, y, second, len(spec.classes))
            if part == "test":
                charts.draw(plots, params.objective, spec.classes, y, predicted)
        metrics.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    print(
        "evaluate: test "
        + ", ".join(f"{name} {value:.4g}" for name, value in report["test"].items() if isinstance(value, float))
    )


if __name__ == "__main__":
    run(main)
