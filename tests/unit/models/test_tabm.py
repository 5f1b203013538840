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


def test_pictures_are_refused():
    pictures = spec(OBJECTIVES["multiclass"]).model_copy(update={"pixels": Pixels(scale=1.0, offset=0.0)})
    with pytest.raises(UserError, match="has pictures"):
        build(SMALL, pictures, OBJECTIVES["multiclass"])


def test_folds_are_refused_where_no_members_learn_from_them():
    with pytest.raises(UserError, match=r"kind: folds(.|\n)*-S model=tabm"):
        build(Mlp(kind="mlp", units=(4,)), spec(OBJECTIVES["binary"]), OBJECTIVES["binary"])
