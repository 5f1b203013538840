"""results/report.html: one page about a run, to look at, to print and to send."""

from collections.abc import Callable

from percept.reporting import about, behaviour, judged
from percept.reporting.page import anchor, page, paragraph, section, text
from percept.reporting.run import Run

SECTIONS: dict[str, Callable[[Run], list[str]]] = {
    "Scores": judged.scores,
    "Data": about.data,
    "Network": about.network,
    "Learning curves": judged.learning_curves,
    "Errors": judged.errors,
    "Examples": behaviour.shown_examples,
    "Told worse": behaviour.told_worse,
    "What it looks at": behaviour.looks_at,
    "Threshold and calibration": judged.threshold_and_calibration,
    "Limits": about.limits,
    "Make it again": about.make_it_again,
}


def report_page(run: Run) -> str:
    """Return the page as HTML."""
    sections = {title: section(title, *parts(run)) for title, parts in SECTIONS.items()}
    links = "".join(f'<a href="#{anchor(title)}">{text(title)}</a>' for title, found in sections.items() if found)
    top = [f"<h1>{text(run.report['task'])}</h1>", paragraph(about.sentence(run)), *about.warnings(run)]
    return page(f"{run.report['task']}: report", *top, f"<nav>{links}</nav>", *filter(None, sections.values()))
