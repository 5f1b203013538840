"""A study in PostgreSQL, which several drivers share; a real server, in a folder and on a socket of its own."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import psycopg
import pytest
from finished_studies import space_of

from percept.errors import UserError
from percept.spaces.options import Search
from percept.tuning.search import study as study_module
from percept.tuning.search.outcome import Outcome, ended_trials
from percept.tuning.search.study import INTERRUPTED, opened

PLACES = [Path(folder) for folder in os.environ["PATH"].split(os.pathsep)] + sorted(
    Path("/usr/lib/postgresql").glob("*/bin"), reverse=True
)
SPACE = {"model.dropout": {"float": [0.0, 0.5]}}


@pytest.fixture(scope="module")
def address():
    """The address of an empty database."""
    programs = next((place for place in PLACES if (place / "initdb").is_file() and (place / "pg_ctl").is_file()), None)
    if programs is None:
        pytest.skip("PostgreSQL is not installed here: `apt-get install postgresql`")
    options = {"user": "nobody"} if os.geteuid() == 0 else {}  # it refuses to run as root
    options |= {"cwd": "/", "check": True, "stdout": subprocess.DEVNULL}
    folder = Path(tempfile.mkdtemp(prefix="percept-postgresql-"))
    if "user" in options:
        shutil.chown(folder, "nobody")
    data = folder / "data"
    subprocess.run([programs / "initdb", "-D", data, "-U", "percept", "-A", "trust", "--no-sync"], **options)
    server = f"-k {folder} -c listen_addresses= -c fsync=off"
    subprocess.run([programs / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", server, "start"], **options)
    yield f"postgresql+psycopg://percept@/postgres?host={folder}"
    subprocess.run([programs / "pg_ctl", "-D", data, "-w", "-m", "immediate", "stop"], **options)
    shutil.rmtree(folder)


def options_of(address, **options):
    values = {"sampler": "random", "pruner": "none", "trials": 6, "storage": address}
    return Search.model_validate(values | options)


def test_drivers_share_the_trials_and_each_goes_on_with_those_of_a_dead_one(address, tmp_path, monkeypatch):
    space, options = space_of(SPACE, ["task=iris", "model=mlp"]), options_of(address)
    with opened(tmp_path / "shared", space, options) as first, opened(tmp_path / "shared", space, options) as second:
        for study in (first, second):
            for _ in range(2):
                number, settings = study.ask()
                study.end(number, Outcome("complete", (settings["model.dropout"],)))
        assert first.counts() == second.counts() == {"complete": 4}
        lost, settings = first.ask()
        first.beat()
        second.beat()
        assert second.counts()["running"] == 1  # it lives
        monkeypatch.setattr(study_module, "HEARTBEAT_S", 0)
        make_stale(address)
        second.beat()
        number, again = second.ask()
        assert again == settings and number != lost
        second.end(number, Outcome("complete", (0.1,)))
        reasons = {trial.number: trial.outcome.reason for trial in ended_trials(second.optuna)}
        assert reasons[lost] == INTERRUPTED
        number, settings = second.ask()
        second.end(number, Outcome("complete", (0.1,)))
        assert not second.wants_more
        drawn = {trial.settings["model.dropout"] for trial in ended_trials(second.optuna)}
    with opened(tmp_path / "alone", space, options_of(None)) as alone:
        for _ in range(6):
            number, settings = alone.ask()
            alone.end(number, Outcome("complete", (0.1,)))
        assert {trial.settings["model.dropout"] for trial in ended_trials(alone.optuna)} == drawn


def make_stale(address):
    """Let every sign of life be long ago."""
    with psycopg.connect(host=address.partition("host=")[2], user="percept", dbname="postgres") as connection:
        connection.execute("update trial_heartbeats set heartbeat = heartbeat - interval '1 hour'")


def test_a_database_that_is_not_there_is_one_message(tmp_path):
    space = space_of(SPACE, ["task=iris", "model=mlp"])
    nowhere = options_of(f"postgresql+psycopg://percept@/postgres?host={tmp_path}")
    with pytest.raises(UserError, match=r"search\.storage"), opened(tmp_path / "study", space, nowhere):
        pass
