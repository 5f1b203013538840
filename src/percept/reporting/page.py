"""The HTML of a page that stands alone: no script, no address, all text escaped."""

import base64
import html
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from percept.reporting.drawing import svg
from percept.reporting.specification import Spec

STYLE = Path(__file__).with_name("style.css")
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"  # so that no browser asks anyone for anything
PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<title>{title}</title>
<style>
{style}</style>
</head>
<body>
{body}
</body>
</html>
"""


def text(value: Any) -> str:
    return html.escape(str(value))


def words(value: str) -> str:
    """Escape a sentence; what stands in backticks is code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", text(value))


def page(title: str, *parts: str, script: str = "") -> str:
    """Return a whole page. script: of the project's own, which runs where the page is looked at."""
    policy = f"{POLICY}; script-src 'unsafe-inline'" if script else POLICY
    body = "\n".join([*parts, *([f"<script>\n{script}</script>"] if script else [])])
    return PAGE.format(policy=policy, title=text(title), style=STYLE.read_text(encoding="utf-8"), body=body)


def section(title: str, *parts: str) -> str:
    """Return a section, or nothing where it has no parts."""
    inner = "\n".join(filter(None, parts))
    return f'<section id="{anchor(title)}">\n<h2>{text(title)}</h2>\n{inner}\n</section>' if inner else ""


def anchor(title: str) -> str:
    return title.lower().replace(" ", "-")


def paragraph(said: str, kind: str = "") -> str:
    return f'<p class="{kind}">{words(said)}</p>' if kind else f"<p>{words(said)}</p>"


def table(header: Sequence[str], rows: Iterable[Sequence[Any]], words: int = 1, primary: str | None = None) -> str:
    """Return a table. words: how many of the first columns are no numbers; primary: the row that counts most."""

    def cells(row: Sequence[Any], tag: str) -> str:
        kinds = ["" if index < words else ' class="number"' for index in range(len(row))]
        return "".join(f"<{tag}{kind}>{text(cell)}</{tag}>" for kind, cell in zip(kinds, row, strict=True))

    head = f"<thead><tr>{cells(header, 'th')}</tr></thead>" if any(header) else ""
    lines = [f"<tr{' class=primary' if row[0] == primary else ''}>{cells(row, 'td')}</tr>" for row in rows]
    return f'<div class="scroll"><table>{head}<tbody>{"".join(lines)}</tbody></table></div>'


def figure(spec: Spec, label: str, caption: str = "") -> str:
    """Return a chart as SVG. label: what it shows, for those who hear the page."""
    below = f"<figcaption>{text(caption)}</figcaption>" if caption else ""
    return f'<figure role="img" aria-label="{text(label)}">{svg(spec)}{below}</figure>'


def charts(*figures: str) -> str:
    shown = "\n".join(filter(None, figures))
    return f'<div class="charts">\n{shown}\n</div>' if shown else ""


def picture(png: bytes, label: str) -> str:
    return f'<img alt="{text(label)}" src="data:image/png;base64,{base64.b64encode(png).decode()}">'


def bar(name: str, share: float) -> str:
    """Return a probability as a bar and as a number."""
    return (
        f'<div class="bar"><span title="{text(name)}">{text(name)}</span>'
        f'<i><b style="width:{100 * share:.1f}%"></b></i><em>{share:.3f}</em></div>'
    )


def definitions(values: Iterable[tuple[str, Any]]) -> str:
    inner = "".join(f"<dt>{text(name)}</dt><dd>{text(value)}</dd>" for name, value in values)
    return f"<dl>{inner}</dl>" if inner else ""


def unordered(lines: Iterable[str]) -> str:
    inner = "".join(f"<li>{words(line)}</li>" for line in lines)
    return f"<ul>{inner}</ul>" if inner else ""
