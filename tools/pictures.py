"""Make the pictures of the README anew, in docs/pictures: real runs in a clone, and what a browser shows of them."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs/pictures"
RUNS = (  # the last one is reported and plotted
    ("churn", "task=churn"),
    ("small-network", "task=digits", "model=mlp_small"),
    ("usual", "task=digits"),
)
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
OPTIONS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"),
    *("--disable-sync", "--hide-scrollbars", "--blink-settings=preferredColorScheme=1"),
)
WIDTH, HEIGHT = 1100, 760  # of the window, in pixels
NUM_COLORS = 64  # keep a picture of a page below 80 kB
DRAWN_MS = 30_000  # of the browser's own clock, for a page that draws with scripts
TENSORBOARD = (
    "/?darkMode=false#scalars&_smoothingWeight=0"  # the page of time series draws on no clock but the real one
)


def main() -> None:
    """Run in a clone, so that the workspace stays as it is."""
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        sys.exit("pictures: there is no Chromium; Debian: sudo apt install chromium")
    with tempfile.TemporaryDirectory(prefix="pictures-") as name:
        clone = Path(name) / "percept"
        make_runs(clone)
        take(browser, (clone / "results/report.html").as_uri(), "report", 780)
        take(browser, (clone / "dvc_plots/index.html").as_uri(), "plots", 900)
        with tensorboard(clone) as address:
            take(browser, address + TENSORBOARD, "tensorboard")


def make_runs(clone: Path) -> None:
    execute(ROOT, "git", "clone", "--quiet", str(ROOT), str(clone))
    execute(clone, "git", "config", "user.name", "percept")
    execute(clone, "git", "config", "user.email", "percept@example.org")
    (clone / ".venv").symlink_to(ROOT / ".venv")
    for name, *settings in RUNS:
        chosen = [word for setting in settings for word in ("-S", setting)]
        execute(clone, "dvc", "exp", "run", "--name", name, *chosen)
    execute(clone, "dvc", "plots", "show")


def execute(folder: Path, *command: str) -> None:
    print(f"pictures: {' '.join(command)}", flush=True)
    subprocess.run(command, cwd=folder, env=settings(), check=True)


def settings() -> dict[str, str]:
    return os.environ | {"PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])}


def take(browser: str, address: str, name: str, width: int = WIDTH) -> None:
    """Write what a page shows at its top, with few colours."""
    with tempfile.TemporaryDirectory(prefix="pictures-") as folder:
        file = Path(folder) / "page.png"
        command = [browser, *OPTIONS, f"--user-data-dir={folder}/profile", f"--window-size={width},{HEIGHT}"]
        command += [f"--virtual-time-budget={DRAWN_MS}", f"--screenshot={file}", address]
        subprocess.run(command, check=True, capture_output=True, timeout=180)
        picture = Image.open(file).convert("RGB")
        few = picture.quantize(NUM_COLORS, dither=Image.Dither.NONE)
        few.save(PICTURES / f"{name}.png", optimize=True)
    print(f"pictures: wrote docs/pictures/{name}.png, {(PICTURES / f'{name}.png').stat().st_size:,} bytes")


@contextmanager
def tensorboard(clone: Path) -> Iterator[str]:
    """Serve the logs of a clone on this machine alone; give the address once it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = ("tensorboard", "--logdir", "logs", "--host", "127.0.0.1", "--port", str(port))
    with subprocess.Popen(command, cwd=clone, env=settings(), stderr=subprocess.DEVNULL) as server:
        try:
            wait_for(f"http://127.0.0.1:{port}/data/runs")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


def wait_for(address: str, seconds: float = 120) -> None:
    """Wait until the runs are listed."""
    end_s = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(address, timeout=10) as answer:
                if answer.read().strip() not in (b"[]", b""):
                    return
        except OSError:
            pass
        if time.monotonic() > end_s:
            sys.exit(f"pictures: {address} lists no run after {seconds:g} s")
        time.sleep(1)


if __name__ == "__main__":
    main()
