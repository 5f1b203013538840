"""Chromium, which looks at a page without a network, and says what it saw."""

import html
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
OPTIONS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"),
    *("--disable-sync", "--hide-scrollbars", "--host-resolver-rules=MAP * ~NOTFOUND"),
    *("--allow-file-access-from-files", "--disable-web-security", "--virtual-time-budget=8000"),
]
# Stands around the page, which may forbid scripts itself.
FRAME = """<!DOCTYPE html><meta charset="utf-8"><body style="margin:0">
<iframe src="{page}" style="width:{width}px;height:900px;border:0"></iframe><pre id="seen"></pre><script>
const frame = document.querySelector("iframe");
const tell = () => {{
  const page = frame.contentDocument;
  const style = (node) => frame.contentWindow.getComputedStyle(node);
  const color = (node) => node.closest("svg") ? style(node).fill : style(node).color;
  const texts = [...page.querySelectorAll("p, td, th, h1, h2, figcaption, dt, dd, small, a, svg text")]
    .filter((node) => node.textContent.trim() && node.getBoundingClientRect().width > 0);
  return {{
    width: page.documentElement.scrollWidth,
    background: style(page.body).backgroundColor,
    colors: [...new Set(texts.map(color))],
    charts: [...page.querySelectorAll("figure svg, .vega-embed svg")].map((node) => node.getBoundingClientRect().width),
    pictures: [...page.querySelectorAll("img")].map((node) => node.naturalWidth),
    sections: [...page.querySelectorAll("section")].map((node) => [node.id, node.getBoundingClientRect().height]),
    titles: [...page.querySelectorAll(".role-title-text text")].map((node) => node.textContent),
    requests: frame.contentWindow.performance.getEntriesByType("resource").map((entry) => entry.name)
      .filter((name) => !/^(file|data):/.test(name)),
    {more}
  }};
}};
frame.onload = () => setTimeout(() => {{
  let found;
  try {{ found = tell(); }} catch (error) {{ found = {{error: error.stack}}; }}
  document.getElementById("seen").textContent = JSON.stringify(found);
}}, 500);
</script>"""


def look(page: Path, folder: Path, width: int = 1100, dark: bool = False, more: str = "") -> dict[str, Any]:
    """Open a page in a window of a width. more: further things to say, as `name: expression of JavaScript`."""
    if CHROMIUM is None:
        pytest.skip("there is no Chromium here (Debian: apt install chromium)")
    frame = folder / f"frame_{width}_{dark}.html"
    frame.write_text(FRAME.format(page=page.as_uri(), width=width, more=more), encoding="utf-8")
    command = [CHROMIUM, *OPTIONS, f"--user-data-dir={folder / 'profile'}", f"--window-size={max(width, 500)},1000"]
    command += [f"--blink-settings=preferredColorScheme={0 if dark else 1}", "--dump-dom", frame.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    seen = re.search(r'<pre id="seen">(.+?)</pre>', done.stdout, re.S)
    assert seen, f"{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
    found = json.loads(html.unescape(seen.group(1)))
    assert "error" not in found, found["error"]
    return found


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, 1 to 21 (WCAG 2.2)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: str) -> float:
    levels = [int(part) / 255 for part in re.findall(r"\d+", color)[:3]]
    linear = [level / 12.92 if level <= 0.04045 else ((level + 0.055) / 1.055) ** 2.4 for level in levels]
    return sum(weight * level for weight, level in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
