"""The project's own Keras model, fitted by Keras as tutorials do it and by percept."""

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

    from percept.training.fit import compile_model
    from percept.training.fit_data import fit_data

    params, plan = job.params, job.plan
    keras.utils.set_random_seed(params.seed)
    model = build(params.model, job.spec, params.objective)
    compile_model(model, params.objective, params.optimizer, plan, job.spec.rows.train)
    train, validation = (
        fit_data(job.examples[part], job.spec, params.objective, model) for part in ("train", "validation")
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
        validation_data=validation.arrays if len(validation) else None,
        callbacks=callbacks,
        verbose=0,
    )
    whole_s = time.perf_counter() - start_s
    return Fitted(len(ends_s), median_ms(ends_s), whole_s, lambda x: model.predict(x, batch_size=4096, verbose=0))


def percept(job: Job, engine: str | None = None) -> Fitted:
    """As src/train.py fits; the milliseconds are those of all epochs, since one call may run several."""
    load_tensorflow()
    from percept.training import fit
    from percept.training.callbacks import Observer
    from percept.training.fit_data import fit_data
    from percept.training.monitor import monitor_of
    from percept.training.tensorboard.callbacks import callbacks_for

    began_s: list[float] = []
    said: list[str] = []

    class Clock(Observer):
        def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
            began_s.append(time.perf_counter())

    params, plan = job.params, job.plan.model_copy(update={"engine": engine} if engine else {})
    fit.seed_everything(params.seed)
    model = build(params.model, job.spec, params.objective)
    fit.compile_model(model, params.objective, params.optimizer, plan, job.spec.rows.train)
    train, validation = (
        fit_data(job.examples[part], job.spec, params.objective, model) for part in ("train", "validation")
    )
    monitor = monitor_of(plan.monitor, model, params.objective, bool(len(validation)))
    with tempfile.TemporaryDirectory() as folder:
        start_s = time.perf_counter()
        make_callbacks = callbacks_for(
            Path(folder), job.spec.task, params.optimizer.learning_rate, plan, lambda _: None
        )
        callbacks = [*make_callbacks(model, monitor, train), Clock()]
        fitted = fit.fit(model, train, validation, plan, params.optimizer, monitor, callbacks, said.append)
        end_s = time.perf_counter()
    epochs = len(fitted.history.rows)
    epoch_ms = (end_s - began_s[-1]) / epochs * 1e3
    taken = said[-1].removeprefix("engine ").partition(":")[0]
    return Fitted(epochs, epoch_ms, end_s - start_s, lambda x: model.predict(x, batch_size=4096, verbose=0), taken)
