"""Whatever a person's data is called, the YAML reads it back, and comments stay on their line."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from omegaconf import OmegaConf
from wcwidth import wcswidth

from percept.profiling.phrases import shorten
from percept.profiling.yaml_text import aligned, commented, flow, quoted

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12).filter(lambda text: text != "???")
ODD = ["yes", "No", "null", "~", "1", "1e3", "0x1f", "a: b", "a #b", "#", "- a", "[a", "{a}", "'", '"', "\\", "${a}"]
ODD += [
    "\\${a}",
    "a\\\\${b",
    "${",
    "*a",
    "&a",
    "!a",
    "%a",
    "@a",
    "`a",
    " a",
    "a ",
    "",
    "\x85",
    "\u2028",
    "\ufeff",
    "\x07",
]
ODD += [
    "2024-01-31",
    "12:30",
    "=",
    "<<",
    "rest",
    "y",
    "NaN",
    ".inf",
    "고객 번호",
    "😀",
    "é",
    "a\nb",
    "\t",
    "\x7f",
    "1_000",
]


def read_back(yaml: str):
    return OmegaConf.to_container(OmegaConf.create(yaml), resolve=True)


@pytest.mark.parametrize("text", ODD)
def test_odd_texts_come_back_as_values_in_lists_and_as_keys(text):
    assert read_back(f"a: {quoted(text)}")["a"] == text
    assert read_back(f"a: {flow([text, 'x'])}")["a"] == [text, "x"]


@given(TEXT)
@example("${")
def test_any_text_comes_back(text):
    assert read_back(f"a:\n  - {quoted(text)}  # a comment")["a"] == [text]
    assert read_back(f"a: {flow([text, 'x'])}")["a"] == [text, "x"]


@given(TEXT.filter(lambda text: "${" not in text))
def test_any_text_comes_back_as_a_key(text):
    assert read_back(f"a:\n  {quoted(text, is_key=True)}: 1") == {"a": {text: 1}}


@pytest.mark.parametrize("text", ["${a}", "a${", "\\${b}"])
def test_a_key_is_no_formula(text):
    assert read_back(f"a:\n  {quoted(text, is_key=True)}: 1") == {"a": {text: 1}}


def test_plain_words_stay_plain():
    plain = ["age", "days since leaving", "나이", "Fläche", "a_b", "income (EUR)", "AveOccup"]
    assert [quoted(word) for word in plain] == plain


def test_one_odd_item_quotes_the_whole_list():
    assert flow(["a", "b"]) == "[a, b]" and flow(["a", "yes"]) == '["a", "yes"]'
    assert (
        flow({"kind": "fraction", "on": True, "of": None, "x": 0.2}) == '{kind: fraction, "on": true, of: null, x: 0.2}'
    )


@given(st.text())
def test_a_text_in_a_comment_stays_on_its_line(text):
    found = shorten(text)
    assert len(found) <= 24
    assert read_back(f"a: 1  # {found}\nb: 2") == {"a": 1, "b": 2}


@given(st.lists(st.text(max_size=300), max_size=3))
def test_a_comment_is_nothing_but_comment(lines):
    yaml = "\n".join([*commented([shorten(line, 300) for line in lines]), "a: 1"])
    assert read_back(yaml) == {"a": 1}
    assert all(len(line) <= 118 or " " not in line[2:].strip() for line in yaml.splitlines())


def test_comments_stand_below_each_other_also_beside_wide_letters():
    lines = aligned([("나이: 1", "wide"), ("age of them: 1", "narrow"), ("x:", "")])
    assert [wcswidth(line.partition("#")[0]) for line in lines[:2]] == [16, 16] and lines[2] == "x:"
