"""python -m competitors NAME [epochs]: fit what params.yaml and data/prepared say; the last line is JSON."""

import json
import resource
import sys

from processes import BYTES_PER_MAXRSS

from competitors.job import Job, NotAbleError
from competitors.keras_fit import percept, stock
from competitors.mlp_jax import jax
from competitors.mlp_sklearn import sklearn
from competitors.mlp_torch import torch
from percept.evaluation.metrics import score

COMPETITORS = {
    "stock": stock,
    "percept": percept,
    "keras": lambda job: percept(job, "keras"),
    "sklearn": lambda job: sklearn(job, int(sys.argv[2])),
    "torch": torch,
    "jax": jax,
}
OWN_MODEL = ("stock", "percept", "keras")  # their model takes the examples as they are


def main() -> None:
    name, job = sys.argv[1], Job()
    try:
        fitted = COMPETITORS[name](job)
    except NotAbleError as error:
        print(json.dumps({"missing": str(error)}))
        return
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * BYTES_PER_MAXRSS / 1e6
    test, objective = job.examples["test"], job.params.objective
    predicted = fitted.predict(test.x if name in OWN_MODEL else job.flat_inputs("test"))
    metrics = score(objective, job.spec.names, test.y, job.in_target_unit(predicted))
    rest = {"peak_mb": peak_mb, "metric": metrics[objective.primary], "metric_name": objective.primary}
    result = {key: value for key, value in vars(fitted).items() if key != "predict"}
    print(json.dumps(result | rest))


if __name__ == "__main__":
    main()
