"""Tables of lessons, their places in the pages, and their pictures."""

import numpy as np
import pytest
from PIL import Image

from percept.lessons.drawing import draw_lines
from percept.lessons.korean import in_korean
from percept.lessons.made import Table, with_tables
from percept.tuning.figure import label, new_figure, save

TABLE = Table(("epoch", "training loss, epoch 5"), [("1", "0.50"), ("never", "-")])
PAGE = "# Page\n\n<!-- table of: begin (make lessons) -->\nold\n<!-- table of: end -->\n\nText\n"


def test_a_table_takes_its_place_in_a_page_and_leaves_the_rest():
    page = with_tables(PAGE, {"of": TABLE})
    assert "| never   | -" in page and "old" not in page
    assert page.startswith("# Page\n\n<!-- table of: begin (make lessons) -->\n| epoch") and page.endswith("\n\nText\n")
    assert with_tables(page, {"of": TABLE}) == page


def test_a_table_without_a_place_is_refused():
    with pytest.raises(ValueError, match="table other: begin"):
        with_tables(PAGE, {"other": TABLE})


def test_words_become_korean_and_numbers_and_names_stay():
    assert TABLE.in_korean() == Table(("에포크", "훈련 손실, 5에포크"), [("1", "0.50"), ("없음", "-")])
    assert in_korean(("value at -2", "gelu", "12.5", "0 to 1")) == ("-2에서 값", "gelu", "12.5", "0 to 1")


def test_a_picture_is_a_small_png_of_the_size_that_was_asked_for(tmp_path):
    figure = new_figure(4, 2)
    axes = figure.subplots()
    draw_lines(axes, {"falling": np.linspace(1, 0, 50), "rising": np.linspace(0, 1, 50)})
    label(axes, "Two lines", "epoch", "loss")
    save(figure, tmp_path / "draft")
    with Image.open(tmp_path / "draft") as picture:
        assert picture.format == "PNG" and picture.size == (400, 200)
        assert len(picture.convert("RGB").getcolors(1000)) > 10
    assert (tmp_path / "draft").stat().st_size < 12_000
