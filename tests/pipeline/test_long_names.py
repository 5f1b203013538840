"""Names of a survey go through DVC: it keeps parameters in dvc.lock, and reads them back before each command."""

import csv
import json

import pytest

pytestmark = pytest.mark.slow

NAMES = (
    "How content are you, all in all, with the time that it took us to answer your question?",
    'Which of these holds for you: "often", "seldom", or rather: \'never, as far as I can remember\'?',
    "One line\nand another one in the same cell, as a spreadsheet has it in the first row of a table",
    "  two blanks, and then a text that goes on for longer than a line of a file of YAML has room for",
    "🙂 or 🙁 " * 12 + "#",
    "x" * 300,
    "? what",
    "- item: value",
    "On which day, as far as you remember, did you ask us for the first time in the last year?",
)


@pytest.fixture(scope="module")
def survey(clone):
    """The clone with a table of such names and its task file."""
    with (clone.folder / "survey.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*NAMES, "back"])
        for row in range(60):
            answers = [("no", "yes", "perhaps")[(row // (3 + place)) % 3] for place in range(len(NAMES) - 1)]
            writer.writerow(
                [*answers[:4], *(row % 7 for _ in answers[4:]), f"2023-05-{row % 30 + 1:02d}", "ny"[row % 2]]
            )
    clone.run("python", "src/new_task.py", "survey.csv", "--target", "back")
    return clone


def test_every_command_of_dvc_works_after_runs_with_long_names(survey):
    survey.run("dvc", "exp", "run", "preprocess", "-S", "task=survey")
    spec = json.loads((survey.folder / "data/prepared/spec.json").read_text(encoding="utf-8"))
    assert set(spec["contract"]["columns"]) == {*(name.strip() for name in NAMES)} | {"back"}
    survey.run("python", "src/compose.py", "task=survey", "seed=1")
    assert "Running stage 'preprocess'" in survey.run("dvc", "repro", "preprocess").stdout
    assert json.loads(survey.run("dvc", "status", "preprocess", "--json").stdout) == {}
    for command in ("params diff", "diff", "exp show"):
        survey.run("dvc", *command.split())


def test_a_long_key_is_refused_before_dvc_keeps_it(survey):
    file, before = survey.folder / "conf/task/survey.yaml", survey.contents()
    text = file.read_text(encoding="utf-8")
    file.write_text(
        text.replace("  columns:\n", f"  columns:\n    {NAMES[0]!r}: {{type: category}}\n"), encoding="utf-8"
    )
    result = survey.run("dvc", "exp", "run", "-S", "task=survey", check=False)
    assert result.returncode != 0 and "contract.columns: the key 'How content" in result.stdout
    assert "{name: the whole name, ...}" in result.stdout and "Traceback" not in result.stdout
    assert survey.contents() == before
