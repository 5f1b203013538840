"""Rows of a table through src/predict.py, as a person uses it, and the shipped file alone between them."""

import hashlib
import json
import shutil
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stage_runs import run_stages, workspace
from trained_models import NUM_TEST, ROOT, Trained, as_csv, columns_of, numbers, read, trained

import percept
from percept import paths
from percept.model_file import session as shipped
from percept.model_file.metadata import Metadata
from percept.prediction.run import predict


@pytest.mark.parametrize("kind", ["binary", "multiclass", "multilabel", "regression"])
def test_predictions_are_those_that_evaluate_judges(models, kind):
    model = models(kind)
    (model.folder / "new.csv").write_text(as_csv(model.rows), encoding="utf-8")
    done = model.predict("new.csv", "-o", "out.csv")
    assert f"predict: {NUM_TEST} rows, " in done.stdout and done.stdout.endswith(" -> out.csv\n")
    text = (model.folder / "out.csv").read_text(encoding="utf-8")
    rows, predicted = read(text), model.found["prediction"]
    assert [row["row"] for row in rows] == [str(number) for number in range(1, NUM_TEST + 1)]
    match kind:
        case "binary":
            expected = {"probability of yes": predicted[:, 0]}
        case "multiclass":
            expected = {"probability": predicted.max(axis=1)}
            expected |= {f"probability of {name}": predicted[:, index] for index, name in enumerate("xyz")}
        case "multilabel":
            labels = ("likes tea", "likes 커피")
            expected = {f"probability of {name}": predicted[:, index] for index, name in enumerate(labels)}
            expected |= {name: model.found["decision"][:, index] for index, name in enumerate(labels)}
        case "regression":
            expected = {"rent": predicted[:, 0], "predicted flags": predicted[:, 1]}
    for name, values in expected.items():
        np.testing.assert_array_equal(numbers(rows, name), values.astype(np.float32))
    if kind in ("binary", "multiclass"):
        assert [row["decision"] for row in rows] == model.found["decision"].tolist()
        expected["decision"] = None
    assert set(columns_of(text)) == {"row", "flags", *expected} and columns_of(text)[-1] == "flags"


def test_order_and_number_of_columns_do_not_matter(binary):
    plain = binary.predict("-", text=binary.table()).stdout
    turned = as_csv([dict(reversed(row.items())) | {"more": "!"} for row in binary.rows[:5]])
    assert binary.predict("-", text=turned).stdout == plain
    assert columns_of(plain) == ["row", "decision", "probability of yes", "flags"]


def test_a_text_that_differs_by_capitals_and_blanks_alone_is_read_as_in_training(models):
    model = models("folded")
    plain = model.predict("-", text=model.table((0, "plan", "basic"), (1, "plan", "pro"))).stdout
    changed = model.table((0, "plan", " BASIC"), (1, "plan", "\uff30ro"))
    assert model.predict("-", text=changed).stdout == plain and "none of" not in plain
    assert "plan none of basic, pro: 'pro plus'" in model.predict("-", text=model.table((0, "plan", "Pro plus"))).stdout


def test_a_number_with_its_unit_is_read_as_in_training(models):
    model = models("units")
    plain = model.predict("-", text=model.table((0, "age", "40"), (1, "age", "31"))).stdout
    changed = model.table((0, "age", "40 years"), (1, "age", "31 Years"))
    assert model.predict("-", text=changed).stdout == plain and "no number" not in plain
    assert "age is no number: '40 km'" in model.predict("-", text=model.table((0, "age", "40 km"))).stdout


def test_a_category_that_is_a_number_is_the_same_with_and_without_a_point(models):
    model = models("folded")
    floors = [(row, "floor", floor) for row, floor in enumerate(["0.0", "1.0", "2.0"])]
    with_point = model.predict("-", text=model.table(*floors)).stdout
    without = model.predict("-", text=model.table(*((row, name, floor[0]) for row, name, floor in floors))).stdout
    assert with_point == without and "floor" not in without
    assert "floor none of 0, 1, 2: '3'" in model.predict("-", text=model.table((0, "floor", "3.0"))).stdout


def test_a_column_of_ones_own_comes_first(binary):
    done = binary.predict("-", "--id", "id", text=binary.table())
    assert columns_of(done.stdout)[:2] == ["id", "row"]
    assert [row["id"] for row in read(done.stdout)] == [row["id"] for row in binary.rows[:5]]
    assert "predict: 5 rows" in done.stderr


def test_a_model_file_works_wherever_it_lies(binary, tmp_path):
    shutil.copy(binary.folder / "models/model.onnx", tmp_path / "other.onnx")
    (tmp_path / "new.csv").write_text(binary.table(), encoding="utf-8")
    command = [sys.executable, str(ROOT / "src/predict.py"), "new.csv", "--model", "other.onnx"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, encoding="utf-8", check=True)
    assert done.stdout == binary.predict("-", text=binary.table()).stdout


def test_only_what_predicting_needs_is_loaded(binary):
    (binary.folder / "new.csv").write_text(binary.table(), encoding="utf-8")
    heavy = "{'tensorflow', 'keras', 'pandas', 'sklearn', 'scipy', 'dvc', 'hydra', 'onnx', 'PIL', 'pyarrow'}"
    code = f"import sys; sys.path.insert(0, {str(ROOT / 'src')!r}); import predict; sys.argv = ['predict', 'new.csv']; "
    code += f"predict.main(); sys.exit(str({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=binary.folder, capture_output=True, text=True, check=False)
    assert done.stderr.endswith("set()\n")


ODD = [(1, "age", "abc"), (3, "plan", "gold"), (5, "income", ""), (7, "id", 'a "quoted"\r\ncell'), (9, "age", "1e3")]


@given(chunk=st.integers(1, 60))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@pytest.mark.parametrize("kind", ["binary", "multiclass", "regression"])
def test_any_chunk_size_gives_the_same_bytes(models, kind, chunk):
    model = models(kind)
    lines = model.table(*ODD, num_rows=NUM_TEST).splitlines(keepends=True)
    source, target = model.folder / "odd.csv", model.folder / "chunked.csv"
    source.write_text("".join([*lines[:20], "\n", "x,y\n", *lines[20:]]), encoding="utf-8", newline="")
    outputs, tallies = [], []
    for size in (1000, chunk):
        tallies.append(predict([str(source)], target, model.folder / "models/model.onnx", "id", False, size))
        outputs.append(target.read_bytes())
    assert outputs[0] == outputs[1] and outputs[0].count(b"\n") > NUM_TEST
    assert vars(tallies[0]) == vars(tallies[1])


def test_the_file_says_the_same_of_itself_when_the_same_model_is_trained_again(binary, tmp_path):
    metadata = trained("binary", tmp_path).metadata
    assert metadata == binary.metadata
    assert list(metadata.sha256) == ["rows.csv"] and metadata.versions["percept"] == percept.__version__
    assert f'version = "{percept.__version__}"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def test_a_file_without_a_header_may_lack_the_targets(tmp_path):
    lines = [f"{a},{a % 7},{'yes' if a > 30 else 'no'}" for a in range(60)]
    with workspace() as place:
        (place / "rows.csv").write_text("\n".join(lines), encoding="utf-8")
        digest = hashlib.sha256((place / "rows.csv").read_bytes()).hexdigest()
        source = f"files: [{{path: rows.csv, urls: [rows.csv], sha256: '{digest}'}}], columns: [a, b, left]"
        objective = ["objective=binary", "objective.target=left", "objective.positive=yes"]
        run_stages(["task=iris", "~source.name", f"source={{kind: csv, {source}}}", *objective, "fit.epochs=2"])
        shutil.copytree(place / paths.MODELS, tmp_path / paths.MODELS)
        metadata = Metadata.from_texts(shipped.read_metadata(paths.MODELS / paths.SHIPPED))
    model = Trained(tmp_path, [], {}, metadata)
    bare = model.predict("-", text="31,3\n8,1\n").stdout
    assert len(read(bare)) == 2
    assert model.predict("-", text="31,3,yes\n8,1,no\n").stdout == bare
    assert model.predict("-", text="b,a\n3,31\n1,8\n").stdout == bare
    assert "the first row has 4 cells" in model.refused("-", text="1,2,3,4\n")


def test_what_the_file_says_of_itself_comes_back_as_it_was_written(binary):
    assert Metadata.from_texts(binary.metadata.to_texts()) == binary.metadata
    assert json.loads(binary.metadata.to_texts()["targets"]) == ["left"]
