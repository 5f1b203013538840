"""preprocess: data/raw -> data/prepared. Split, encode, account for every row, and say what is odd about them."""

from percept import paths
from percept.dataset.contract import Contract
from percept.errors import run
from percept.features import Features
from percept.features.prepare import prepare
from percept.features.split import Split
from percept.objective import Objective
from percept.params import Params
from percept.prepared.quality import Quality
from percept.sources import Source, digests, read


class PreprocessParams(Params):
    task: str
    seed: int
    source: Source
    features: Features
    split: Split
    objective: Objective
    contract: Contract


def main() -> None:
    params = PreprocessParams.load()
    (paths.home() / paths.VIOLATIONS).unlink(missing_ok=True)  # of another run
    raw = read(params.source, paths.RAW)
    sha256 = digests(params.source, paths.RAW)
    with paths.replaced(paths.PREPARED) as folder:
        sections = (params.features, params.split, params.objective)
        spec = prepare(params.task, raw, *sections, params.seed, folder, params.contract, sha256)
    rows = spec.rows
    dropped = "".join(f", {count} dropped ({reason})" for reason, count in rows.dropped.items())
    parts = f"{rows.train} train, {rows.validation} validation, {rows.test} test"
    print(f"preprocess: {rows.source} rows -> {parts}{dropped}; {'x'.join(map(str, spec.shape))} inputs")
    for message in Quality.load().messages():
        print(f"preprocess: {message}")


if __name__ == "__main__":
    run(main)
