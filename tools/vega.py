"""Write .venv/vega.js, with which the page of `dvc plots` draws without the network (.dvc/plots/page.html)."""

from pathlib import Path

import vl_convert

FILE = Path(__file__).resolve().parents[1] / ".venv" / "vega.js"

FILE.write_text(vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;"), encoding="utf-8")
