"""Pages of TensorBoard show data of real runs, in a real browser."""

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import requests
from stage_runs import run_stages, workspace

from percept.errors import UserError

BROWSER, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
RUNS = (  # a task of each kind, and one task twice
    ["task=digits", "fit.epochs=3"],
    ["task=digits_cnn", "fit.epochs=1"],
    ["task=iris", "fit.epochs=3"],
    ["task=iris", "fit.epochs=3", "model.units=[8]"],
    ["task=linnerud", "fit.epochs=3"],
)
OF_DATA_ELSEWHERE = (["task=churn", "fit.epochs=3"], ["task=emotions", "fit.epochs=3"])
PAGES = {  # of each what is drawn, as CSS finds it, and what stands there whichever task comes first
    "timeseries": ("line-chart", ("/loss", "/validation loss : training loss")),
    "scalars": ("path.line", ("/loss", "/learning rate")),
    "images": ("img", ("/confusion matrix",)),
    "graphs": ("g.node", ("Main Graph", "features")),
    "distributions": ("path.area", (" gradients/",)),
    "histograms": ("path.outline", (" gradients/",)),
    "text": ("table", ("Model card:", "Primary metric:")),
    "pr_curves": ("path.line", ("/precision and recall of",)),
    "hparams": ("vaadin-grid-cell-content", ("model.units", "test/accuracy")),
    "projector": ("canvas", ("Points: ", "last hidden layer of")),
}
SEEN = """
const selector = arguments[0], words = [], drawn = [];
function walk(node) {
  if (node.nodeType === Node.TEXT_NODE) words.push(node.data);
  if (node.tagName === "INPUT") words.push(node.value);
  if (node.matches && node.matches(selector)) drawn.push(node.getBoundingClientRect());
  if (node.shadowRoot) walk(node.shadowRoot);
  if (node.tagName === "IFRAME" && node.contentDocument) walk(node.contentDocument);
  if (!["SCRIPT", "STYLE"].includes(node.tagName)) node.childNodes.forEach(walk);
}
walk(document);
return [words.join(" "), drawn.filter(box => box.width > 1 && box.height > 1).length];
"""
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (BROWSER and DRIVER), reason="Chromium and chromedriver are not installed"),
]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def serving(command: list[str], address: str) -> Iterator[None]:
    """A server, from its first answer on until the end."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline_s = time.monotonic() + 120
        while True:
            try:
                requests.get(address, timeout=10)
                break
            except requests.ConnectionError:
                assert time.monotonic() < deadline_s and process.poll() is None, command
                time.sleep(0.5)
        yield
    finally:
        process.terminate()
        process.wait()


@pytest.fixture(scope="module")
def logs() -> Iterator[Path]:
    """The logs of all runs whose data can be had."""
    with workspace() as folder, pytest.MonkeyPatch.context() as patch:
        patch.delenv("DVC_EXP_NAME", raising=False)
        patch.delenv("DVC_ROOT", raising=False)
        for overrides in RUNS:
            run_stages(overrides)
        for overrides in OF_DATA_ELSEWHERE:
            try:
                run_stages(overrides)
            except UserError as error:
                assert "DATA_MIRROR" in str(error)
        yield folder / "logs"


@pytest.fixture(scope="module")
def tensorboard(logs) -> Iterator[str]:
    """The address of a TensorBoard of these logs."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = [str(Path(sys.executable).parent / "tensorboard"), "--logdir", str(logs), "--port", str(port)]
    with serving(command, f"{address}/data/runs"):
        yield address


@pytest.fixture(scope="module")
def browser(tmp_path_factory) -> Iterator[str]:
    """The address of a session of a browser, as WebDriver has it."""
    port, profile = free_port(), tmp_path_factory.mktemp("profile")
    words = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
    words += ["--disable-component-update", f"--user-data-dir={profile}", "--window-size=1500,1100"]
    wanted = {"browserName": "chrome", "goog:chromeOptions": {"binary": BROWSER, "args": words}}
    driver = f"http://127.0.0.1:{port}"
    with ExitStack() as stack:
        stack.enter_context(serving([str(DRIVER), f"--port={port}"], f"{driver}/status"))
        answer = requests.post(f"{driver}/session", json={"capabilities": {"alwaysMatch": wanted}}, timeout=120)
        session = f"{driver}/session/{answer.json()['value']['sessionId']}"
        stack.callback(requests.delete, session, timeout=60)
        yield session


def seen(session: str, selector: str) -> tuple[str, int]:
    """Return all that the page says, and how much is drawn, in shadow trees and frames too."""
    answer = requests.post(f"{session}/execute/sync", json={"script": SEEN, "args": [selector]}, timeout=120)
    words, num_drawn = answer.json()["value"]
    return squeezed(words), num_drawn


def squeezed(text: str) -> str:
    """Leave out blanks: some pages put them inside of tags."""
    return "".join(text.split())


def test_every_page_that_tensorboard_offers_is_looked_at(tensorboard):
    deadline_s, offered = time.monotonic() + 60, set()
    while not offered >= set(PAGES) and time.monotonic() < deadline_s:  # it is still looking into the files
        plugins = requests.get(f"{tensorboard}/data/plugins_listing", timeout=60).json()
        offered = {name for name, about in plugins.items() if about["enabled"]}
        time.sleep(1)
    assert offered == set(PAGES)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_shows_data(tensorboard, browser, page):
    selector, expected = PAGES[page]
    for address in ("about:blank", f"{tensorboard}/#{page}"):
        requests.post(f"{browser}/url", json={"url": address}, timeout=120).raise_for_status()
    deadline_s = time.monotonic() + 90
    while True:
        text, num_drawn = seen(browser, selector)
        missing = [words for words in expected if squeezed(words) not in text]
        if num_drawn and not missing:
            return
        assert time.monotonic() < deadline_s, f"{page}: {num_drawn} drawn, no {missing} in {text[-3000:]}"
        time.sleep(1)
