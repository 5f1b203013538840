"""Every command of the pages of docs/ runs, in order, in a clone."""

import hashlib
import re
import shlex
from pathlib import Path

import pytest
from readme_commands import commands, write_customers

ROOT = Path(__file__).parents[2]
OWN_DATA = (ROOT / "docs/own-data.md").read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("page", ["pipeline", "models", "cross-validation", "report", "search"])
def test_the_commands_of_a_page_run(fresh, page):
    for command in commands((ROOT / f"docs/{page}.md").read_text(encoding="utf-8")):
        fresh.run("sh", "-c", command)


@pytest.mark.slow
def test_the_tensorboard_page_names_the_folder_of_the_run_that_it_makes(fresh):
    page = (ROOT / "docs/tensorboard.md").read_text(encoding="utf-8")
    (name,) = re.findall(r"`(digits-mlp-[^`]+)`", page)
    run, serve = commands(page)
    assert serve == "tensorboard --logdir logs"  # without end: see test_readme.py
    fresh.run("sh", "-c", run)
    assert {folder.name for folder in (fresh.folder / "logs" / name).iterdir()} >= {"train", "validation", "test"}


@pytest.mark.slow
def test_the_commands_of_the_reliability_page_run(fresh):
    for command in commands((ROOT / "docs/reliability.md").read_text(encoding="utf-8")):
        if not command.startswith("make "):  # which take long, or run what stands beside them
            fresh.run("sh", "-c", command)


def test_the_commands_of_the_reproducibility_page_are_there_with_their_options(fresh):
    for command in commands((ROOT / "docs/reproducibility.md").read_text(encoding="utf-8")):
        program, script, *words = shlex.split(command)  # they run for long: tests of verify and accept run them
        if program == "make":
            fresh.run("make", "--dry-run", script)
        else:
            said = fresh.run("python", script, "--help").stdout
            assert [word for word in words if word.startswith("--") and word not in said] == []


@pytest.mark.slow
def test_the_commands_of_the_own_data_page_run(fresh):
    task = next(block for block in re.findall(r"```yaml\n(.*?)```", OWN_DATA, re.S) if "task: deliveries" in block)
    rows = [
        f"{row};{1 + row % 28:02}.{1 + row % 600 // 50:02}.2024;c{row % 90};{row % 7},{row % 10}0;"
        f"{('bike', 'post', 'truck')[row % 3]};{'yes' if row % 7 > 4 else 'no'}"
        for row in range(600)
    ]
    rows[5], rows[9] = rows[5].replace(";truck;", ";cart;"), rows[9].replace(";bike;", ";;")
    table = fresh.folder / "deliveries.csv"
    table.write_text("\n".join(["order;ordered;customer;price;carrier;late", *rows]) + "\n", encoding="utf-8")
    digest = hashlib.sha256(table.read_bytes()).hexdigest()
    (fresh.folder / "conf/task/deliveries.yaml").write_text(task.replace("???", digest), encoding="utf-8")
    write_customers(fresh.folder / "customers.csv")
    output = "".join(fresh.run("sh", "-c", command).stdout for command in commands(OWN_DATA))
    assert "1 dropped (carrier is none of bike, post, truck)" in output
    assert re.search(r"\nordered +date +0\.0% +0\.0% +1\.000 +yes\n", output)
