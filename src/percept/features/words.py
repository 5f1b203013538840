"""Words of free texts: which of them are inputs, and the nodes that find them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from percept.dataset.words import expression, spellings, words
from percept.errors import UserError
from percept.features.added import CONTRIB, Added, Nodes
from percept.features.levels import frequent
from percept.features.table import TableFeatures
from percept.prepared.spec import RawInput

FEWEST = 5  # training rows that a word stands in: of rarer ones nothing can be learned
ROWS_FOR_ONE = 200  # of many rows one in so many: rarer words add more noise than they tell


@dataclass(frozen=True, eq=False)
class Words:
    """1 where a text has a word, in any of its spellings, else 0."""

    column: RawInput
    spellings: dict[str, tuple[str, ...]]  # of each word

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(f"{self.column.name}: {word}" for word in self.spellings)

    @property
    def sources(self) -> tuple[str, ...]:
        return (self.column.source,) * len(self.spellings)

    def add_to(self, nodes: Nodes) -> str:
        texts = nodes.step("Squeeze", self.column.name, nodes.constant(np.array([1])))
        found = nodes.step(
            "Tokenizer", texts, domain=CONTRIB, mark=0, mincharnum=1, pad_value="", tokenexp=expression()
        )
        counts = nodes.step(
            "TfIdfVectorizer",
            found,
            mode="TF",
            min_gram_length=1,
            max_gram_length=1,
            max_skip_count=0,
            ngram_counts=[0],
            ngram_indexes=[index for index, written in enumerate(self.spellings.values()) for _ in written],
            pool_strings=[spelling for written in self.spellings.values() for spelling in written],
        )
        return nodes.step("Clip", counts, *(nodes.constant(np.array(end, np.float32)) for end in (0, 1)))


def fewest_rows(num_rows: int) -> int:
    """Return how many of so many training rows have a word at least that is an input."""
    return max(FEWEST, num_rows // ROWS_FOR_ONE)


def frequent_words(features: TableFeatures, inputs: Sequence[RawInput], train: Mapping[str, NDArray]) -> list[Added]:
    """Return the words of each column of free text that most training rows have. Raises `UserError` for no word."""
    return [_fit(column, train[column.name][:, 0], features.words) for column in inputs if column.kind == "text"]


def _fit(column: RawInput, texts: NDArray[np.object_], most: int) -> Words:
    """Choose words, at least one; a spelling that is neither usual nor in the training rows is none of theirs."""
    written: defaultdict[str, set[str]] = defaultdict(set)
    found: list[str] = []  # each word once for each row
    for text in texts.tolist():
        spelled = {word for word in words(text) if any(map(str.isalnum, word))}  # marks alone are no word
        for word in spelled:
            written[word.lower()].add(word)
        found += {word.lower() for word in spelled}
    if not found:
        raise UserError(
            f"features.text, column {column.name!r}",
            "no training row has a word",
            "one at least",
            "move the column to features.drop",
        )
    kept = frequent(found, fewest_rows(len(texts)), most)
    return Words(column, {word: tuple(sorted({*spellings(word), *written[word]})) for word in kept})
