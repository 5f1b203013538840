"""quality: data/prepared/quality.json as a short table. What is flagged differs by more than chance gives."""

from percept.errors import run
from percept.prepared.quality import Drift, Quality

MOST = 20  # columns that are shown
HEAD = ("column", "kind", "missing train", "missing test", "drift", "flagged")


def main() -> None:
    found = Quality.load()
    if found.drift:
        print(_table([HEAD, *map(_cells, found.drift[:MOST])]))
        if len(found.drift) > MOST:
            print(f"and {len(found.drift) - MOST} columns that differ less: data/prepared/quality.json")
        print()
    print("\n".join(found.messages() or ["no copies in two parts, no contradicting labels, no drift beyond chance"]))


def _cells(column: Drift) -> tuple[str, ...]:
    shares = (f"{share:.1%}" for share in (column.missing_train, column.missing_test))
    return (column.name, column.kind, *shares, f"{column.drift:.3f}", "yes" if column.flagged else "")


def _table(rows: list[tuple[str, ...]]) -> str:
    """The first two columns flush left, the others flush right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = [
            f"{cell:{'<' if at < 2 else '>'}{width}}" for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


if __name__ == "__main__":
    run(main)
