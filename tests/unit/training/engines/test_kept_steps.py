"""Steps that are kept train the next network of a kind as steps of its own would, to the bit."""

import numpy as np
import pytest

from percept.composition import load_config
from percept.training import run
from percept.training.engines import kept_steps
from percept.tuning.trial import prepare_data

KINDS = {
    "compiled": ["model.dropout=0.2", "fit.engine=compiled"],
    "graph": ["model.dropout=0.2", "fit.engine=graph"],
    "means of weights": ["optimizer.ema_epochs=2", "fit.engine=graph"],
}


@pytest.fixture(autouse=True)
def none_kept():
    yield
    kept_steps.keep(0)


def trained(overrides, rate, seed, offset=0):
    """Weights and history of a fit; offset: of the rows that it learns from."""
    config = load_config(["task=iris", "fit.epochs=3", *overrides, f"optimizer.learning_rate={rate}"])
    prepared = prepare_data(config)
    train = prepared.examples["train"].take(np.arange(offset, offset + 60))
    options = run.Training(config.model, config.optimizer, config.fit, config.objective, seed)
    found = run.run(train, prepared.examples["validation"], prepared.spec, options)
    return [*found.network.get_weights(), *found.best_weights], found.history.rows


@pytest.mark.parametrize("kind", KINDS)
def test_another_rate_seed_and_fold_train_as_with_steps_of_their_own(kind):
    cases = [(0.01, 0, 0), (0.003, 1, 10)]
    alone = [trained(KINDS[kind], *case) for case in cases]
    kept_steps.keep(2)
    kept = [trained(KINDS[kind], *case) for case in cases]
    assert len(kept_steps.kept_steps) == 1
    for (weights, rows), (others, other_rows) in zip(alone, kept, strict=True):
        assert rows == other_rows
        for ours, theirs in zip(weights, others, strict=True):
            np.testing.assert_array_equal(ours, theirs)


def test_what_another_network_computes_is_not_taken_for_the_same():
    kept_steps.keep(3)
    first = trained(["model.activation=relu"], 0.01, 0)
    for other in ("model.activation=tanh", "model.l2=0.1", "optimizer.beta_1=0.5"):
        assert trained([other], 0.01, 0)[1] != first[1]
    assert len(kept_steps.kept_steps) == 3  # the one that was used last of four went
