"""train [--finish]: data/prepared -> models, results/history.csv, and a folder of the run in logs/.

A training that was stopped or killed goes on from its last backup; --finish ends it there, to look at what there is.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from percept.command import option_parser

from percept import paths
from percept.logs import run as logged_run
from percept.model_file import provenance
from percept.model_file.environment import digest, environment, num_cpus
from percept.model_file.fresh_process import answering
from percept.models import Model
from percept.objective import Objective
from percept.params import Params, Seed, read
from percept.prepared.examples import load_examples, load_raw, load_spec, save_out_of_fold
from percept.prepared.spec import DatasetSpec, Subset
from percept.training.optimizer import Optimizer
from percept.training.options import Fit
from percept.training.resume.backup_file import BackupFile
from percept.training.startup import load_tensorflow
from percept.workspace import run_stage, wrote

if TYPE_CHECKING:
    from percept.training.run import Trained


class TrainParams(Params):
    seed: Seed
    objective: Objective
    model: Model
    optimizer: Optimizer
    fit: Fit


def main(finish: bool = False) -> None:
    params = TrainParams.load()
    spec = load_spec()
    backup = BackupFile(params.model_dump(mode="json"))
    with (
        paths.unfinished(logged_run.begun(read(paths.PARAMS))) as log_dir,
        paths.replaced(paths.MODELS) as folder,
        paths.replaced(paths.HISTORY) as history,
        paths.replaced(paths.PROVENANCE) as origin,
    ):
        trained = _trained(params, spec, log_dir, backup, finish)
        with paths.named(paths.HISTORY):
            trained.history.save(history)
        with paths.named(paths.MODELS):
            _save(folder, trained, spec, params.objective)
            save_out_of_fold(trained.out_of_fold, folder)
        _save_origin(origin, folder, spec)
        params.check_unchanged()
    _tell(wrote())
    if finish:
        _tell(f"this is no more than {len(trained.history.rows)} epochs; `dvc repro` goes on from there")
    else:
        backup.forget()


def _trained(params: TrainParams, spec: DatasetSpec, log_dir: Path, backup: BackupFile, finish: bool) -> "Trained":
    """Train, with logs for TensorBoard."""
    # TensorFlow takes seconds to load: only once the parameters are known to be good.
    load_tensorflow(params.fit.threads)
    from percept.training import run as training
    from percept.training.environment import save_fingerprint
    from percept.training.resume.backups import Backups
    from percept.training.tensorboard.callbacks import callbacks_for

    if (cpus := num_cpus()) > params.fit.threads:
        _tell(f"computes on {params.fit.threads} of {cpus} CPUs; `fit.threads={cpus}` uses all and rounds otherwise")

    options = training.Training(params.model, params.optimizer, params.fit, params.objective, params.seed)
    backups = Backups(backup, _tell, finish)
    callbacks = callbacks_for(log_dir, spec.task, params.optimizer.learning_rate, params.fit, _tell)
    subsets = load_examples("train"), load_examples("validation")
    trained = training.run(*subsets, spec, options, callbacks, _tell, backups)
    trained.history.save(log_dir / logged_run.HISTORY)
    save_fingerprint(log_dir / logged_run.ENVIRONMENT)
    return trained


def _save_origin(draft: Path, folder: Path, spec: DatasetSpec) -> None:
    used = [paths.PREPARED / f"{subset}.npz" for subset in ("train", "validation")]
    found = provenance.origin(spec.sha256, used, {provenance.MODEL: folder / paths.SHIPPED})
    provenance.write(draft, "train", found | {"environment": digest(environment())})


def _tell(text: str) -> None:
    print(f"train: {text}", flush=True)


def _save(folder: Path, trained: "Trained", spec: DatasetSpec, objective: Objective) -> None:
    """Write the network, the shipped file and the summary; refuse a shipped file that says something else."""
    from percept.model_file import export, layers, session

    network = trained.as_shipped(spec)
    export.save_keras(network, folder / paths.NETWORK)
    encoder = None if spec.pixels else (paths.PREPARED / paths.ENCODER).read_bytes()
    shipped = export.to_onnx(network, encoder, spec, objective, trained.decision)
    (folder / paths.SHIPPED).write_bytes(shipped)
    subset: Subset = "validation" if spec.rows.validation else "train"
    x = load_examples(subset).x[: export.CHECKED_ROWS]
    raw = {name: column[: export.CHECKED_ROWS] for name, column in load_raw(subset, spec).items()}
    if subset == "train" and encoder:  # the network learned from target means of other rows than the encoder holds
        (x,) = session.predict(encoder, raw).values()
    expected = export.predictions(network, x)
    with answering(folder / paths.SHIPPED, raw) as answers:
        export.save_summary(network, folder / "summary.txt")
        layers.save_layers(network, folder / paths.LAYERS, trained.dead_units)
        trained.use_best_weights()
        export.save_keras(network, folder / paths.BEST)
        difference = export.agreement(answers(), expected, spec, x)
    _tell(f"{paths.MODELS / paths.SHIPPED} agrees with Keras within {difference:.0e}, in a fresh process")


if __name__ == "__main__":
    parser = option_parser(__doc__)
    parser.add_argument("--finish", action="store_true", help="end a stopped training where its backup is")
    finish = parser.parse_args().finish
    run_stage(lambda: main(finish))
