"""train, killed with -9 in the middle of its epochs, goes on to the files that it would have written anyway."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from stage_runs import prepare_data, workspace
from tensorboard.compat.proto.event_pb2 import Event

from percept import paths
from percept.logs.events import records_of

SETTINGS = {
    "members": ["task=wine", "model=tabm", "optimizer=adamw_cosine", "split.validation={kind: folds, num: 3}"],
    "convolutions": ["task=digits_cnn", "fit.engine=keras", "model.augmentation={flip: none, shift: 0.1}"],
}
TRAIN = """
import os, signal, sys
sys.path.insert(0, sys.argv[1])
import train
from percept.training.startup import load_tensorflow
load_tensorflow(2)
from percept.training.resume.backups import Backups

keep, most = Backups.keep, int(sys.argv[2])

def kill(backups, fitting, engine, epoch, stopped):
    if epoch >= most:
        os.kill(os.getpid(), signal.SIGKILL)
    keep(backups, fitting, engine, epoch, stopped)

Backups.keep = kill
train.main()
"""


def train(most_epochs: int) -> subprocess.CompletedProcess[str]:
    """Run train in the current folder; it is killed when so many epochs have ended."""
    command = [sys.executable, "-c", TRAIN, str(paths.ROOT / "src"), str(most_epochs)]
    environment = os.environ | {"PERCEPT_BACKUP_SECONDS": "0"}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def written() -> dict[str, object]:
    """What train left, in the current folder, but times."""
    (run,) = paths.logs().iterdir()
    events = [
        (file.parent.name, event.step, event.summary.SerializeToString(deterministic=True))
        for file in sorted(run.glob("*/events*"))
        for event in map(Event.FromString, records_of(file.read_bytes()))
    ]
    files = (paths.MODELS / paths.SHIPPED, paths.MODELS / paths.OUT_OF_FOLD, paths.MODELS / paths.LAYERS, paths.HISTORY)
    return {str(file): file.read_bytes() for file in files} | {"events": events}


@pytest.mark.slow
@pytest.mark.parametrize("kind", SETTINGS)
def test_a_training_that_is_killed_twice_writes_what_one_writes_that_is_not(kind):
    with workspace():
        prepare_data([*SETTINGS[kind], "fit.epochs=9", "fit.patience=6"])
        assert train(100).returncode == 0
        expected = written()
        for folder in (paths.MODELS, *paths.logs().iterdir()):
            folder.rename(Path(f"former-{folder.name}"))
        paths.HISTORY.unlink()
        for epoch in (3, 7):
            assert train(epoch).returncode == -signal.SIGKILL
        assert not paths.MODELS.exists() and not paths.HISTORY.exists()
        last = train(100)
        assert last.returncode == 0 and "train: goes on after epoch 6 of 9, from a backup of " in last.stdout
        found = written()
        assert found.keys() == expected.keys() and [name for name in found if found[name] != expected[name]] == []
        assert not list(paths.backups().iterdir())
