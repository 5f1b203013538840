"""The words of free texts: runs of letters and digits, with the marks upon them."""

import re
import sys
import unicodedata
from collections.abc import Iterator
from functools import cache
from itertools import groupby

KINDS = "LMN"  # letters, marks such as accents and vowel signs, and digits, as Unicode has them


@cache
def expression() -> str:
    """Return a regular expression of one word, the same to Python as to RE2.

    It names every letter, so that no version of Unicode but that of this Python decides what is one.
    """
    points = (point for point in range(sys.maxunicode + 1) if unicodedata.category(chr(point))[0] in KINDS)
    runs = [[point for _, point in run] for _, run in groupby(enumerate(points), lambda pair: pair[1] - pair[0])]
    return f"[{''.join(chr(run[0]) if len(run) == 1 else f'{chr(run[0])}-{chr(run[-1])}' for run in runs)}]+"


@cache
def _compiled() -> re.Pattern[str]:
    return re.compile(expression())


def words(text: str) -> list[str]:
    """Return the words of a text as they are written, in their order."""
    return _compiled().findall(text)


def spellings(word: str) -> Iterator[str]:
    """Yield the usual spellings of a word in small letters: so, with a capital first letter, and in capitals."""
    for spelling in dict.fromkeys((word, word.capitalize(), word.upper())):
        if spelling.lower() == word:
            yield spelling
