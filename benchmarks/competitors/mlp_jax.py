"""The floor: an epoch is one call of a function that XLA has compiled for this one network and its data."""

import numpy as np
from numpy.typing import NDArray

from competitors.job import Fitted, Job, NotAbleError, Watch

EPSILON = 1e-7


def jax(job: Job) -> Fitted:
    """`lax.scan` over the batches; all dropout masks of an epoch drawn at once; losses added up, no other metric."""
    try:
        import jax
        from jax import lax
        from jax import numpy as jnp
    except ImportError:
        raise NotAbleError("jax is not installed") from None
    if job.activation not in ("relu", "tanh", "sigmoid") or job.params.optimizer.kind not in ("adam", "sgd"):
        raise NotAbleError(f"no {job.activation} or no {job.params.optimizer.kind} here")
    activate = getattr(jax.nn, job.activation)
    plan, kind, settings, rates = job.plan, job.params.objective.kind, job.params.optimizer, job.rates

    def forward(layers, x, masks):
        for (kernel, bias), rate, mask in zip(layers[:-1], rates, masks, strict=True):
            x = activate(x @ kernel + bias)
            if mask is not None:
                x = jnp.where(mask, x / (1 - rate), 0)
        kernel, bias = layers[-1]
        return x @ kernel + bias

    def compute_loss(layers, x, y, masks):
        z = forward(layers, x, masks)
        if kind == "multiclass":
            return -jnp.take_along_axis(jax.nn.log_softmax(z), y[:, None], 1).mean()
        if kind == "binary":
            return (jax.nn.softplus(z[:, 0]) - z[:, 0] * y).mean()
        return ((z[:, 0] - y) ** 2).mean()

    def update(layers, moments, gradient, number):
        if settings.kind == "sgd":
            moments = jax.tree.map(lambda m, g: settings.momentum * m - settings.learning_rate * g, moments, gradient)
            step = moments
            if settings.nesterov:
                step = jax.tree.map(lambda m, g: settings.momentum * m - settings.learning_rate * g, moments, gradient)
            return jax.tree.map(jnp.add, layers, step), moments
        mean, square = moments
        mean = jax.tree.map(lambda m, g: m + (1 - settings.beta_1) * (g - m), mean, gradient)
        square = jax.tree.map(lambda v, g: v + (1 - settings.beta_2) * (g * g - v), square, gradient)
        rate = settings.learning_rate * jnp.sqrt(1 - settings.beta_2**number) / (1 - settings.beta_1**number)
        layers = jax.tree.map(lambda p, m, v: p - rate * m / (jnp.sqrt(v) + EPSILON), layers, mean, square)
        return layers, (mean, square)

    @jax.jit
    def run_epoch(state, key, order, train, validation):
        """State, (monitored loss)."""

        def step(state, batch):
            layers, moments, number = state
            rows, masks = batch
            loss, gradient = jax.value_and_grad(compute_loss)(layers, train[0][rows], train[1][rows], masks)
            layers, moments = update(layers, moments, gradient, number + 1)
            return (layers, moments, number + 1), loss * len(rows)

        keys = jax.random.split(key, len(rates) + 1)
        masks = [
            jax.random.bernoulli(key, 1 - rate, (len(order), width)) if rate else None
            for key, rate, width in zip(keys, rates, job.widths[1:], strict=False)
        ]
        size = min(plan.batch_size, len(order))
        whole = len(order) - len(order) % size
        batches = jax.tree.map(lambda a: a[:whole].reshape(-1, size, *a.shape[1:]), (order, masks))
        state, losses = lax.scan(step, state, batches)
        total = losses.sum()
        if whole < len(order):
            state, loss = step(state, jax.tree.map(lambda a: a[whole:], (order, masks)))
            total += loss
        if len(validation[1]):
            return state, compute_loss(state[0], *validation, [None] * len(rates))
        return state, total / len(order)

    random = np.random.default_rng(job.params.seed)
    arrays = [(job.flat_inputs(part), job.targets(part)) for part in ("train", "validation")]
    watch, more = Watch(job), True
    data = jax.tree.map(jnp.asarray, arrays)
    layers = []
    for width, units in zip(job.widths, job.widths[1:], strict=False):
        limit = (6 / (width + units)) ** 0.5
        kernel = random.uniform(-limit, limit, (width, units)).astype(np.float32)
        layers.append((jnp.asarray(kernel), jnp.zeros(units)))
    zeros = jax.tree.map(jnp.zeros_like, layers)
    state = layers, zeros if settings.kind == "sgd" else (zeros, zeros), jnp.zeros((), jnp.float32)
    key = jax.random.key(job.params.seed)
    num_rows = len(data[0][0])
    while more:
        key, draw = jax.random.split(key)
        order = random.permutation(num_rows) if plan.shuffle else np.arange(num_rows)
        state, loss = run_epoch(state, draw, order.astype(np.int32), *data)
        layers = state[0]
        more = watch.goes_on(float(loss), lambda layers=layers: layers)
    if plan.weights == "best":
        layers = watch.best[2]
    jax.block_until_ready(layers)

    def predict(x: NDArray) -> NDArray:
        z = forward(layers, jnp.asarray(x), [None] * len(rates))
        return np.asarray({"binary": jax.nn.sigmoid, "multiclass": jax.nn.softmax}.get(kind, lambda z: z)(z))

    return watch.fitted(predict)
