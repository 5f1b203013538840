"""predict: new rows or pictures -> predictions, by models/model.onnx alone. Never loads TensorFlow.

python src/predict.py new_rows.csv -o predictions.csv      a table; `-` reads the standard input
python src/predict.py picture.jpg folder/ -o answers.csv   pictures, for a model of pictures
Without -o the predictions go to the standard output. The last column, flags, says what is unusual about a row.
"""

import argparse
import os
import sys
from pathlib import Path

from percept.command import option_parser

from percept import paths
from percept.errors import run
from percept.files.limits import PredictionLimits
from percept.prediction.model import MANY_CLASSES, NUM_RANKS
from percept.prediction.run import predict


def main() -> None:
    options = _options()
    limits = PredictionLimits.given(options.limit)
    tally = predict(
        options.inputs,
        options.output,
        options.model,
        options.id,
        options.strict,
        limits=limits,
        all_probabilities=options.all_probabilities,
    )
    where = f" -> {options.output}" if options.output else ""
    print(f"predict: {tally.summary()}{where}", file=sys.stdout if options.output else sys.stderr)


def _shipped() -> Path:
    """Return models/model.onnx of the folder where a person is, or else the project's."""
    here = paths.MODELS / paths.SHIPPED
    return here if here.is_file() else Path(os.path.relpath(paths.ROOT / here))


def _options() -> argparse.Namespace:
    parser = option_parser(__doc__)
    parser.add_argument("inputs", nargs="+", help="one CSV (.gz too) or Parquet file, `-`, or pictures, folders")
    parser.add_argument("-o", "--output", type=Path, help="a .csv or .parquet file (default: the standard output)")
    parser.add_argument("--model", type=Path, default=_shipped(), help="(default: %(default)s)")
    parser.add_argument("--id", help="a column of the input that comes first in the output")
    parser.add_argument("--strict", action="store_true", help="refuse the whole input where any row is unusual")
    parser.add_argument(
        "--all-probabilities",
        action="store_true",
        help=f"a column for each class, also of more than {MANY_CLASSES}; otherwise the {NUM_RANKS} most probable",
    )
    parser.add_argument(
        "--limit", metavar="NAME=VALUE", action="append", default=[], help="raise a bound of SECURITY.md"
    )
    return parser.parse_args()


if __name__ == "__main__":
    run(main, names_files=True)
