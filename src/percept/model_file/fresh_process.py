"""Run a shipped model as its users will: in a process of its own, which shares nothing with this one."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from percept import paths
from percept.dataset.arrays import save_arrays, without_objects
from percept.errors import UserError
from percept.model_file import session as shipped

SESSION = "percept.model_file.fresh_process"  # the module that runs an ONNX file
NAMES = "names"  # of the raw inputs, in the file of rows; the inputs themselves go by their number


@contextmanager
def answering(model: Path, raw: dict[str, NDArray], by: str = SESSION) -> Iterator[Callable[[], dict[str, NDArray]]]:
    """Start the process; the function that comes back waits for its answers, those of `session.predict`.

    by: the module that calls `answer` when it is run. The function raises `UserError` where the process fails.
    """
    with paths.scratch() as scratch:
        rows, answers = scratch / "rows.npz", scratch / "answers.npz"
        columns = {str(number): without_objects(column) for number, column in enumerate(raw.values())}
        save_arrays(rows, {NAMES: np.array(list(raw))} | columns)
        command = [sys.executable, "-m", by, str(model), str(rows), str(answers)]
        search = os.pathsep.join(filter(None, [str(paths.ROOT / "src"), os.environ.get("PYTHONPATH")]))
        environment = os.environ | {"PYTHONPATH": search}
        with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
            try:
                yield lambda: _answers(process, model, answers)
            finally:
                process.kill()


def answers_of(model: Path, raw: dict[str, NDArray], by: str = SESSION) -> dict[str, NDArray]:
    """Start the process, wait for its answers and return them. Raises `UserError`."""
    with answering(model, raw, by) as answers:
        return answers()


def _answers(process: subprocess.Popen, model: Path, answers: Path) -> dict[str, NDArray]:
    _, said = process.communicate()
    if process.returncode:
        found = f"a fresh process cannot run it: {said.strip()}"
        raise UserError(
            model.name, found, "answers", "check the installation: `make setup` installs what the lock says"
        )
    with np.load(answers) as found:
        return dict(found)


def answer(predict: Callable[[Path, dict[str, NDArray]], dict[str, NDArray]]) -> None:
    """Do the work of the process: `predict` from the model and the rows that `answering` names."""
    model, rows, answers = map(Path, sys.argv[1:])
    with np.load(rows) as arrays:
        raw = {str(name): arrays[str(number)] for number, name in enumerate(arrays[NAMES])}
    save_arrays(answers, {name: without_objects(values) for name, values in predict(model, raw).items()})


if __name__ == "__main__":
    answer(shipped.predict)
