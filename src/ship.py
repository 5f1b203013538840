"""ship: the run that Git holds -> release/<task>/model.onnx, with its scores, commit and model card inside.

python src/ship.py                  after `dvc repro` and `git commit`
python src/ship.py --saved-model    and release/<task>/saved_model/, a TensorFlow SavedModel for TF Serving
python src/ship.py --show FILE      print the commit and the card that a file carries

A run that is worse than the accepted one (accept.py) is refused.
"""

import argparse
import json
import os
from functools import partial
from pathlib import Path

from percept.command import option_parser

import onnx

from percept import paths
from percept.errors import run
from percept.evaluation.predictions import predict_subset
from percept.model_file import session as shipped
from percept.model_file.fresh_process import answers_of
from percept.models import Model
from percept.names import Name, folder_name
from percept.objective import Objective
from percept.params import Params
from percept.prediction.model import load_model
from percept.prepared.examples import load_examples, load_raw, load_spec
from percept.prepared.spec import DatasetSpec
from percept.release.scores import check_scores
from percept.release.stamp import Release, check_up_to_date, current_commit
from percept.tuning import accepted, gate


class ShipParams(Params):
    task: Name
    objective: Objective
    model: Model


def main() -> None:
    options = _options()
    if options.show:
        texts = load_model(options.show).session.get_modelmeta().custom_metadata_map
        release = Release.of(texts, options.show)
        print(f"Git commit {release.commit}\n\n{release.card}")
        return
    os.chdir(paths.ROOT)
    params = ShipParams.load()
    check_up_to_date()
    commit = current_commit(options.uncommitted)
    report = json.loads(paths.METRICS.read_text(encoding="utf-8"))
    card = paths.CARD.read_text(encoding="utf-8")
    spec = load_spec()
    with paths.replaced(paths.RELEASE / folder_name(params.task)) as folder:
        model = onnx.load(paths.MODELS / paths.SHIPPED)
        Release(commit=commit, scores=report, card=card).stamp(model)
        (folder / paths.SHIPPED).write_bytes(model.SerializeToString(deterministic=True))
        (folder / paths.CARD.name).write_text(card, encoding="utf-8")
        answer = partial(answers_of, folder / paths.SHIPPED)
        test = predict_subset("test", spec, params.objective, answer)
        check_scores(test.scores(), report["test"])
        gate.check(accepted.load().get(params.task), test, report)
        if options.saved_model:
            _save_saved_model(params, spec, model, folder / "saved_model" / "1")  # TF Serving wants a version
    score = f"{report['primary']} {report['test'][report['primary']]:.4g}"
    print(f"ship: {paths.RELEASE / params.task}; {score} again in a fresh process; commit {commit}")


def _save_saved_model(params: ShipParams, spec: DatasetSpec, file: onnx.ModelProto, target: Path) -> None:
    """Write the SavedModel; refuse one that answers otherwise than the shipped file. Raises `UserError`."""
    from percept.training.startup import load_tensorflow

    load_tensorflow()
    from percept.model_file import export
    from percept.models import build
    from percept.models.deployed import as_kept
    from percept.release import saved_model

    # Built anew and given its weights, as Keras reloads no layer of one's own by itself.
    network = as_kept(build(params.model, spec, params.objective), spec)
    network.load_weights(paths.MODELS / paths.NETWORK)
    target.mkdir(parents=True)
    saved_model.save_saved_model(network, file, target)
    x = load_examples("test").x[: export.CHECKED_ROWS]
    raw = {name: column[: export.CHECKED_ROWS] for name, column in load_raw("test", spec).items()}
    expected = shipped.predict(paths.MODELS / paths.SHIPPED, raw)
    expected.pop(shipped.DECISION, None)  # follows from the rest, but for ties
    export.agreement(answers_of(target, raw, by=saved_model.__name__), expected, spec, x)


def _options() -> argparse.Namespace:
    parser = option_parser(__doc__)
    parser.add_argument("--saved-model", action="store_true", help="a SavedModel of TensorFlow, too")
    parser.add_argument("--uncommitted", action="store_true", help="ship what no commit holds")
    parser.add_argument("--show", type=Path, metavar="FILE", help="print what a released file says of itself")
    return parser.parse_args()


if __name__ == "__main__":
    run(main, names_files=True)
