"""A value refers to one other value at most; no resolver runs, and no value of the environment is seen."""

import pytest
from omegaconf import OmegaConf

from percept.composition import composed
from percept.composition.references import check_references, resolved
from percept.errors import UserError
from percept.params import plain_values


def test_a_reference_is_replaced_and_an_escaped_one_is_text():
    values = {"a": "${b.c}", "b": {"c": "${d}"}, "d": 3, "e": ["\\${a}", "${b.c}"], "f": "\\\\\\${"}
    assert resolved(values) == {"a": 3, "b": {"c": 3}, "d": 3, "e": ["${a}", 3], "f": "\\${"}


@pytest.mark.parametrize(
    "text",
    [
        "${oc.env:HOME}",
        "${oc.decode:1}",
        "${hydra:runtime.cwd}",
        "${now:%Y}",
        "${check:}",
        "${a}${a}",
        "${.a}",
        "${a[0]}",
    ],
)
def test_anything_else_is_refused_with_its_key(text):
    with pytest.raises(UserError, match=r"configuration: b\.1: .*asks for more than a reference may"):
        resolved({"a": 1, "b": [1, text]})
    with pytest.raises(UserError, match=r"conf/x\.yaml: b\.1"):
        check_references({"a": 1, "b": [1, text]}, "conf/x.yaml")


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"a": "${a}"}, "a -> a leads back to itself"),
        ({"a": "${b}", "b": "${a}"}, "a -> b -> a leads back to itself"),
        ({"a": "${b}", "b": {"c": 1}}, "a -> b leads to no single value"),
        ({"a": "${b.c}", "b": [1]}, r"a -> b\.c leads to no single value"),
    ],
)
def test_a_reference_to_no_single_value_is_refused(values, reason):
    with pytest.raises(UserError, match=reason):
        resolved(values)


@pytest.mark.parametrize("key", ["objective.target", "model.units", "split.test.fraction", "+features.x", "task"])
@pytest.mark.parametrize("resolver", ["oc.env:SECRET", "oc.decode:${oc.env:SECRET}", "oc.select:x,${oc.env:SECRET}"])
def test_the_environment_reaches_no_message(monkeypatch, key, resolver):
    monkeypatch.setenv("SECRET", "hunter2[")
    with pytest.raises(UserError) as caught:
        composed([f"{key}=${{{resolver}}}"])
    assert "hunter2" not in str(caught.value) and "${" in str(caught.value)


def test_an_override_may_refer_to_another_value_and_be_text_with_a_dollar_sign():
    config = composed(["fit.patience=${fit.batch_size}", r"objective.target='\${fit.batch_size}'"])
    assert config.fit.patience == 32
    assert plain_values(config)["objective"]["target"] == "${fit.batch_size}"
    assert OmegaConf.to_container(config)["objective"]["target"] == r"\${fit.batch_size}"
