"""The overview of a table on the terminal."""

from wcwidth import wcswidth

from percept.profiling.overview import HEADER, overview
from percept.profiling.task import propose_task
from percept.profiling.task_options import TaskOptions


def test_columns_line_up_beside_korean_and_emoji(reading):
    rows = [
        f"{('서울', 'Oslo', '부산 🌊')[row % 3]},{row * 7 % 31 / 2},{('예', '아니오')[row % 2]}" for row in range(60)
    ]
    lines = overview(propose_task(reading("\n".join(["도시 🏙️,age,응답", *rows])), TaskOptions("응답"))).splitlines()
    header, *table = lines[2:6]
    assert [line.split()[0] for line in table] == ["도시", "age", "응답"]
    for name, cells in zip(HEADER[1:3], (("category", "number", "yes/no"), ("-", "-", "-")), strict=True):
        place = wcswidth(header[: header.index(f" {name}") + 1])
        assert [wcswidth(line[: line.index(f" {cell} ") + 1]) for line, cell in zip(table, cells, strict=True)] == [
            place
        ] * 3
