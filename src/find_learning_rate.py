"""find_learning_rate [--from 1e-6] [--to 10] [--steps 200]: which learning rate suits this task and network.

Learning-rate range test (Smith 2017, arXiv:1506.01186): trains the network of params.yaml on data/prepared while the
rate grows from batch to batch, and suggests the one at which the loss falls fastest. Writes
results/learning_rate.csv and results/learning_rate.png, and changes nothing else.
"""

import math

from percept.command import option_parser

import numpy as np
from numpy.typing import NDArray

from percept import paths
from percept.errors import UserError, run
from percept.models import Model
from percept.names import Name
from percept.objective import Objective
from percept.params import Params, Seed
from percept.prepared.examples import load_examples, load_spec
from percept.prepared.spec import DatasetSpec
from percept.training.optimizer import Optimizer
from percept.training.options import Fit
from percept.training.startup import load_tensorflow
from percept.tuning.range_picture import draw_range_test
from percept.tuning.range_test import MIN_STEPS, LossCurve, grows_from, run_range_test, suggest


class RangeTestParams(Params):
    task: Name
    seed: Seed
    objective: Objective
    model: Model
    optimizer: Optimizer
    fit: Fit


def main() -> None:
    rates = _rates()
    params = RangeTestParams.load()
    spec = _spec_of(params.task)
    what = f"{params.model.kind} on {params.task}"
    batches = f"{len(rates)} batches of {min(params.fit.batch_size, spec.rows.train)} rows"
    print(f"find_learning_rate: {what}, {batches}, learning rate {rates[0]:g} to {rates[-1]:g}", flush=True)
    if params.optimizer.schedule.kind != "constant":
        print(f"find_learning_rate: optimizer.schedule ({params.optimizer.schedule.kind}) is left out here")
    load_tensorflow(params.fit.threads)
    from percept.training.run import Training

    options = Training(params.model, params.optimizer, params.fit, params.objective, params.seed)
    curve = run_range_test(load_examples("train"), spec, options, rates)
    suggested = suggest(curve)
    with paths.replaced(paths.RATES) as table, paths.replaced(paths.RATES_PICTURE) as picture:
        curve.save(table)
        loss = params.objective.loss.replace("_", " ")
        draw_range_test(picture, curve, suggested, params.optimizer.learning_rate, what=what, loss=loss)
    _say(curve, suggested, params)


def _rates() -> NDArray[np.float64]:
    """Return the learning rate of each step, (steps,). Raises `UserError` for options that make no sense."""
    parser = option_parser(__doc__)
    parser.add_argument("--from", dest="first", type=float, default=1e-6, help="the first learning rate (%(default)g)")
    parser.add_argument("--to", dest="last", type=float, default=10.0, help="the last one (%(default)g)")
    parser.add_argument("--steps", type=int, default=200, help="batches (%(default)d)")
    options = parser.parse_args()
    if not (options.first > 0 and 10 * options.first <= options.last and math.isfinite(options.last)):
        found = f"from {options.first:g} to {options.last:g}"
        expected = "two numbers above 0, the second at least ten times the first"
        raise UserError("--from, --to", found, expected, "leave them out, or try --from 1e-6 --to 10")
    if options.steps < MIN_STEPS:
        expected = f"at least {MIN_STEPS}, to tell a slope from noise"
        raise UserError("--steps", str(options.steps), expected, "leave it out, or give more")
    return np.geomspace(options.first, options.last, options.steps)


def _spec_of(task: str) -> DatasetSpec:
    """Load the description of data/prepared, which must be of this task. Raises `UserError`."""
    advice = "run `dvc repro preprocess` first"
    if not (paths.PREPARED / paths.SPEC).is_file():
        raise UserError(str(paths.PREPARED), "it is missing", f"the prepared data of task {task}", advice)
    spec = load_spec()
    if spec.task != task:
        raise UserError(str(paths.PREPARED), f"it is of task {spec.task}", f"of task {task}, as params.yaml", advice)
    return spec


def _say(curve: LossCurve, suggested: float | None, params: RangeTestParams) -> None:
    grows, last = grows_from(curve), curve.rates[-1]
    lines = {
        "the loss falls fastest at": "no clear fall: nothing to suggest" if suggested is None else f"{suggested:.2g}",
        "it begins to grow at": f"it did not grow up to {last:.2g}" if grows is None else f"{grows:.2g}",
        "optimizer.learning_rate is now": f"{params.optimizer.learning_rate:g}",
    }
    print("".join(f"\n  {name:32}{value}" for name, value in lines.items()))
    print(f"\nfind_learning_rate: wrote {paths.RATES} and {paths.RATES_PICTURE}")
    if suggested is None:
        print("Try another range (--from, --to), more --steps, or a larger fit.batch_size.")
        return
    print("Try it, with the other `-S` of your run:")
    print(f"  dvc exp run -S task={params.task} -S optimizer.learning_rate={suggested:.2g}")


if __name__ == "__main__":
    run(main)
