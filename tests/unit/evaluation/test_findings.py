"""What evaluate keeps for the report comes back as it was."""

import math

import pytest

from percept.errors import UserError
from percept.evaluation.explanations import Effect, Importance
from percept.evaluation.findings import Findings
from percept.evaluation.groups import Group
from percept.objective import Binary


def test_findings_are_the_same_after_they_were_kept(tmp_path):
    found = Findings(
        task="t",
        objective=Binary(kind="binary", target="left", positive="yes"),
        params={"seed": 0, "fit": {"patience": None}},
        beside={"guess": {"accuracy": 0.5, "f1": None}},
        intervals={"accuracy": (0.1 + 0.2, 1.0)},
        groups=(Group("서울", 20, 0.5, None, 0.01), Group("a <= 3", 30, 0.5, (0.1, math.inf), 1.0)),
        importances=(Importance("a", 0.1, -0.5, 0.2),),
        effects=(Effect("a", [1.5, 2.0], {"yes": [0.1, 0.2]}), Effect("b", ["1", "x"], {"yes": [0.3, 0.4]})),
        versions={"keras": "3"},
        machine={"processor": "x", "cpus": "2"},
        sha256=64 * "0",
        achieved="the same bits",
    )
    found.save(tmp_path)
    assert Findings.load(tmp_path) == found


def test_without_a_run_it_says_what_to_do(tmp_path):
    with pytest.raises(UserError, match=r"findings\.json: there is no such file\n.*\n.*dvc repro"):
        Findings.load(tmp_path)
