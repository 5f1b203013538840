"""Write .dvc/plots, with which `dvc plots` draws, anew from src/percept/reporting."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

from percept.reporting.dvc_plots import files  # noqa: E402

for name, text in files().items():
    (ROOT / ".dvc" / "plots" / name).write_text(text, encoding="utf-8")
