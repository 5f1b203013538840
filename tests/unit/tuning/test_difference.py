"""What a person reads of two runs."""

import pytest

from percept.tuning.difference import Difference


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (
            Difference("accuracy", 0.97, 0.978, (0.001, 0.015), 0.02),
            "b is better than a by 0.8 points of accuracy (95 % interval 0.1 to 1.5; 360 test rows)",
        ),
        (
            Difference("accuracy", 0.978, 0.97, (-0.015, -0.001), 0.02),
            "b is worse than a by 0.8 points of accuracy (95 % interval 0.1 to 1.5; 360 test rows)",
        ),
        (
            Difference("mse", 4.5, 4.25, (-0.5, -0.125), 0.01),
            "b is better than a by 0.25 of mse (95 % interval 0.125 to 0.5; 360 test rows)",
        ),
        (
            Difference("mse", 4.25, 4.5, (-0.125, 0.5), 0.3),
            "a and b cannot be told apart: b is behind by 0.25 of mse (95 % interval -0.125 to 0.5; 360 test rows)",
        ),
        (
            Difference("accuracy", 0.97, 0.978, (-0.0001, 0.015), 0.06),
            "a and b cannot be told apart: b is ahead by 0.8 points of accuracy (95 % interval 0.0 to 1.5; "
            "360 test rows)",
        ),
        (
            Difference("accuracy", 0.97, 0.97, None, None),
            "a and b cannot be told apart: they are level by accuracy (360 test rows)",
        ),
    ],
)
def test_the_sentence_says_who_is_better_by_how_much_and_how_sure_that_is(found, sentence):
    assert found.sentence("a", "b", "360 test rows") == sentence


def test_the_cells_of_a_row():
    cells = Difference("mse", 4.5, 4.25, (-0.5, -0.125), 0.0123).cells()
    assert cells == ("mse", "4.5000", "4.2500", "-0.2500", "-0.5000 to -0.1250", "0.012")
    assert Difference("mse", 4.5, 4.5, None, None).cells()[-2:] == ("-", "-")
