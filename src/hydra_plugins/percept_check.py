"""DVC composes conf/ by itself; it loads this file (`hydra.plugins_path`), so that it also checks what it composed."""

from percept.composition import register

register()
