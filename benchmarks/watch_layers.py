"""Seconds of a fit, and bytes of its logs, with and without a look at the layers, side by side."""

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))
from percept.composition import Config, load_config
from percept.lessons.fits import Prepared, prepare_data
from percept.training.startup import load_tensorflow

JOBS = (  # each with a fixed number of epochs
    ["task=diabetes", "fit.epochs=1000", "fit.patience=null"],
    ["task=digits", "fit.epochs=300", "fit.patience=null"],
    ["task=digits_cnn", "fit.epochs=30", "fit.patience=null"],
)


def fit(config: Config, prepared: Prepared, watch: bool) -> tuple[float, float, int]:
    """Return wall and processor seconds of a fit with logs, and the bytes of these."""
    from percept.training.run import Training, run
    from percept.training.tensorboard.callbacks import callbacks_for

    plan = config.fit.model_copy(update={"watch_layers": watch})
    options = Training(config.model, config.optimizer, plan, config.objective, config.seed)
    subsets = prepared.examples["train"], prepared.examples["validation"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        callbacks = callbacks_for(folder, config.task, config.optimizer.learning_rate, plan, lambda _: None)
        start_s, start_cpu_s = time.perf_counter(), time.process_time()
        run(*subsets, prepared.spec, options, callbacks)
        spent_s = time.perf_counter() - start_s, time.process_time() - start_cpu_s
        return *spent_s, sum(file.stat().st_size for file in folder.rglob("*.*") if file.is_file())


def compare(overrides: list[str], repeats: int) -> str:
    """Return a line of a table: medians of fits without and with the layers, in turn."""
    config = load_config(overrides)
    prepared = prepare_data(config)
    load_tensorflow(config.fit.threads)
    fit(config, prepared, True)  # what is spent once in a process
    found = {watch: [] for watch in (False, True)}
    for _ in range(repeats):
        for watch, fits in found.items():
            fits.append(fit(config, prepared, watch))
    cells = [statistics.median(values) for fits in found.values() for values in zip(*fits, strict=True)]
    wall_s, cpu_s, size, wall_with_s, cpu_with_s, size_with = cells
    return (
        f"| `{' '.join(overrides)}` | {wall_s:.2f} | {wall_with_s:.2f} | {wall_with_s / wall_s - 1:+.1%} "
        f"| {cpu_s:.2f} | {cpu_with_s:.2f} | {cpu_with_s / cpu_s - 1:+.1%} | {size / 1e6:.2f} | {size_with / 1e6:.2f} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=7, help="fits of each kind (7)")
    repeats = parser.parse_args().repeats
    print("| fit | s | with layers | more | processor s | with layers | more | MB of logs | with layers |")
    print("|-|-|-|-|-|-|-|-|-|")
    for job in JOBS:
        print(compare(job, repeats), flush=True)


if __name__ == "__main__":
    main()
