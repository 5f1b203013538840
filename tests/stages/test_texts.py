"""A table whose free text decides the target, from new_task to predict."""

import csv
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from stage_runs import overrides_of_new_task, run_stages, workspace

from percept import paths
from percept.model_file.metadata import Metadata
from percept.model_file.session import read_metadata
from percept.prediction.flags import Tally
from percept.prediction.run import predict
from percept.prepared.examples import load_spec
from percept.prepared.quality import Quality
from percept.profiling.task_options import TaskOptions

GOOD, BAD = ["excellent", "lovely", "great", "superb", "delightful"], ["awful", "dirty", "broken", "rude", "dreadful"]
OTHERS = ["the", "room", "was", "very", "near", "to", "a", "street", "with", "trees", "and", "shops"]


def review(drawn: random.Random, is_good: bool) -> str:
    words = [*drawn.choices(OTHERS, k=drawn.randint(3, 9)), drawn.choice(GOOD if is_good else BAD)]
    drawn.shuffle(words)
    return f"{' '.join(words).capitalize()}! {drawn.randint(1, 999)}"


def rows(num: int, seed: int) -> list[dict[str, str]]:
    drawn = random.Random(seed)
    kinds = [drawn.random() < 0.5 for _ in range(num)]
    return [
        {"nights": str(drawn.randint(1, 9)), "review": review(drawn, kind), "came again": "yes" if kind else "no"}
        for kind in kinds
    ]


def write(file: Path, found: list[dict[str, str]]) -> None:
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, found[0])
        writer.writeheader()
        writer.writerows(found)


def predicted(found: list[dict[str, str]]) -> tuple[list[str], Tally]:
    """Predict rows in the current folder; gives the decisions, and what was unusual."""
    write(Path("new.csv"), found)
    tally = predict(["new.csv"], Path("answers.csv"), paths.MODELS / paths.SHIPPED, key=None, strict=False)
    with Path("answers.csv").open(newline="", encoding="utf-8") as stream:
        return [row["decision"] for row in csv.DictReader(stream)], tally


@pytest.fixture(scope="module")
def hotel() -> Iterator[dict]:
    """What new_task and a run made of a table, in a folder that is the current one; gives metrics.json."""
    with workspace() as folder:
        write(folder / "hotel.csv", rows(300, 0))
        yield run_stages([*overrides_of_new_task(folder / "hotel.csv", TaskOptions("came again")), "fit.epochs=20"])


def test_a_text_that_decides_the_target_goes_from_new_task_to_predict(hotel):
    assert hotel["test"]["accuracy"] > 0.95
    new = rows(40, 1)
    decisions, tally = predicted(new)
    assert decisions == [row["came again"] for row in new]
    assert tally.num_flagged == 0  # a text that is new is what texts are


def test_words_stand_in_the_spec_and_the_column_in_the_shipped_file_the_card_and_the_quality(hotel):
    assert {"review: superb", "review: street"} <= set(load_spec().feature_names)
    inputs = Metadata.from_texts(read_metadata(paths.MODELS / paths.SHIPPED)).inputs
    assert {column.name: column.kind for column in inputs} == {"nights": "numeric", "review": "text"}
    assert {column.name: column.kind for column in Quality.load().drift}["review"] == "text"
    card = [[cell.strip() for cell in line.strip("|").split("|")] for line in paths.CARD.read_text().splitlines()]
    assert ["review", "text", "no"] in card


def test_one_text_of_thousands_of_words_among_many_rows_takes_no_memory_for_each_row(hotel):
    new = [{"nights": "2", "review": "superb " * 18_000, "came again": "yes"}, *rows(3000, 2)]
    decisions, _ = predicted(new)  # 2048 rows of 18,000 words would need more than `answer_mib`
    right = [row["came again"] == decision for row, decision in zip(new, decisions, strict=True)]
    assert right[0] and sum(right) > 0.99 * len(right)
