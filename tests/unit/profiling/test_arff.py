"""A task from an ARFF file: its header says what the cells are, and the source reads what new_task has read."""

import gzip

import pytest
from omegaconf import OmegaConf

from percept.errors import UserError
from percept.files.limits import LIMITS
from percept.profiling.draft import draft_table
from percept.profiling.reading import NO_OPTIONS, ReadOptions, read_table
from percept.profiling.task import propose_task
from percept.profiling.task_options import TaskOptions
from percept.sources.arff import Arff

HEADER = (
    "@relation cups\n@attribute size numeric\n@attribute kind {Tea, Coffee, coffee}\n@attribute sold {yes, no}\n@data\n"
)
KINDS = ("Tea", "Coffee", "coffee", "?")
ROWS = [f"{'?' if row % 9 == 0 else row / 4},{KINDS[row % 4]},{'yes' if row % 3 else 'no'}" for row in range(60)]


@pytest.mark.parametrize("name", ["cups.arff", "cups.ARFF.gz"])
def test_the_source_of_the_task_file_reads_what_new_task_has_read(tmp_path, name):
    file, text = tmp_path / name, HEADER + "\n".join(ROWS)
    file.write_bytes(gzip.compress(text.encode()) if name.endswith("gz") else text.encode())
    task = propose_task(read_table(file), TaskOptions("sold"))
    assert task.uses == {"size": "numeric", "kind": "category", "sold": "target"}
    draft, _ = draft_table(file, "cups", NO_OPTIONS, TaskOptions("sold"), "new_task", LIMITS)
    config = OmegaConf.to_container(OmegaConf.create(draft.text))
    source = Arff.model_validate(config["source"])
    (tmp_path / "raw").mkdir()
    source.fetch(tmp_path / "raw", None)
    table = source.read(tmp_path / "raw")
    assert {column: cells.tolist() for column, cells in table.columns.items()} == {
        column: cells.tolist() for column, cells in task.reading.table.columns.items()
    }
    assert set(table.columns["kind"]) == {"tea", "coffee", ""} and table.text == task.reading.text


@pytest.mark.parametrize(
    "options", [ReadOptions(header=True), ReadOptions(separator=";"), ReadOptions(missing=("-1",))]
)
def test_options_of_text_are_refused(tmp_path, options):
    (tmp_path / "cups.arff").write_text(HEADER + ROWS[0])
    with pytest.raises(UserError, match="is an ARFF file, whose header says what its cells are"):
        read_table(tmp_path / "cups.arff", options)


def test_what_is_no_arff_is_said_with_its_line(tmp_path):
    (tmp_path / "cups.arff").write_text("size,sold\n1,yes\n")
    with pytest.raises(UserError, match="line 1 of the header: size,sold"):
        read_table(tmp_path / "cups.arff")
