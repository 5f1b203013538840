import pytest

from percept.dataset.formats import CsvFormat
from percept.dataset.table import Table
from percept.files.csv import read_csv


@pytest.fixture
def read(tmp_path):
    """Read text or bytes as a CSV file."""

    def write_and_read(content: str | bytes, **text) -> Table:
        path = tmp_path / "table.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read_csv(path, CsvFormat(**text))

    return write_and_read
