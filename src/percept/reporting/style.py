"""How every chart looks, in the colours of style.css."""

from typing import Any

PALETTE = [f"var(--{name})" for name in ("blue", "orange", "green", "purple", "sky", "yellow")]

CONFIG: dict[str, Any] = {
    "aria": False,  # the page names each chart
    "background": None,
    "font": "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', sans-serif",
    "axis": {
        "labelColor": "var(--ink)",
        "titleColor": "var(--ink)",
        "gridColor": "var(--grid)",
        "domainColor": "var(--quiet)",
        "tickColor": "var(--quiet)",
        "labelFontSize": 12,
        "titleFontSize": 12.5,
        "titleFontWeight": "normal",
        "labelLimit": 190,
        "labelFlush": False,  # which would push the last number of an axis against the one before
    },
    "header": {"labelColor": "var(--ink)", "titleColor": "var(--ink)", "labelFontSize": 12},
    "legend": {
        "labelColor": "var(--ink)",
        "titleColor": "var(--ink)",
        "labelFontSize": 12,
        "titleFontSize": 12,
        "orient": "bottom",
        "columns": 3,
        "symbolSize": 120,
        "labelLimit": 300,
    },
    "title": {
        "color": "var(--ink)",
        "fontSize": 14,
        "subtitleColor": "var(--quiet)",
        "subtitleFontSize": 12,
        "subtitlePadding": 4,
        "anchor": "start",
        "offset": 10,
    },
    "view": {"stroke": None},
    "range": {"category": PALETTE},
    "line": {"strokeWidth": 2, "color": PALETTE[0]},
    "bar": {"color": PALETTE[0]},
    "point": {"color": PALETTE[0], "filled": True, "size": 45, "opacity": 1},
    "rule": {"color": "var(--ink)"},
    "text": {"color": "var(--ink)", "fontSize": 12},
}
