"""lesson [NUMBER ...]: make the tables and pictures of docs/lessons anew; without a number, those of all lessons.

python src/lesson.py 5    lesson 5: prints its tables, and writes them and its pictures into docs/lessons

The pages show what came out at first; `git diff docs/lessons` says whether it is the same on your machine.
"""

import argparse
import time

from percept.command import option_parser

from percept import paths
from percept.errors import UserError, run
from percept.lessons.catalogue import LESSONS, Lesson
from percept.lessons.made import FOLDER, PICTURES, pages, with_tables
from percept.tuning.figure import save


def main() -> None:
    numbers = _options().numbers or range(1, len(LESSONS) + 1)
    for number in numbers:
        if not 1 <= number <= len(LESSONS):
            raise UserError("lesson", str(number), f"a number from 1 to {len(LESSONS)}", "see docs/lessons/README.md")
    for number in numbers:
        make(LESSONS[number - 1])


def make(lesson: Lesson) -> None:
    """Fit, and write what came out into the pages of a lesson."""
    start_s = time.monotonic()
    print(f"lesson {lesson.page}", flush=True)
    made = lesson.make()
    for table in made.tables.values():
        print(f"\n{table.rendered('plain')}")
    for name, figure in made.pictures.items():
        with paths.replaced(PICTURES / f"{name}.png") as draft:
            save(figure, draft)
        print(f"\nlesson: wrote {PICTURES / name}.png")
    for page, korean in pages(lesson.page).items():
        tables = {name: table.in_korean() if korean else table for name, table in made.tables.items()}
        text = with_tables(page.read_text(encoding="utf-8"), tables)
        with paths.replaced(page) as draft:
            draft.write_text(text, encoding="utf-8")
    print(f"lesson: wrote the tables of {FOLDER / lesson.page}.md ({time.monotonic() - start_s:.0f} s)", flush=True)


def _options() -> argparse.Namespace:
    parser = option_parser(__doc__)
    parser.add_argument("numbers", nargs="*", type=int, metavar="NUMBER", help="of docs/lessons (default: all)")
    return parser.parse_args()


if __name__ == "__main__":
    run(main)
