"""What a run read and what it is: the task, its rows, the network, its limits, and how to make it again."""

import math
import shlex

from percept import yaml_file
from percept.evaluation.model_card import answer, row_counts
from percept.evaluation.model_card import limits as limits_of
from percept.reporting.page import paragraph, table, text, unordered
from percept.reporting.run import Run
from percept.reporting.scores import interval, number

NUM_DRIFTS = 10  # columns that are shown
SPLITS = {
    "last": "the last of the rows",
    "fraction": "a share of the rows, drawn at random",
    "given": "as the publisher of the data divided them",
    "none": "none",
}


def sentence(run: Run) -> str:
    """Say what the model does, and how well."""
    spec, name = run.test.spec, run.report["primary"]
    what = "pictures" if spec.pixels else "rows of a table"
    ends = run.findings.intervals.get(name)
    within = "" if ends is None else f" (95 % interval {interval(ends)})"
    says = answer(spec, run.test.objective.kind)
    tested = f"{len(run.test.y):,} test {'rows' if not spec.pixels else 'pictures'}"
    return f"From {what} this model says {says}. On {tested} it has {name} {number(run.value)}{within}."


def warnings(run: Run) -> list[str]:
    return [paragraph(f"Warning: {line}", "warning") for line in run.report.get("warnings", [])]


def data(run: Run) -> list[str]:
    spec = run.test.spec
    files = [(name, digest[:12]) for name, digest in spec.sha256.items()]
    rows = [(what, f"{count:,}") for what, count in row_counts(spec)]
    found = [
        "<h3>Where every row went</h3>",
        table(("rows", "number"), rows),
        paragraph(_split(run)),
        table(("file", "sha256 begins"), files, words=2) if files else "",
        "<h3>What was noticed</h3>",
        unordered(
            run.quality.messages() or ["No copies in two parts, no contradicting labels, no drift beyond chance."]
        ),
    ]
    drifts = [
        (column.name, f"{column.missing_train:.1%}", f"{column.missing_test:.1%}", f"{column.drift:.3f}")
        for column in run.quality.drift
        if column.flagged
    ][:NUM_DRIFTS]
    header = ("column that drifts", "missing in training", "missing in test", "drift (0 to 1)")
    return [*found, table(header, drifts) if drifts else ""]


def _split(run: Run) -> str:
    split, spec = run.findings.params["split"], run.test.spec
    if spec.rows.test_is_train:
        return "The test rows are the training rows: a truth table has no others."
    parts = [f"{part} rows: {_words(split[part])}" for part in ("test", "validation") if split.get(part)]
    folds = f" {spec.num_folds} folds of the training rows take the place of validation rows." if spec.num_folds else ""
    return f"How they were divided: {'; '.join(parts)}.{folds} Nothing was fitted to a test row."


def _words(options: dict) -> str:
    words = [
        name if value is True else f"{name} {value}"
        for name, value in options.items()
        if name != "kind" and value not in (None, False) and not isinstance(value, dict)
    ]
    more = f" ({', '.join(words)})" if words else ""
    return SPLITS.get(options["kind"], options["kind"]) + more


def network(run: Run) -> list[str]:
    model, total = run.findings.params["model"], sum(layer["weights"] for layer in run.layers)
    most = max((layer["weights"] for layer in run.layers), default=0)
    items, before = [], None
    for layer in run.layers:
        source = f" from {', '.join(layer['inputs'])}" if layer["inputs"] and layer["inputs"] != [before] else ""
        options = ", ".join(f"{name} {value}" for name, value in layer["options"].items())
        shape = " x ".join("any" if side is None else f"{side}" for side in layer["shape"])
        size = (
            f'<span class="size" style="width:{_width(layer["weights"], most):.0f}%"></span>'
            if layer["weights"]
            else ""
        )
        facts = [f"output {shape}"] if shape else []
        facts += [f"{layer['weights']:,} weights"] if layer["weights"] else []
        words = f"<strong>{text(layer['kind'])}</strong> {text(options)} <small>{text(layer['name'] + source)}</small>"
        items.append(f"<li>{words}<br><small>{text(', '.join(facts))}</small>{size}</li>")
        before = layer["name"]
    optimizer, fit = run.findings.params["optimizer"], run.findings.params["fit"]
    said = (
        f"{model['kind']} of {total:,} weights, trained by {optimizer['kind']} (learning rate "
        f"{optimizer['learning_rate']:g}), batches of {fit['batch_size']}, at most {fit['epochs']} epochs."
    )
    note = "Data flows from the top to the bottom. The bar: how many weights a layer has, on a logarithmic scale."
    return [paragraph(said), f'<ol class="layers">{"".join(items)}</ol>', paragraph(note, "quiet")]


def _width(weights: int, most: int) -> float:
    return 100 * math.log1p(weights) / math.log1p(most)


def limits(run: Run) -> list[str]:
    return [unordered(limits_of(run.test, run.quality))]


def make_it_again(run: Run) -> list[str]:
    task = shlex.quote(run.report["task"])
    commands = [
        "make setup && source .venv/bin/activate",
        "dvc repro                          # with the params.yaml below, in the commit that holds this run",
        f"dvc exp run -S task={task:14} # or the task with its defaults",
        f"sha256sum models/model.onnx        # {run.findings.sha256}",
        "python src/predict.py NEW_ROWS -o predictions.csv",
    ]
    made_with = [*run.findings.versions.items(), *run.findings.machine.items()]
    settings = yaml_file.dump(run.findings.params).rstrip()
    return [
        f"<pre>{text(chr(10).join(commands))}</pre>",
        paragraph(run.findings.achieved),
        table(("made with", ""), made_with, words=2),
        f"<details><summary>params.yaml</summary><pre>{text(settings)}</pre></details>",
    ]
