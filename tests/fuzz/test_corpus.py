"""Every input that is kept is answered rightly or refused: first inputs, and those that once were not."""

from pathlib import Path

import pytest
from fuzz.doors import DOORS
from fuzz.trial import tried

CORPUS = Path(__file__).parent / "corpus"


@pytest.mark.parametrize("door", DOORS)
def test_a_kept_input_is_answered_or_refused(door):
    inputs = sorted((CORPUS / door).iterdir())
    finds = {path.name: find.text for path in inputs if (find := tried(DOORS[door], path.read_bytes()))}
    assert inputs and not finds, "\n".join(f"{name}: {text}" for name, text in finds.items())


@pytest.mark.parametrize("door", DOORS)
def test_the_first_input_is_answered(door, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    DOORS[door]((CORPUS / door / "seed_1").read_bytes())
