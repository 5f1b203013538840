"""Whatever is typed as an override, the answer is a configuration or one message."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from percept.composition import check_overrides, composed
from percept.composition.overrides import overrides_of_dvc
from percept.errors import UserError

KEYS = ["task", "model", "fit.epochs", "model.units.0", "experiment", "seed", "conf", "hydra.job.env_copy", "@x", "a@b"]
KEYS += ["source", "split.test", "", "model.", ".model", "optimizer.schedule", "features", "objective.positive"]
VALUES = ["null", "1", "[1,2]", "{a: 1}", "", "???", "a,b", "glob(*)", "range(1,3)", "choice(a,b)", "'", "\\", "${x}"]
VALUES += ["extend_list(1)", "true", "nan", "1e400", "9" * 5000, "[" * 99, "shuffle(a,b)", "sgd", "_self_", "../x"]


@pytest.mark.parametrize(
    ("override", "reason"),
    [
        ("dropout=0.2", "dropout: unknown key; did you mean model.dropout?"),
        ("+learning_rat=1", "learning_rat: unknown key; did you mean optimizer.learning_rate?"),
        ("tsak=iris", "tsak: unknown key; did you mean 'task'?"),
        ("task=null", "task=null: no name of a task"),
        ("~model", "~model: no name of a model"),
        ("optimizer=[adam,sgd]", "no name of a optimizer"),
        ("+@x=[1,2]", "it sets up Hydra itself"),
        ("model@fit=mlp", "it sets up Hydra itself"),
        ("hydra.job.env_copy=[HOME]", "it sets up Hydra itself"),
        ("+experiment=xor_gate_tanh", "conf/config.yaml has experiment already"),
        ("=1", "correct =1"),
    ],
)
def test_an_override_that_means_nothing_is_answered_with_what_was_meant(override, reason):
    with pytest.raises(UserError) as caught:
        composed([override])
    assert reason in str(caught.value)


@settings(max_examples=15)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["", "+", "++", "~"]),
            st.sampled_from(KEYS),
            st.sampled_from(["=", ""]),
            st.sampled_from(VALUES),
        ).map("".join)
        | st.text(max_size=10),
        min_size=1,
        max_size=2,
    )
)
@example(["~fit.epochs"])
@example(["~seed"])
@example(["+model.units.0=1"])
@example(["model=mlp", "+model=cnn"])
@example(["source=1"])
@example(["model.kind=[1]"])
def test_odd_overrides_end_in_a_configuration_or_one_message(overrides):
    try:
        composed(overrides)
    except UserError as refused:
        assert "what to do: " in str(refused)


def test_what_dvc_is_told_is_found_among_its_words():
    words = ["exp", "run", "-n", "x", "-S", "task=wine,iris", "--set-param", "fit.epochs=3", "--set-param=seed=1"]
    words += ["-Smodel.dropout=0", "-S", "params.yaml:seed=2", "-S", "other.yaml:x=1"]
    found = overrides_of_dvc(words)
    assert found == ["task=wine,iris", "fit.epochs=3", "seed=1", "model.dropout=0", "seed=2"]
    check_overrides(found)
