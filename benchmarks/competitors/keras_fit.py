"""The project's own Keras model, fitted by Keras as tutorials do it and by percept."""

import contextlib
import io
import re
import tempfile
import time
from pathlib import Path

from competitors.job import Fitted, Job, median_ms
from percept.models import build
from percept.training.startup import load_tensorflow


def stock(job: Job) -> Fitted:
    """One `model.fit`."""
    load_tensorflow()
    import keras

    from percept.training.fit import compile_model, network_targets

    params, plan = job.params, job.plan
    keras.utils.set_random_seed(params.seed)
    model = build(params.model, job.spec, params.objective)
    compile_model(model, params.objective, params.optimizer, plan, job.spec.rows.train)
    train, validation = (
        network_targets(job.examples[part], job.spec, params.objective, model) for part in ("train", "validation")
    )
    ends_s: list[float] = []
    callbacks = [keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: ends_s.append(time.perf_counter()))]
    if plan.patience:
        best = plan.weights == "best"
        callbacks.append(keras.callbacks.EarlyStopping(job.monitor, patience=plan.patience, restore_best_weights=best))

    start_s = time.perf_counter()
    model.fit(
        train.x,
        train.y,
        batch_size=plan.batch_size,
        epochs=plan.epochs,
        shuffle=plan.shuffle,
        validation_data=validation.parts if len(validation) else None,
        callbacks=callbacks,
        verbose=0,
    )
    whole_s = time.perf_counter() - start_s
    return Fitted(len(ends_s), median_ms(ends_s), whole_s, lambda x: model.predict(x, batch_size=4096, verbose=0))


def percept(job: Job, engine: str | None = None) -> Fitted:
    """As src/train.py fits; the milliseconds are those of all epochs, since one call may run several."""
    load_tensorflow()
    from percept.training import fit

    began_s: list[float] = []

    class Progress(fit.Progress):
        def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
            super().on_train_begin(logs)
            began_s.append(time.perf_counter())

    fit.Progress = Progress
    params, plan = job.params, job.plan.model_copy(update={"engine": engine} if engine else {})
    fit.seed_everything(params.seed)
    model = build(params.model, job.spec, params.objective)
    fit.compile_model(model, params.objective, params.optimizer, plan, job.spec.rows.train)
    train, validation = (
        fit.network_targets(job.examples[part], job.spec, params.objective, model) for part in ("train", "validation")
    )
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()) as said:
        start_s = time.perf_counter()
        fitted = fit.fit(model, train, validation, plan, Path(folder), params.optimizer)
        end_s = time.perf_counter()
    epochs = len(fitted.history.rows)
    epoch_ms = (end_s - began_s[-1]) / epochs * 1e3
    taken = re.findall(r"^train: engine (\w+)", said.getvalue(), re.MULTILINE)[-1]
    return Fitted(epochs, epoch_ms, end_s - start_s, lambda x: model.predict(x, batch_size=4096, verbose=0), taken)
