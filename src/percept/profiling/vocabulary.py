"""Whether the texts of a column say something of each other by the words that they share."""

from collections import Counter
from collections.abc import Iterable
from itertools import islice

from percept.dataset.words import words
from percept.features.words import fewest_rows

FEWEST_WORDS = 10  # that tell some texts from others; with fewer, texts say nothing of each other
FEWEST_TEXTS = 0.25  # of all texts that have such a word
SAMPLE_TEXTS = 5000


def num_shared_words(texts: Iterable[str]) -> int:
    """Return how many words stand in several texts and not in nearly all; 0 where these are few, or in few texts.

    Numbers do not count: those of codes come again by chance.
    """
    found = [{word.lower() for word in words(text)} for text in islice(texts, SAMPLE_TEXTS)]
    counts = Counter(word for spelled in found for word in spelled if any(map(str.isalpha, word)))
    fewest = fewest_rows(len(found))  # that have a word, and that lack it
    shared = {word for word, count in counts.items() if fewest <= count <= len(found) - fewest}
    has_some = sum(not shared.isdisjoint(spelled) for spelled in found)
    return len(shared) if len(shared) >= FEWEST_WORDS and has_some > FEWEST_TEXTS * len(found) else 0
