"""Texts of one column that differ by capitals, blanks or the form of Unicode alone."""

import shlex
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from percept.dataset.formats import folded
from percept.dataset.table import Table, fold_texts
from percept.errors import listed
from percept.profiling.columns import NO, YES
from percept.profiling.phrases import shorten
from percept.profiling.reading import Reading

FEW_LETTERS = 2  # of a code such as mW and MW, where capitals may say something


def spellings(table: Table, names: Iterable[str]) -> dict[str, list[tuple[str, ...]]]:
    """Return the groups of texts that are one when folded, by column; the more frequent text first."""
    found = {}
    for name in names:
        groups: dict[str, list[str]] = {}
        for text, _ in Counter(table.columns[name].tolist()).most_common():
            groups.setdefault(folded(text), []).append(text)
        alike = [tuple(group) for text, group in groups.items() if text and len(group) > 1]
        if alike:
            found[name] = alike
    return found


def are_surely_one(groups: Iterable[tuple[str, ...]]) -> bool:
    """Tell whether texts are surely the same: words, or texts that differ by blanks and the form of Unicode alone."""
    return all(
        sum(map(str.isalpha, folded(group[0]))) > FEW_LETTERS
        or folded(group[0]) in YES | NO
        or len({" ".join(unicodedata.normalize("NFKC", text).split()) for text in group}) == 1
        for group in groups
    )


def fold_spellings(reading: Reading, texts: Iterable[str], wanted: Iterable[str]) -> tuple[Reading, list[str]]:
    """Make texts of these columns one that surely are, or are so as wanted; return notes on these and the others."""
    found = spellings(reading.table, dict.fromkeys([*texts, *wanted]))
    chosen = [name for name in found if name in wanted or are_surely_one(found[name])]
    notes = [spelling_note(name, groups, name in chosen) for name, groups in found.items()]
    if not chosen:
        return reading, notes
    table = fold_texts(reading.table, chosen)
    remark = f"texts that differ by capitals, blanks or the form of Unicode alone are one: {example(found[chosen[0]])}"
    return replace(reading, table=table, text=table.text, remarks=reading.remarks | {"fold": remark}), notes


def example(groups: Sequence[tuple[str, ...]]) -> str:
    """Show texts that are one."""
    return listed((" and ".join(repr(shorten(text)) for text in group[:3]) for group in groups), 2)


def spelling_note(name: str, groups: Sequence[tuple[str, ...]], is_one: bool) -> str:
    """Say which texts of a column differ by capitals, blanks or the form of Unicode alone."""
    what = f"{shorten(name)}: {example(groups)} differ by capitals, blanks or the form of Unicode alone"
    if is_one:
        return f"{what} and are taken for one; --exact {shlex.quote(name)} tells them apart."
    return f"{what}; --fold {shlex.quote(name)} makes them one."
