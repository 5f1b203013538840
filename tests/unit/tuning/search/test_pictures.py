"""Pictures of studies of any size."""

from dataclasses import replace

import numpy as np
import pytest
from finished_studies import BY_FOLDS, CHANGING, bowl, space_of, study_of, weighed
from PIL import Image

from percept.spaces.options import Search
from percept.tuning.figure import BLUE, ORANGE
from percept.tuning.search.parallel import parameter_axes
from percept.tuning.search.pictures import draw_all, draw_pareto, importance
from percept.tuning.search.results import Results
from percept.tuning.search.scale import score_scale


@pytest.fixture(scope="module")
def space():
    return space_of(CHANGING, ["task=california"])


def colours(path) -> set[str]:
    """The colours of at least 20 pixels."""
    with Image.open(path) as image:
        assert image.format == "PNG"
        return {f"#{r:02X}{g:02X}{b:02X}" for count, (r, g, b) in image.convert("RGB").getcolors(2**24) if count >= 20}


def test_the_best_trial_is_marked_in_pictures_of_a_single_trial(tmp_path, space):
    study = study_of(space, BY_FOLDS, 1, bowl)
    draw_all(tmp_path, study, Results.of(study, space, BY_FOLDS), space)
    assert {path.name for path in tmp_path.iterdir()} == {"history.png", "parallel_coordinates.png"}
    assert ORANGE in colours(tmp_path / "history.png") & colours(tmp_path / "parallel_coordinates.png")


def test_several_objectives_have_a_picture_of_what_one_costs_in_another(tmp_path):
    space = space_of({"model.units": CHANGING["model.units"]}, ["task=california"])
    options = Search(objectives=("score", "parameters", "latency"))
    results = Results.of(study_of(space, options, 6, weighed), space, options)
    draw_pareto(tmp_path / "pareto.png", results)
    assert {BLUE, ORANGE} <= colours(tmp_path / "pareto.png")


def test_the_parameter_that_makes_the_score_is_the_important_one(space):
    study = study_of(space, Search(), 80, bowl)
    shares = importance(study, Results.of(study, space, Search()))
    assert next(iter(shares)) == "optimizer.learning_rate"
    assert sum(shares.values()) == pytest.approx(1)
    assert {"model.dropout", "model.units.length"} < set(shares)  # tried in some trials; of lists


def test_equal_scores_say_nothing_of_importance(space):
    study = study_of(space, Search(), 9, lambda number, settings: replace(bowl(0, settings), values=(0.5,)))
    results = Results.of(study, space, Search())
    assert importance(study, results) == {}
    assert score_scale(results).low < 0.5 < score_scale(results).high


def test_a_diverged_trial_does_not_press_the_others_into_a_line(space):
    def judge(number, settings):
        return replace(bowl(0, settings), values=(1e9 if number == 3 else 0.3 + 0.01 * number,))

    results = Results.of(study_of(space, Search(), 8, judge), space, Search())
    scale = score_scale(results)
    assert (scale.low, scale.high) == pytest.approx((0.3, 0.37))
    assert [scale.quality(value) for value in (0.3, 0.37, 1e9)] == pytest.approx([1, 0, 0])


def test_axes_have_the_places_of_the_values_and_none_where_a_parameter_was_not_tried(space):
    results = Results.of(study_of(space, Search(), 30, bowl), space, Search())
    axes = {axis.name: axis for axis in parameter_axes(space, results.complete)}
    assert list(axes) == ["model", "number of model.units", *[key for key in CHANGING if key != "model"]]
    for trial, dropout, rate in zip(
        results.complete, axes["model.dropout"].places, axes["optimizer.learning_rate"].places, strict=True
    ):
        settings = trial.settings
        assert dropout == (settings["model.dropout"] / 0.5 if settings["model"] == "mlp" else None)
        assert rate == pytest.approx((np.log10(settings["optimizer.learning_rate"]) + 4) / 3)
    assert axes["fit.patience"].ticks == ((0.0, "null"), (1.0, "10"))
    assert [text for _, text in axes["optimizer.learning_rate"].ticks] == ["0.0001", "0.001", "0.01", "0.1"]
