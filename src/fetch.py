"""fetch: source -> data/raw. The files as published, each checked against its sha256."""

from percept.command import option_parser

from percept import paths
from percept.params import Params
from percept.sources import Source
from percept.workspace import run_stage, wrote


class FetchParams(Params):
    source: Source


def main() -> None:
    params = FetchParams.load()
    with paths.replaced(paths.RAW) as folder:
        params.source.fetch(folder, paths.RAW)
        params.check_unchanged()
        sizes = [file.stat().st_size for file in folder.rglob("*") if file.is_file()]
    print(f"fetch: {params.source.kind} source: {sum(sizes):,} bytes in {len(sizes):,} file{'s' * (len(sizes) != 1)}")
    print(f"fetch: {wrote()}")


if __name__ == "__main__":
    option_parser(__doc__).parse_args()
    run_stage(main)
