"""quality: data/prepared/quality.json as a short table. What is flagged differs by more than chance gives."""

from tabulate import tabulate

from percept.errors import run
from percept.prepared.quality import Drift, Quality

MOST = 20  # columns that are shown
HEAD = ("column", "kind", "missing train", "missing test", "drift", "flagged")


def main() -> None:
    found = Quality.load()
    if found.drift:
        rows = [_cells(column) for column in found.drift[:MOST]]
        align = ("left", "left", *["right"] * (len(HEAD) - 2))
        print(tabulate(rows, HEAD, tablefmt="plain", disable_numparse=True, colalign=align))
        if len(found.drift) > MOST:
            print(f"and {len(found.drift) - MOST} columns that differ less: data/prepared/quality.json")
        print()
    print("\n".join(found.messages() or ["no copies in two parts, no contradicting labels, no drift beyond chance"]))


def _cells(column: Drift) -> tuple[str, ...]:
    shares = (f"{share:.1%}" for share in (column.missing_train, column.missing_test))
    return (column.name, column.kind, *shares, f"{column.drift:.3f}", "yes" if column.flagged else "")


if __name__ == "__main__":
    run(main)
