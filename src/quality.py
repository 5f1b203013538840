"""quality: print data/prepared/quality.json as a short table. Flagged columns differ by more than chance explains."""

from percept.command import option_parser

from tabulate import tabulate

from percept.errors import run
from percept.prepared.quality import Drift, Quality

MAX_COLUMNS = 20  # shown
HEADER = ("column", "kind", "missing train", "missing test", "drift", "flagged")


def main() -> None:
    found = Quality.load()
    if found.drift:
        rows = [_cells(column) for column in found.drift[:MAX_COLUMNS]]
        align = ("left", "left", *["right"] * (len(HEADER) - 2))
        print(tabulate(rows, HEADER, tablefmt="plain", disable_numparse=True, colalign=align))
        if len(found.drift) > MAX_COLUMNS:
            print(f"and {len(found.drift) - MAX_COLUMNS} columns that differ less: data/prepared/quality.json")
        print()
    print("\n".join(found.messages() or ["no copies in two parts, no contradicting labels, no drift beyond chance"]))


def _cells(column: Drift) -> tuple[str, ...]:
    shares = (f"{share:.1%}" for share in (column.missing_train, column.missing_test))
    return (column.name, column.kind, *shares, f"{column.drift:.3f}", "yes" if column.flagged else "")


if __name__ == "__main__":
    option_parser(__doc__).parse_args()
    run(main)
