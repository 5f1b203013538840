"""A table whose free text decides the target, from new_task to predict."""

import csv
import random

from stage_runs import overrides_of_new_task, run_stages, workspace

from percept import paths
from percept.model_file.metadata import Metadata
from percept.model_file.session import read_metadata
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


def test_a_text_that_decides_the_target_goes_from_new_task_to_predict():
    with workspace() as folder:
        table, new, answers = (folder / name for name in ("hotel.csv", "new.csv", "answers.csv"))
        for file, found in ((table, rows(300, 0)), (new, rows(40, 1))):
            with file.open("w", newline="", encoding="utf-8") as stream:
                writer = csv.DictWriter(stream, found[0])
                writer.writeheader()
                writer.writerows(found)
        report = run_stages([*overrides_of_new_task(table, TaskOptions("came again")), "fit.epochs=20"])
        spec = load_spec()
        shipped = paths.MODELS / paths.SHIPPED
        tally = predict([str(new)], answers, shipped, key=None, strict=False)
        with answers.open(newline="", encoding="utf-8") as stream:
            decisions = [row["decision"] for row in csv.DictReader(stream)]
        kinds = {column.name: column.kind for column in Metadata.from_texts(read_metadata(shipped)).inputs}
        drift = {column.name: column.kind for column in Quality.load().drift}
        card = paths.CARD.read_text(encoding="utf-8").splitlines()
    assert report["test"]["accuracy"] > 0.95
    assert decisions == [row["came again"] for row in rows(40, 1)]
    assert tally.num_flagged == 0  # a text that is new is what texts are
    assert kinds == {"nights": "numeric", "review": "text"} and drift["review"] == "text"
    assert {"review: superb", "review: street"} <= set(spec.feature_names)
    assert ["review", "text", "no"] in [[cell.strip() for cell in line.strip("|").split("|")] for line in card]
