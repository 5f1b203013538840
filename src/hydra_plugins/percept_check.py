"""DVC composes conf/ by itself; it loads this file (`hydra.plugins_path`), so that it also checks what it composed."""

import sys
from pathlib import Path

from percept.composition import check_overrides, overrides_of_dvc, register

register()
if Path(sys.argv[0]).stem == "dvc":
    check_overrides(overrides_of_dvc(sys.argv[1:]))
