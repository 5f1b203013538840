"""Texts whose words come again are inputs; codes, names and sentences that all are alike are none."""

import random

import numpy as np
import pytest

from percept.features.words import FEWEST
from percept.profiling.columns import ColumnProfile, profile_column
from percept.profiling.task import propose_task
from percept.profiling.task_options import TaskOptions
from percept.profiling.vocabulary import FEWEST_WORDS, num_shared_words

WORDS = ["room", "bed", "street", "river", "garden", "quiet", "loud", "sunny", "dark", "cheap", "dear", "large"]
WORDS += ["small", "old", "new", "clean"]


def reviews(num: int, fewest: int = 3, most: int = 8) -> list[str]:
    drawn = random.Random(0)
    return [
        " ".join(drawn.choices(WORDS, k=drawn.randint(fewest, most))).capitalize() + f", {row}!" for row in range(num)
    ]


def column(cells, name: str = "review") -> ColumnProfile:
    cells = np.array(list(cells), dtype=object)
    return profile_column(name, cells, np.arange(2, len(cells) + 2))


def test_the_words_that_some_texts_have_and_others_lack_are_counted():
    assert num_shared_words(reviews(200)) == len(WORDS)
    assert num_shared_words(f"always {text}" for text in reviews(200)) == len(WORDS)


@pytest.mark.parametrize(
    "texts",
    [
        [],
        reviews(FEWEST - 1),
        [f"she said that {row} of them came" for row in range(100)],  # all have the same words
        [f"{row % 7} {row % 11} {row % 13}" for row in range(100)],  # numbers
        [" ".join(WORDS[: FEWEST_WORDS - 1][row % 4 :: 4]) + f" {row}" for row in range(100)],  # few words
        [text if row % 3 else "" for row, text in enumerate([f"x{row}" for row in range(100)])],  # none in two texts
    ],
)
def test_texts_that_say_nothing_of_each_other_share_no_words(texts):
    assert num_shared_words(texts) == 0


def test_texts_that_share_words_are_free_texts_to_learn_from():
    found = column(reviews(200))
    assert (found.kind, found.use, found.num_words) == ("free text", "text", len(WORDS))
    assert found.remark == f"{len(WORDS)} words stand in several of them"


def test_two_words_on_average_are_a_text_where_nearly_all_cells_differ():
    drawn = random.Random(1)
    names = [f"{drawn.choice(WORDS)} x{row}" for row in range(300)]
    assert column(names).use == "text"
    assert column(name.replace(" ", "-") for name in names).kind == "identifier"  # one word


def test_an_identifier_is_none_even_if_it_has_words():
    assert column(reviews(200, 1, 2), "review id").use == "drop"


def test_texts_of_few_values_stay_categories():
    assert column(reviews(12, 1, 2) * 20).use == "category"


def task_of(reading, **options):
    drawn = random.Random(0)
    rows = [f'"{text}",{drawn.choice(("left", "stayed"))}' for text in reviews(200)]
    return propose_task(reading("\n".join(["review,y", *rows])), TaskOptions("y", **options))


def test_a_text_alone_is_enough_to_learn_from(reading):
    found = task_of(reading)
    assert found.uses == {"review": "text", "y": "target"} and found.reasons == {}
    assert "about 16 inputs" in found.network.model[1]


def test_a_text_stays_out_or_becomes_a_category_as_a_person_wants(reading):
    assert task_of(reading, category=("review",)).uses["review"] == "category"
    assert task_of(reading, keep=("review",)).uses["review"] == "text"


def test_a_text_that_is_filled_only_for_one_class_gives_the_target_away(reading):
    rows = [
        f'"{text if row % 2 else ""}",{row % 9},{"left" if row % 2 else "stayed"}'
        for row, text in enumerate(reviews(200))
    ]
    found = propose_task(reading("\n".join(["why,n,y", *rows])), TaskOptions("y"))
    assert found.uses["why"] == "drop" and "why" in found.reasons
