"""preprocess: data/raw -> data/prepared. Split, encode, account for every row, and say what is odd about them."""

from percept.command import option_parser

from percept import paths
from percept.dataset.contract import Contract
from percept.features import Features
from percept.features.contract import ContractError
from percept.features.prepare import Preparation, prepare
from percept.features.split import Split
from percept.names import Name
from percept.objective import Objective
from percept.params import Params, Seed
from percept.prepared.contents import Prepared
from percept.sources import Source
from percept.workspace import run_stage, wrote


class PreprocessParams(Params):
    task: Name
    seed: Seed
    source: Source
    features: Features
    split: Split
    objective: Objective
    contract: Contract


def main() -> None:
    params = PreprocessParams.load()
    violations = paths.home() / paths.VIOLATIONS
    with paths.replaced(paths.PREPARED) as folder:
        violations.unlink(missing_ok=True)  # of another run
        try:
            prepared = prepare(params.source.read(paths.RAW), _options(params))
        except ContractError as error:
            error.violations.save(violations)
            raise
        prepared.save(folder)
        params.check_unchanged()
    _say(prepared)
    print(f"preprocess: {wrote()}")


def _options(params: PreprocessParams) -> Preparation:
    return Preparation(
        task=params.task,
        features=params.features,
        split=params.split,
        objective=params.objective,
        seed=params.seed,
        contract=params.contract,
        sha256=params.source.digests(paths.RAW),
    )


def _say(prepared: Prepared) -> None:
    rows = prepared.spec.rows
    dropped = "".join(f", {count:,} dropped ({reason})" for reason, count in rows.dropped.items())
    validation = f"in {prepared.spec.num_folds} folds" if prepared.spec.num_folds else f"{rows.validation:,} validation"
    subsets = f"{rows.train:,} train, {validation}, {rows.test:,} test"
    print(f"preprocess: {rows.source:,} rows -> {subsets}{dropped}; {'x'.join(map(str, prepared.spec.shape))} inputs")
    for message in prepared.quality.messages():
        print(f"preprocess: {message}")


if __name__ == "__main__":
    option_parser(__doc__).parse_args()
    run_stage(main)
