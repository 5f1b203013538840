"""What a model does: with single rows, with groups of rows, and as a column changes."""

from percept.evaluation.groups import MAX_ROWS, MIN_ROWS
from percept.reporting import charts, examples
from percept.reporting.page import charts as side_by_side
from percept.reporting.page import figure, paragraph, table
from percept.reporting.run import Run
from percept.reporting.scores import interval, number


def shown_examples(run: Run) -> list[str]:
    columns = list(run.test.raw)
    order = {each.column: place for place, each in enumerate(run.findings.importances)}
    sources = {column.name: column.source for column in run.test.spec.raw_inputs}
    columns.sort(key=lambda name: order.get(sources[name], len(order)))
    found = []
    for group in examples.chosen(run.test):
        cards = [examples.card(run.test, row, run.places[row], columns) for row in group.rows.tolist()]
        found += [f"<h3>{group.title}</h3>", f'<div class="cards">{"".join(cards)}</div>']
    return found


def told_worse(run: Run) -> list[str]:
    if not run.findings.groups:
        return [paragraph(f"No group has {MIN_ROWS} test rows or more, so that nothing can be said of groups.")]
    worse = [group for group in run.findings.groups if group.is_worse]
    measure = run.report["primary"]
    rows = [
        (
            group.name,
            f"{group.num_rows:,}",
            number(group.value),
            interval(group.interval),
            f"{group.p_value:.2g}",
        )
        for group in worse
    ]
    whole = f"all test rows have {number(run.value)}"
    said = (
        f"These groups have more or larger errors than chance explains ({whole}):"
        if worse
        else f"Of {len(run.findings.groups)} groups none has more or larger errors than chance explains ({whole})."
    )
    note = (
        f"Groups of at least {MIN_ROWS} test rows: each category, each quarter of a number, each class. p: how likely "
        "such errors are where the group is like the others, by an exact or a rank test, for so many groups (Holm)."
    )
    if len(run.test.y) > MAX_ROWS:
        note += f" Of more than {MAX_ROWS:,} test rows a part was looked at."
    chart = figure(charts.groups(run.rows("groups.csv"), several=False), f"{measure} by group of test rows")
    header = ("group", "rows", measure, "95 % interval", "p")
    return [paragraph(said), table(header, rows) if rows else "", paragraph(note, "quiet"), side_by_side(chart)]


def looks_at(run: Run) -> list[str]:
    if not (rows := run.rows("importance.csv")):
        return []
    first = figure(charts.importance(rows, several=False), f"how much {rows[0]['measure']} depends on each column")
    said = (
        "First: each column was shuffled five times among test rows; the dot is the mean, the line the smallest and "
        "the largest change. Columns that say the same cover for each other. The others: what the model says on "
        "average where all rows have the same value in one column and keep the rest, though no such row may exist."
    )
    others = [
        figure(charts.effect(effect, _axis(run)), f"what the model says by {effect.column}")
        for effect in run.findings.effects
    ]
    return [side_by_side(first, *others), paragraph(said, "quiet")]


def _axis(run: Run) -> str:
    return "mean prediction" if run.test.objective.kind == "regression" else "mean probability"
