"""What two classes of very different size make of the task: the score that judges, or a refusal."""

import re

import pytest

from percept.errors import UserError
from percept.profiling.task import propose_task
from percept.profiling.task_file import render
from percept.profiling.task_options import TaskOptions


def table(stayed: int, left: int) -> str:
    """A table of a column `age` and of a target `y` with so many rows of two classes."""
    labels = ["stayed"] * stayed + ["left"] * left
    return "\n".join(["age,y", *(f"{20 + row % 31},{label}" for row, label in enumerate(labels))]) + "\n"


@pytest.mark.parametrize(("left", "is_uneven"), [(80, False), (79, True)])
def test_two_classes_more_uneven_than_1_to_4_are_judged_by_auc_and_the_file_says_why(reading, left, is_uneven):
    found = propose_task(reading(table(320, left)), TaskOptions("y"))
    assert ("primary" in found.objective) == is_uneven and "threshold" not in found.objective
    if is_uneven:
        written = render(found, "y", {"path": "a", "urls": ["a"], "sha256": ""}, "new_task").text
        assert "# Expected: roc_auc above 0.5, that of chance, on the test rows." in written
        assert re.search(r"  primary: roc_auc +# left is 19\.8 %: accuracy would hide it\n", written)


def test_two_rows_of_one_class_are_refused_as_none_would_be_left_to_judge_by(reading):
    with pytest.raises(UserError, match=r"2 rows of 'left', of the other class 90\n.*3 rows of each class at least"):
        propose_task(reading(table(90, 2)), TaskOptions("y"))
    found = propose_task(reading(table(90, 3)), TaskOptions("y"))
    assert found.split["test"][0]["stratify"] is True and "stratify" not in found.split["validation"][0]
