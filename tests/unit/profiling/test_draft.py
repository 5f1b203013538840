"""A draft keeps the bounds that a person has raised, so that the run reads the file as new_task did."""

from percept.files.limits import Limits
from percept.profiling.draft import draft_table
from percept.profiling.reading import ReadOptions
from percept.profiling.task_options import TaskOptions


def test_bounds_that_a_person_gives_stand_in_the_task_file(tmp_path):
    path = tmp_path / "own.csv"
    path.write_text("a,t\n" + "".join(f"{row % 13},{'yn'[row % 2]}\n" for row in range(300)), encoding="utf-8")

    def text(**given) -> str:
        return draft_table(path, "own", ReadOptions(), TaskOptions("t"), "new_task.py", Limits(**given))[0].text

    assert "limits: {row_mib: 3, cells: 1000}" in text(cells=1000, row_mib=3)
    assert "limits" not in text()
    assert "seen in" in text(cells=500) and "seen in" not in text(cells=600)
