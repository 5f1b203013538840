import numpy as np
import pytest
from PIL import Image

from percept.tuning.figure import BLUE, ORANGE
from percept.tuning.range_picture import draw_range_test
from percept.tuning.range_test import record

RATES = np.geomspace(1e-6, 10, 200)
COURSES = {
    "a valley": np.concatenate([np.full(80, 2.0), np.linspace(2, 0.5, 60), np.geomspace(0.5, 1e6, 60)]),
    "flat": np.full(200, 0.7),
    "zero": np.zeros(200),
    "one batch": np.ones(1),
    "growing at once": np.geomspace(1, 1e30, 200),
}


def colours(path) -> set[str]:
    """The colours of at least 20 pixels."""
    with Image.open(path) as image:
        assert image.format == "PNG" and image.size == (900, 540)
        return {f"#{r:02X}{g:02X}{b:02X}" for count, (r, g, b) in image.convert("RGB").getcolors(2**24) if count >= 20}


@pytest.mark.parametrize("name", COURSES)
@pytest.mark.parametrize("current", [1e-3, 1e-9])
def test_any_course_is_drawn(tmp_path, name, current):
    path = tmp_path / "a.png.draft"
    draw_range_test(path, record(RATES, COURSES[name]), None, current, what="mlp on digits", loss="squared error")
    found = colours(path)
    assert BLUE in found or name == "one batch"  # one point makes no line
    assert ORANGE not in found


def test_the_suggestion_is_marked(tmp_path):
    curve = record(RATES, COURSES["a valley"])
    draw_range_test(tmp_path / "a.png", curve, 1e-2, 1e-3, what="mlp on digits", loss="squared error")
    assert {BLUE, ORANGE} <= colours(tmp_path / "a.png")
