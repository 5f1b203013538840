"""The last lines of a run: colours only where they are seen, and no browser where there is no screen."""

import json
import sys
import webbrowser

import pytest

import show
from percept import paths
from percept.reporting import terminal

REPORT = {
    "task": "my task",
    "kind": "binary",
    "primary": "f1",
    "validation": {},
    "test": {"accuracy": 0.75, "f1": 0.5},
    "warnings": ["it is early"],
}


@pytest.fixture
def results(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    paths.METRICS.parent.mkdir()
    paths.METRICS.write_text(json.dumps(REPORT), encoding="utf-8")
    leave_findings("my task", {"accuracy": 0.5, "f1": 0})
    return tmp_path


def leave_findings(task: str, guess: dict) -> None:
    paths.FINDINGS.mkdir(exist_ok=True)
    found = {"task": task, "beside": {"guess": guess}}
    (paths.FINDINGS / paths.FOUND).write_text(json.dumps(found), encoding="utf-8")


def screen(monkeypatch, is_there: bool) -> list[str]:
    """Have a screen or none; gives the addresses that a browser is asked to show."""
    opened: list[str] = []
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setenv("DISPLAY", ":0" if is_there else "")
    monkeypatch.setattr(webbrowser, "open", lambda address: opened.append(address) or True)
    return opened


def test_the_table_has_the_guess_the_warnings_and_the_task_in_the_next_commands(results, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["show"])
    show.main()
    lines = capsys.readouterr().out.splitlines()
    assert any(line.split() == ["f1", "0.5", "0", "<-", "primary"] for line in lines)
    assert "warning: it is early" in lines
    assert any("-S task='my task' -S fit.epochs=50" in line for line in lines)


def test_scores_of_another_task_stand_beside_none(results, monkeypatch, capsys):
    leave_findings("other", {"accuracy": 0.5})
    monkeypatch.setattr(sys, "argv", ["show"])
    show.main()
    assert "guess" not in capsys.readouterr().out


@pytest.mark.parametrize("is_there", [True, False])
def test_open_asks_a_browser_where_there_is_a_screen_and_says_where_the_page_is_elsewhere(
    results, monkeypatch, capsys, is_there
):
    opened = screen(monkeypatch, is_there)
    paths.REPORT.write_text("<html></html>", encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["show", "--open"])
    show.main()
    assert opened == [(results / paths.REPORT).as_uri()] * is_there
    last = capsys.readouterr().out.splitlines()[-1]
    assert last == (f"show: opened {paths.REPORT}" if is_there else last) and str(paths.REPORT) in last


def test_open_before_the_first_report_says_what_makes_one(results, monkeypatch, capsys):
    opened = screen(monkeypatch, True)
    monkeypatch.setattr(sys, "argv", ["show", "--open"])
    show.main()
    assert opened == [] and capsys.readouterr().out.endswith("there is no results/report.html yet: `dvc repro`\n")


@pytest.mark.parametrize(
    ("terminal_is", "no_color", "kind", "coloured"),
    [(True, "", "xterm", True), (True, "1", "xterm", False), (True, "", "dumb", False), (False, "", "xterm", False)],
)
def test_colours_are_for_a_terminal_and_only_where_nobody_minds(monkeypatch, terminal_is, no_color, kind, coloured):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal_is, raising=False)
    monkeypatch.setenv("NO_COLOR", no_color)
    monkeypatch.setenv("TERM", kind)
    assert ("\x1b[" in terminal.result(REPORT, {})) == coloured
