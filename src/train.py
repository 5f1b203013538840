"""train: data/prepared -> models, results/history.csv, logs/<task>-<model>-<run>."""

import os
import time
from pathlib import Path

from percept import paths
from percept.errors import run
from percept.model_file.fresh_process import answering
from percept.models import Model, build
from percept.models.perceptron import Perceptron, is_separable
from percept.objective import Objective
from percept.params import Params
from percept.prepared.examples import Examples, load_examples, load_raw, load_spec
from percept.prepared.spec import DatasetSpec
from percept.training.optimizer import Optimizer
from percept.training.options import Fit
from percept.training.startup import load_tensorflow

SEPARABLE_ROWS = 10_000  # more take the linear program too long


class TrainParams(Params):
    seed: int
    objective: Objective
    model: Model
    optimizer: Optimizer
    fit: Fit


def main() -> None:
    params = TrainParams.load()
    spec = load_spec()
    # TensorFlow takes seconds to load: only once the parameters are known to be good.
    load_tensorflow()
    from percept.training import decision, environment, fit

    decision.check_can_be_chosen(params.objective, spec.rows.validation)
    fit.seed_everything(params.seed)
    network = compiled_network(params, spec)
    examples = {part: load_examples(part) for part in ("train", "validation")}
    examples["train"] = fit.weighted(examples["train"], spec, params.objective)
    targets = {part: fit.network_targets(rows, spec, params.objective, network) for part, rows in examples.items()}
    counts = f"{spec.rows.train:,} training rows, {spec.rows.validation:,} validation rows"
    print(f"train: {params.model.kind} with {network.count_params():,} parameters; {counts}", flush=True)

    log_dir = _log_dir(spec.task, params.model.kind)
    start_s = time.monotonic()
    fitted = fit.fit(network, targets["train"], targets["validation"], params.fit, log_dir, params.optimizer)
    environment.save_fingerprint(log_dir / "environment.json")
    _say_how_it_went(fitted, params.fit, time.monotonic() - start_s)
    if isinstance(params.model, Perceptron) and params.objective.kind == "binary":
        _say_whether_separable(examples["train"], fitted.history.rows[-1]["accuracy"])
    decided = decision.decide_on(network, examples["validation"], params.objective)
    _say_what_was_chosen(decided, params.objective)

    with paths.replaced(paths.MODELS) as folder, paths.replaced(paths.HISTORY) as history:
        fitted.history.save(history)
        _save(folder, network, fitted, decided, spec, params.objective)


def compiled_network(params: TrainParams, spec: DatasetSpec):
    """The network of the parameters, ready to be fitted. Raises `UserError` where it cannot serve the task."""
    from percept.training import fit

    network = build(params.model, spec, params.objective)
    auxiliary_weight = getattr(params.model, "auxiliary_weight", 0.0)
    fit.compile_model(network, params.objective, params.optimizer, params.fit, spec.rows.train, auxiliary_weight)
    return network


def _log_dir(task: str, model: str) -> Path:
    name = os.environ.get("DVC_EXP_NAME") or time.strftime("%Y%m%d-%H%M%S")
    folder = paths.logs() / f"{task}-{model}-{name}"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _say_how_it_went(fitted, plan: Fit, seconds: float) -> None:
    epochs = len(fitted.history.rows)
    kept = fitted.best.epoch if plan.weights == "best" else epochs
    last = ", ".join(f"{name} {value:.4f}" for name, value in fitted.history.rows[kept - 1].items() if name != "epoch")
    print(f"train: {epochs} epochs in {seconds:.1f} s; weights of epoch {kept}: {last}", flush=True)


def _say_whether_separable(train: Examples, accuracy: float) -> None:
    if accuracy == 1 or len(train) > SEPARABLE_ROWS:
        return
    if is_separable(train.x, train.y):
        print("train: one straight line could part the classes, but it is not found yet: train for more epochs")
    else:
        print(
            "train: no straight line parts these classes, and a perceptron can draw no other: "
            "some rows must stay wrong.\n  A hidden layer bends the line: run with `-S model=mlp`"
        )


def _say_what_was_chosen(decided, objective: Objective) -> None:
    if getattr(objective, "calibration", "none") != "none":
        print(f"train: temperature {decided.temperature:.3f} is the likeliest on the validation rows")
    if isinstance(getattr(objective, "threshold", None), str):
        values = ", ".join(f"{threshold:.3f}" for threshold in decided.thresholds)
        print(f"train: yes above {values}: best {objective.threshold} on the validation rows")


def _save(folder: Path, network, fitted, decided, spec: DatasetSpec, objective: Objective) -> None:
    """Write the network, the shipped file and the summary; refuse a shipped file that says something else."""
    from percept.model_file import export
    from percept.models.deployed import as_kept
    from percept.training import decision

    final = as_kept(network, spec)
    export.save_keras(final, folder / paths.NETWORK)
    encoder = None if spec.pixels else paths.PREPARED / paths.ENCODER
    export.save_onnx(final, encoder, spec, objective, decided, folder / paths.SHIPPED)
    x = load_examples("test").x[: export.CHECKED_ROWS]
    raw = {name: column[: export.CHECKED_ROWS] for name, column in load_raw("test", spec).items()}
    expected = export.predictions(final, x)
    with answering(folder / paths.SHIPPED, raw) as answers:
        _save_summary(final, folder / "summary.txt")
        network.set_weights(fitted.best.weights)
        if decided.temperature != 1:
            decision.calibrate(network, decided.temperature)
        export.save_keras(final, folder / paths.BEST)
        difference = export.agreement(answers(), expected, spec, x)
    print(
        f"train: wrote {paths.MODELS / paths.SHIPPED}; in a fresh process it agrees with Keras within {difference:.0e}"
    )


def _save_summary(network, path: Path) -> None:
    lines: list[str] = []
    network.summary(print_fn=lambda line, **_: lines.append(line))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    run(main)
