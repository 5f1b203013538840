"""A plain loop in PyTorch over shuffled batches of tensors in memory."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from competitors.job import Fitted, Job, NotAbleError, Watch

if TYPE_CHECKING:
    from torch import nn, optim


def torch(job: Job) -> Fitted:
    """Eager; losses are added up, no other metric.

    One thread: at these sizes two are no faster, and wait long for each other where the machine does other work.
    """
    try:
        import torch
        from torch.nn import functional
    except ImportError:
        raise NotAbleError("torch is not installed") from None

    torch.set_num_threads(1)
    torch.manual_seed(job.params.seed)
    plan, kind = job.plan, job.params.objective.kind
    compute_loss = {
        "binary": functional.binary_cross_entropy_with_logits,
        "multiclass": functional.cross_entropy,
        "regression": functional.mse_loss,
    }[kind]
    x, x_validation = (torch.from_numpy(job.flat_inputs(part)) for part in ("train", "validation"))
    y, y_validation = (torch.from_numpy(job.targets(part)) for part in ("train", "validation"))
    if kind != "multiclass":
        y, y_validation = (values.float()[:, None] for values in (y, y_validation))
    network = _network(job)
    optimizer = _optimizer(job, network)  # before the clock starts: the first one imports for a second

    watch, more = Watch(job), True
    while more:
        network.train()
        total = 0.0
        order = torch.randperm(len(x)) if plan.shuffle else torch.arange(len(x))
        for rows in order.split(plan.batch_size):
            optimizer.zero_grad()
            loss = compute_loss(network(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        if len(x_validation):
            network.eval()
            with torch.no_grad():
                monitored = compute_loss(network(x_validation), y_validation).item()
        else:
            monitored = total / len(x)
        more = watch.goes_on(monitored, lambda: {key: value.clone() for key, value in network.state_dict().items()})
    if plan.weights == "best":
        network.load_state_dict(watch.best[2])

    def predict(x: NDArray) -> NDArray:
        network.eval()
        with torch.no_grad():
            z = network(torch.from_numpy(x))
            z = {"binary": torch.sigmoid, "multiclass": lambda z: z.softmax(1)}.get(kind, lambda z: z)(z)
        return np.asarray(z)

    return watch.fitted(predict)


def _network(job: Job) -> "nn.Sequential":
    """Without the function of the output layer; initialised as Keras does."""
    from torch import nn

    activations = {"relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid}
    if job.activation not in activations:
        raise NotAbleError(f"no {job.activation} here")
    layers = []
    for width, units, rate in zip(job.widths, job.widths[1:], [*job.rates, None], strict=False):
        layers.append(nn.Linear(width, units))
        nn.init.xavier_uniform_(layers[-1].weight)
        nn.init.zeros_(layers[-1].bias)
        if rate is not None:
            layers += [activations[job.activation](), *([nn.Dropout(rate)] if rate else [])]
    return nn.Sequential(*layers)


def _optimizer(job: Job, network: "nn.Module") -> "optim.Optimizer":
    from torch import optim

    settings, weights = job.params.optimizer, network.parameters()
    match settings.kind:
        case "adam":
            return optim.Adam(weights, settings.learning_rate, (settings.beta_1, settings.beta_2), eps=1e-7)
        case "sgd":
            return optim.SGD(weights, settings.learning_rate, settings.momentum, nesterov=settings.nesterov)
    raise NotAbleError(f"no {settings.kind} here")
