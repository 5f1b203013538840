"""scikit-learn's multi-layer perceptron. It validates nothing, keeps the last weights, and knows no dropout."""

import time
import warnings

from competitors.job import Fitted, Job, NotAbleError

ACTIVATIONS = {"relu": "relu", "tanh": "tanh", "sigmoid": "logistic"}


def sklearn(job: Job, epochs: int) -> Fitted:
    """As many epochs as percept ran."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier, MLPRegressor

    warnings.simplefilter("ignore", ConvergenceWarning)
    optimizer, regression = job.params.optimizer, job.params.objective.kind == "regression"
    if any(job.rates) or job.activation not in ACTIVATIONS:
        raise NotAbleError("no dropout" if any(job.rates) else f"no {job.activation}")
    if optimizer.kind == "adam":
        solver = {"beta_1": optimizer.beta_1, "beta_2": optimizer.beta_2, "epsilon": 1e-7}
        solver["learning_rate_init"] = optimizer.learning_rate
    elif optimizer.kind == "sgd":
        solver = {"momentum": optimizer.momentum, "nesterovs_momentum": optimizer.nesterov}
        # The loss of a regressor is half the mean squared error.
        solver["learning_rate_init"] = optimizer.learning_rate * (2 if regression else 1)
    else:
        raise NotAbleError(f"no {optimizer.kind}")
    x, y = job.flat_inputs("train"), job.targets("train")
    model = (MLPRegressor if regression else MLPClassifier)(
        hidden_layer_sizes=tuple(job.widths[1:-1]),
        activation=ACTIVATIONS[job.activation],
        solver=optimizer.kind,
        alpha=0,
        batch_size=min(job.plan.batch_size, len(x)),
        max_iter=epochs,
        n_iter_no_change=epochs,
        tol=0,
        shuffle=job.plan.shuffle,
        random_state=job.params.seed,
        **solver,
    )
    start_s = time.perf_counter()
    model.fit(x, y)
    whole_s = time.perf_counter() - start_s

    def predict(x):
        if regression:
            return model.predict(x)[:, None]
        probabilities = model.predict_proba(x)
        return probabilities[:, 1:] if job.params.objective.kind == "binary" else probabilities

    return Fitted(model.n_iter_, whole_s / model.n_iter_ * 1e3, whole_s, predict)
