import pytest

from percept.profiling.reading import NO_OPTIONS, Reading, ReadOptions, read_table


@pytest.fixture
def reading(tmp_path):
    """Write text or bytes as a file, and find out how to read it."""

    def write_and_read(content: str | bytes, options: ReadOptions = NO_OPTIONS) -> Reading:
        path = tmp_path / "table.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read_table(path, options)

    return write_and_read
