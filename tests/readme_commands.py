"""The commands that the pages give, and the table that they are about."""

import re
from pathlib import Path

import numpy as np


def commands(page: str) -> list[str]:
    """Give those of shell blocks, comments aside, and of tables of commands, in the order of the page."""
    found = re.findall(r"```sh\n(.*?)```|^\| `((?:dvc|python|make|tensorboard) [^`]+)` \|", page, re.S | re.M)
    return [line.partition("  #")[0].strip() for block, cell in found for line in (block or cell).splitlines()]


def write_customers(file: Path) -> None:
    """400 rows; the older a customer, and the shorter with us, the likelier gone."""
    random = np.random.default_rng(0)
    age = random.integers(18, 80, 400)
    joined = np.datetime64("2021-01-01") + random.integers(0, 1000, 400)
    income = np.where(random.random(400) < 0.05, "NA", (1000 * random.lognormal(3.5, 0.4, 400)).astype(int).astype(str))
    plan = random.choice(["basic", "family", "pro"], 400)
    churned = np.where(age / 80 + random.normal(0, 0.15, 400) > 0.7, "yes", "no")
    called = np.where(churned == "yes", random.integers(1, 30, 400).astype(str), "")
    columns = [[f"C{row:04d}" for row in range(400)], age, income, plan, joined, called, churned]
    lines = ["customer_id,age,income,plan,joined,days_since_goodbye,churned"]
    lines += [",".join(map(str, row)) for row in zip(*columns, strict=True)]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
