"""tabm: what its members learn by, what is judged, and what is shipped."""

import keras
import numpy as np
import pytest
from scipy.special import expit, log_softmax, softmax

from percept.errors import UserError
from percept.models import build
from percept.models.deployed import as_kept
from percept.models.mlp import Mlp
from percept.models.tabm import TabM
from percept.objective import Binary, Multiclass, Multilabel, Regression
from percept.prepared.spec import DatasetSpec, Pixels, RawInput, RowCounts, TargetScale

ROWS = RowCounts(source=2, dropped={}, train=1, validation=0, test=1)
SMALL = TabM(kind="tabm", units=(4, 3), members=2)
OBJECTIVES = {
    "binary": Binary(kind="binary", target="y", positive="b"),
    "multiclass": Multiclass(kind="multiclass"),
    "one_hot": Multiclass(kind="multiclass", one_hot=True),
    "multilabel": Multilabel(kind="multilabel", target=("p", "q")),
    "regression": Regression(kind="regression", target="y"),
    "two targets": Regression(kind="regression", target=("p", "q"), loss="huber"),
    "positive": Regression(kind="regression", target="y", output="softplus", loss="mae"),
}


def spec(objective, num_folds: int = 3, bins=((0.0, 0.5, 1.0), (), (-1.0, 0.0, 2.0))) -> DatasetSpec:
    classes = {"binary": ("a", "b"), "multiclass": ("a", "b", "c")}.get(objective.kind, ())
    return DatasetSpec(
        task="toy",
        raw_inputs=tuple(RawInput(name=name, kind="numeric") for name in "xyz"),
        shape=(3,),
        feature_names=("x", "y", "z"),
        feature_sources=("x", "y", "z"),
        targets=objective.targets,
        classes=classes,
        target_scales=tuple(TargetScale() for _ in objective.targets) if objective.kind == "regression" else (),
        bins=bins,
        num_folds=num_folds,
        rows=ROWS,
    )


def targets(objective, rows: int, stacks: int) -> np.ndarray:
    random = np.random.default_rng(1)
    match objective.kind:
        case "multiclass":
            numbers = random.integers(3, size=(rows, stacks))
            return np.eye(3, dtype=np.float32)[numbers] if objective.one_hot else numbers[..., np.newaxis]
        case "regression":
            return random.normal(size=(rows, stacks, len(objective.targets))).astype(np.float32)
    return random.integers(2, size=(rows, stacks, len(objective.targets))).astype(np.float32)


def losses(objective, y: np.ndarray, z: np.ndarray) -> np.ndarray:
    """The loss of each row, (rows,), by a plain formula. y: (rows, units or 1); z: logits or values (rows, units)."""
    y, z = y.astype(np.float64), z.astype(np.float64)
    match objective.kind:
        case "multiclass":
            hot = y if objective.one_hot else np.eye(3)[y[:, 0].astype(int)]
            return -(hot * log_softmax(z, axis=1)).sum(axis=1)
        case "regression":
            error = np.abs(z - y)
            of_each = {"mse": error**2, "mae": error, "huber": np.where(error <= 1, error**2 / 2, error - 0.5)}
            return of_each[objective.loss].mean(axis=1)
    return np.logaddexp(0, np.where(y == 1, -z, z)).mean(axis=1)


def mean_of_members(objective, z: np.ndarray) -> np.ndarray:
    """Logits or values (rows, units) of the mean of members (members, rows, units)."""
    if objective.kind == "regression":
        return z.mean(axis=0)
    if objective.kind == "multiclass":
        return np.log(softmax(z, axis=-1).mean(axis=0))
    p = expit(z).mean(axis=0)
    return np.log(p) - np.log1p(-p)


@pytest.fixture(params=OBJECTIVES)
def objective(request):
    return OBJECTIVES[request.param]


@pytest.mark.parametrize("weighted", [False, True], ids=["plain", "weighted"])
def test_members_learn_by_their_own_losses_and_are_judged_by_the_loss_of_their_mean(objective, weighted):
    network = build(SMALL, spec(objective), objective)
    random = np.random.default_rng(0)
    x, y = random.normal(size=(5, 3, 3)).astype(np.float32), targets(objective, 5, 3)
    weight = random.uniform(size=(5, 3)).astype(np.float32) if weighted else None
    said = network(x)
    assert said.shape[:3] == (3, 2, 5)
    z, w = np.asarray(said), np.ones((5, 3)) if weight is None else weight
    own = [[losses(objective, y[:, stack], z[stack, member]) * w[:, stack] for member in (0, 1)] for stack in range(3)]
    found = float(network.compute_loss(x, y, said, weight, training=True))
    assert found == pytest.approx(np.mean(own), rel=1e-4)
    judged = [losses(objective, y[:, stack], mean_of_members(objective, z[stack])) * w[:, stack] for stack in range(3)]
    found = float(network.compute_loss(x, y, said, weight, training=False))
    assert found == pytest.approx(np.mean(judged), rel=1e-4, abs=1e-6)


def test_what_is_shipped_is_the_mean_of_all_members(objective):
    network = build(SMALL, spec(objective), objective)
    x = np.random.default_rng(0).normal(size=(5, 3)).astype(np.float32)
    z = np.asarray(network(np.repeat(x[:, np.newaxis], 3, axis=1)), np.float64)
    probabilities = {"multiclass": lambda z: softmax(z, axis=-1), "regression": lambda z: z}.get(objective.kind, expit)
    shipped = as_kept(network, spec(objective))
    np.testing.assert_allclose(shipped(x), probabilities(z).mean(axis=(0, 1)), rtol=1e-4, atol=1e-6)
    assert shipped.input_shape == (None, 3)


def test_without_folds_there_is_one_stack_and_without_bins_the_features_alone():
    objective = OBJECTIVES["binary"]
    network = build(SMALL, spec(objective, num_folds=0, bins=()), objective)
    assert network.input_shape == (None, 1, 3) and network.output.shape[:2] == (1, 2)
    assert network.get_layer("encoding").columns.tolist() == [0, 1, 2]


def test_stacks_share_no_weights():
    objective = OBJECTIVES["multiclass"]
    network = build(SMALL, spec(objective), objective)
    x = np.random.default_rng(0).normal(size=(5, 3, 3)).astype(np.float32)
    before = np.asarray(network(x))
    for weight in network.trainable_weights:
        values = weight.numpy().copy()
        values[0] += 1
        weight.assign(values)
    after = np.asarray(network(x))
    assert (after[0] != before[0]).all()
    np.testing.assert_array_equal(after[1:], before[1:])


def test_the_same_seed_gives_the_same_weights():
    objective = OBJECTIVES["binary"]
    weights = []
    for _ in range(2):
        keras.utils.set_random_seed(3)
        weights.append(build(SMALL, spec(objective), objective).get_weights())
    for one, other in zip(*weights, strict=True):
        np.testing.assert_array_equal(one, other)


def long_spec(num_levels: int = 5, num_folds: int = 3) -> DatasetSpec:
    """A number with bins, a short category, a long one with its rare levels and its mean target, and a date."""
    levels = [f"city_{number}" for number in range(num_levels - 1)]
    names = ("x", "plan_a", "plan_b", *levels, "day.month_1", "day.month_2", "city.other", "city.mean")
    sources = ("x", "plan", "plan", *["city"] * len(levels), "day", "day", "city", "city")
    raw = (
        RawInput(name="x", kind="numeric"),
        RawInput(name="plan", kind="category"),
        RawInput(name="city", kind="category"),
        RawInput(name="day.month", kind="category", date="day", part="month"),
    )
    bins = ((0.0, 0.5, 1.0), *[()] * (len(names) - 2), (-1.0, 0.0, 1.0))
    plain = spec(OBJECTIVES["binary"], num_folds, bins)
    described = {"raw_inputs": raw, "shape": (len(names),), "feature_names": names, "feature_sources": sources}
    return plain.model_copy(update=described)


@pytest.mark.parametrize("num_folds", [0, 3], ids=["no folds", "folds"])
def test_levels_of_a_long_category_alone_are_embedded_and_its_inputs_share_a_factor(num_folds):
    described = long_spec(num_folds=num_folds)
    network = build(SMALL.model_copy(update={"embedding": 2}), described, OBJECTIVES["binary"])
    embedding, inputs = network.get_layer("embedding"), network.get_layer("inputs_of_members")
    encoded = network.get_layer("encoding").columns
    assert [[described.feature_names[encoded[place]] for place in places] for places in embedding.levels] == [
        ["city_0", "city_1", "city_2", "city_3", "city.other"]
    ]
    # x and its bins, plan, day, the mean target of city and its bins, and the two inputs of the embedding
    assert inputs.columns == [0, 0, 0, 1, 1, 3, 3, 2, 2, 2, 2, 2]
    assert embedding.kernels[0].shape == (max(1, num_folds), 5, 2)


@pytest.mark.parametrize("size", [None, 5])
def test_without_longer_categories_the_network_is_the_one_without_embedding(size):
    described, objective, networks = long_spec(), OBJECTIVES["binary"], []
    for embedding in (None, size):
        keras.utils.set_random_seed(3)
        networks.append(build(SMALL.model_copy(update={"embedding": embedding}), described, objective))
    x = np.random.default_rng(0).normal(size=(5, 3, *described.shape)).astype(np.float32)
    np.testing.assert_array_equal(networks[0](x), networks[1](x))
    assert [layer.name for layer in networks[1].layers[:3]] == ["features", "encoding", "inputs_of_members"]


def test_a_hundred_thousand_levels_take_the_memory_of_their_embeddings():
    described = long_spec(100_000)
    network = build(TabM(kind="tabm", embedding=8), described, OBJECTIVES["binary"])
    of_levels = 3 * 100_000 * 8
    assert of_levels < network.count_params() < of_levels + 200_000
    x = np.zeros((2, *described.shape), np.float32)
    x[0, 4], x[1, 5] = 1, 1
    first, second = np.asarray(as_kept(network, described)(x))
    assert first != second


def test_pictures_are_refused():
    pictures = spec(OBJECTIVES["multiclass"]).model_copy(update={"pixels": Pixels(scale=1.0, offset=0.0)})
    with pytest.raises(UserError, match="has pictures"):
        build(SMALL, pictures, OBJECTIVES["multiclass"])


def test_folds_are_refused_where_no_members_learn_from_them():
    with pytest.raises(UserError, match=r"kind: folds(.|\n)*-S model=tabm"):
        build(Mlp(kind="mlp", units=(4,)), spec(OBJECTIVES["binary"]), OBJECTIVES["binary"])
