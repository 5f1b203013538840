"""Whether a run is worse than the accepted one: on all test rows by the primary metric, or for a group of them.

Two runs that predicted the same rows are compared row by row: the whole by `paired_bootstrap`; a group by the rows that
are told otherwise, of which each is as likely better as worse where nothing changed (McNemar 1947), or, of errors that
have a size, by signed ranks (Wilcoxon 1945). Runs of other rows, or whose predictions are gone, are compared by their
intervals, of which half a width is 1.96 standard errors (Altman & Bland 2003). As many groups are asked, their p-values
are those of Holm (1979).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from percept import paths
from percept.errors import UserError, listed
from percept.evaluation import groups
from percept.evaluation.intervals import Z
from percept.evaluation.metrics import METRICS
from percept.evaluation.outcome import Outcome
from percept.evaluation.prediction_table import GROUP, outcome_of, read_table
from percept.evaluation.predictions import Predictions
from percept.tuning import kept_files, paired_bootstrap
from percept.tuning.accepted import Accepted, Score
from percept.tuning.judged_runs import JudgedRun

FORMER, PRESENT = "the accepted run", "this run"
LEVEL = 0.05  # of chance that a run is called worse that is not; once for the whole, once for all groups
MAX_SHOWN = 6  # groups


@dataclass(frozen=True)
class Comparison:
    """What is known of a run beside the accepted one."""

    sentence: str  # on the whole
    worse: list[str]  # respects in which it is, in words


def check(former: Accepted | None, test: Predictions, report: Mapping[str, Any]) -> None:
    """Raise `UserError` where the run that lies here is worse than the accepted one."""
    comparison = compared(former, test, report) if former else None
    if comparison and comparison.worse:
        raise refusal(comparison)


def refusal(comparison: Comparison) -> UserError:
    """Return the error that says in which respects a run is worse."""
    expected = "a run that is not worse than the accepted one"
    advice = "make it better, or accept it all the same: `python src/accept.py --force REASON`"
    return UserError(str(paths.ACCEPTED), "; ".join(comparison.worse), expected, advice)


def compared(former: Accepted, test: Predictions, report: Mapping[str, Any]) -> Comparison:
    """Compare the run that lies here with the accepted one. test: its test rows; report: what metrics.json holds."""
    if (former.kind, former.primary) != (report["kind"], report["primary"]):
        found = f"{former.kind} by {former.primary} was accepted, this is {report['kind']} by {report['primary']}"
        return Comparison(f"not comparable: {found}", [f"cannot be compared: {found}"])
    before = _predictions_of(former, report)
    whole = _by_rows(before, test, report["primary"]) if before else None
    present = Accepted.of(test, report, former.commit)
    sentence, is_worse = whole or _by_intervals(former, present)
    told = worse_groups(_outcome(before), test) if before else _groups_by_intervals(former, present)
    worse = [sentence] * is_worse
    if told:
        shown = [f"{name} (p {chance:.2g})" for name, chance in sorted(told.items(), key=lambda item: item[1])]
        worse.append(f"{PRESENT} is worse than {FORMER} for {listed(shown, MAX_SHOWN)}")
    return Comparison(sentence, worse)


def _predictions_of(former: Accepted, report: Mapping[str, Any]) -> JudgedRun | None:
    """Return the accepted run where DVC keeps its predictions, and they are of the rows of the run that lies here."""
    kept = kept_files.cached(former.predictions)
    if kept is None:
        return None
    here = paths.TEST_PREDICTIONS.read_text(encoding="utf-8")
    one, other = (JudgedRun("", dict(report), read_table(text, str(paths.TEST_PREDICTIONS))) for text in (kept, here))
    return one if one.of_targets() == other.of_targets() else None


def _outcome(run: JudgedRun) -> Outcome:
    return outcome_of(run.table, run.report["kind"])


def _by_rows(before: JudgedRun, test: Predictions, primary: str) -> tuple[str, bool] | None:
    """Say which run is better, and whether this one is worse; None where resampled rows have no such metric."""
    clusters = np.array(before.table[GROUP]) if GROUP in before.table else None
    found = paired_bootstrap.differences([primary], _outcome(before), test.outcome, clusters)
    if not found:
        return None
    sentence = found[0].sentence(FORMER, PRESENT, f"the same {before.num_rows:,} test rows")
    return sentence, found[0].is_told and _loss(primary, found[0].first, found[0].second) > 0


def worse_groups(before: Outcome, test: Predictions) -> dict[str, float]:
    """Return the groups that have more errors than before, or larger ones, by name, with p-values of many groups.

    before: what the other run predicted of the same rows.
    """
    former, present = groups.errors(before), groups.errors(test.outcome)
    return _told({name: chance(former[rows], present[rows]) for name, rows in groups.members(test)})


def chance(before: NDArray[np.float64], after: NDArray[np.float64]) -> float:
    """Return how likely errors (rows,) grow as often, or as much, where a run is no worse than the one before."""
    from scipy import stats

    grown = (after - before)[after != before]
    if not len(grown):
        return 1.0
    if np.isin(grown, (-1, 1)).all():
        return float(stats.binom.sf((grown > 0).sum() - 1, len(grown), 0.5))
    return float(stats.wilcoxon(grown, alternative="greater").pvalue)


def _by_intervals(former: Accepted, present: Accepted) -> tuple[str, bool]:
    primary = former.primary
    if primary not in former.test or primary not in present.test:
        return f"{primary} is not defined on the test rows of both runs", True
    one, other = former.test[primary], present.test[primary]
    found, loss = _chance_by_intervals(primary, one, other), _loss(primary, one.value, other.value)
    is_worse = loss > 0 if found is None else found < LEVEL / 2  # as of a two-sided interval that is wholly worse
    words = "worse than" if is_worse else "not worse, as far as can be told, than"
    values = f"{primary} {other.value:.4g} after {one.value:.4g}, by their intervals"
    return f"{PRESENT} is {words} {FORMER}: {values}", is_worse


def _groups_by_intervals(former: Accepted, present: Accepted) -> dict[str, float]:
    both = [name for name in present.groups if name in former.groups]
    found = {name: _chance_by_intervals(former.primary, former.groups[name], present.groups[name]) for name in both}
    return _told({name: chance for name, chance in found.items() if chance is not None})


def _chance_by_intervals(metric: str, one: Score, other: Score) -> float | None:
    """Return how likely a score falls as much by chance; None where nothing says how far chance goes."""
    from scipy import stats

    if one.interval is None or other.interval is None:
        return None
    error = math.hypot(*((high - low) / (2 * Z) for low, high in (one.interval, other.interval)))
    return float(stats.norm.sf(_loss(metric, one.value, other.value) / error)) if error else None


def _loss(metric: str, before: float, after: float) -> float:
    """Return by how much a score became worse."""
    return before - after if METRICS[metric].higher_is_better else after - before


def _told(chances: Mapping[str, float]) -> dict[str, float]:
    adjusted = groups.holm(list(chances.values()))
    return {name: chance for name, chance in zip(chances, adjusted, strict=True) if chance < LEVEL}
