import subprocess
import sys

from percept.paths import ROOT

CODE = """
import gc, sys
from percept.training.startup import load_tensorflow
load_tensorflow()
print({"sklearn", "matplotlib", "pandas"} & set(sys.modules), gc.isenabled(), gc.get_freeze_count() > 100_000)
import keras, matplotlib, pandas, sklearn.metrics
print(sklearn.metrics.accuracy_score([1, 0], [1, 1]), keras.backend.backend())
"""


def test_tensorflow_loads_silently_and_without_what_nobody_uses_which_can_still_be_imported():
    done = subprocess.run([sys.executable, "-c", CODE], cwd=ROOT / "src", capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["set() True True", "0.5 tensorflow"]
    assert done.stderr == ""
