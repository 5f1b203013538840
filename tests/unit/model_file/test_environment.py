"""An environment has a name, which changes with what changes bits, and with nothing else."""

import json
import os
import subprocess
import sys

import pytest

from percept.model_file import environment
from percept.paths import ROOT

CODE = "from percept.model_file.environment import *; print(digest(environment()))"


def name_in(folder, **settings: str) -> str:
    known = {name: value for name, value in os.environ.items() if not name.startswith(environment.SETTINGS)}
    return subprocess.run(
        [sys.executable, "-c", CODE],
        cwd=folder,
        env=known | {"PYTHONPATH": str(ROOT / "src"), environment.THREADS: "2"} | settings,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()


def test_folder_locale_and_time_zone_leave_the_name_and_settings_of_computing_libraries_change_it(tmp_path):
    here = name_in(ROOT)
    assert here == name_in(tmp_path, LC_ALL="C", TZ="Asia/Seoul", TF_CPP_MIN_LOG_LEVEL="0")
    others = {"TF_ENABLE_ONEDNN_OPTS": "0", "ONEDNN_MAX_CPU_ISA": "AVX2", environment.THREADS: "3"}
    assert len({here, *(name_in(tmp_path, **{name: value}) for name, value in others.items())}) == 4


def test_what_it_is_named_by_is_plain_values():
    found = environment.environment()
    assert json.loads(json.dumps(found)) == found and found["packages"]["tensorflow"] and found["threads"] > 0


def test_the_number_of_processors_counts_only_where_it_is_the_number_of_threads(monkeypatch):
    monkeypatch.setenv(environment.THREADS, "2")
    before = environment.environment()
    monkeypatch.setattr(environment, "num_cpus", lambda: 64)
    assert environment.environment() == before
    monkeypatch.delenv(environment.THREADS)
    assert environment.differences(environment.environment(), before) == ["threads: 64 here, 2 there"]


def test_differences_are_named_one_by_one():
    one = {"python": "3.11", "packages": {"numpy": "2.4", "keras": "3"}, "features": ["avx", "fma"], "settings": {}}
    other = {
        "python": "3.11",
        "packages": {"numpy": "2.3", "keras": "3"},
        "features": ["avx", "sse2"],
        "settings": {"A": "1"},
    }
    assert environment.differences(one, one) == []
    assert environment.differences(one, other) == [
        "packages.numpy: 2.4 here, 2.3 there",
        "features: +fma -sse2",
        "settings.A: none here, 1 there",
    ]


@pytest.mark.parametrize(("text", "model"), [("Model: \t A100\nIRQ: 3\n", "A100"), ("IRQ: 3\n", "a GPU")])
def test_gpus_are_those_that_the_driver_names(tmp_path, text, model):
    assert environment.gpus(tmp_path) == []
    (tmp_path / "0").mkdir()
    (tmp_path / "0/information").write_text(text, encoding="utf-8")
    assert environment.gpus(tmp_path) == [model]
