"""YAML is read within bounds, and every text comes back from params.yaml as it was."""

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from omegaconf import OmegaConf

from percept import yaml_file
from percept.params import plain_values

PARTS = st.sampled_from(
    ["\\", "$", "{", "}", "${", "a", ":", " ", "oc.env:HOME", "\n", "\x85", "\u2028", "\ufeff", "'"]
)
TEXT = st.lists(PARTS, max_size=8).map("".join) | st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


def read(tmp_path, content: str):
    (tmp_path / "some.yaml").write_text(content, encoding="utf-8")
    return yaml_file.load(tmp_path / "some.yaml")[1]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("yaml")


@given(st.lists(TEXT.filter(lambda text: text != "???"), min_size=1, max_size=3))
@example(["${a}\\"])
@example(["\\\\${a\\"])
def test_any_text_comes_back_from_params_yaml_as_value_and_as_key(folder, texts):
    values = {"texts": texts, "keys": dict.fromkeys(texts, 1)}
    assert plain_values(read(folder, yaml_file.dump(values))) == values


@given(TEXT.filter(lambda text: text != "???"))
def test_omegaconf_reads_an_escaped_text_as_it_is_meant(text):
    config = OmegaConf.create({"a": yaml_file.escape(text)})
    assert config.a == text
    assert yaml_file.unescape(yaml_file.escape(text)) == text


@pytest.mark.parametrize("text", ["${a}", "x ${a}", "\\\\${a}", "${", "???"])
def test_what_is_no_escaped_text_is_refused(text):
    with pytest.raises(ValueError):
        yaml_file.unescape(text)


def laughs(levels: int) -> str:
    lines = ["a0: &a0 [1, 2, 3, 4, 5, 6, 7, 8, 9]"]
    lines += [f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]" for level in range(1, levels)]
    return "\n".join(lines)


def test_aliases_count_as_often_as_they_stand(tmp_path):
    assert len(read(tmp_path, laughs(3))["a2"]) == 9
    with pytest.raises(ValueError, match=r"line \d+: more than 100,000 values"):
        read(tmp_path, laughs(20))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("a: " + "[" * 60 + "]" * 60, "50 levels"),
        ("a: &a [*a]", "stands inside"),
        ("a: *b", "stands inside, or before"),
        ("a: '" + "x" * yaml_file.MAX_BYTES + "'", "more than 2,000,000 bytes"),
        ("- 1\n" * (yaml_file.MAX_VALUES + 1), "more than 100,000 values"),
        ("a: !!python/object/apply:os.getcwd []", "could not determine a constructor"),
        ("a: !!int x", "invalid literal"),
    ],
    ids=["depth", "endless", "unknown", "bytes", "values", "object", "tag"],
)
def test_a_file_beyond_the_bounds_is_refused_with_them(tmp_path, content, reason):
    with pytest.raises(ValueError, match=reason):
        read(tmp_path, content)


def test_texts_that_look_like_yaml_are_quoted_when_written():
    texts = ["null", "yes", "1e3", "0x1F", ".inf", "2020-01-01", "!!python/x", "&a", "*a", "{", "@", "`", "a: b", "#"]
    assert yaml.safe_load(yaml_file.dump({"a": texts})) == {"a": texts}
