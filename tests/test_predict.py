"""src/predict.py as a person uses it: files in, files out, and the shipped file alone between them."""

import csv
import hashlib
import io
import json
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import onnx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

import percept
import predict
from percept import paths, shipped
from percept.meaning import Meaning
from percept.prepared import load_examples, load_raw, load_spec
from workspace import run_stages, workspace

ROOT = Path(__file__).parents[1]
NUM_ROWS, NUM_TEST = 200, 50
KINDS = {
    "binary": ["objective.target=left", "objective.positive=yes", "objective.threshold=f1"],
    "multiclass": ["objective.target=plan2"],
    "multilabel": ["objective.target=['likes tea', 'likes 커피']", "objective.positive=yes"],
    "regression": ["objective.target=[rent, flags]", "objective.scale_target=true"],
    "gaps": ["objective=regression", "objective.target=rent", "features.missing.numeric=drop"],
}
TARGETS = ("left", "plan2", "likes tea", "likes 커피", "rent", "flags")


@dataclass(frozen=True)
class Trained:
    """A model in a folder of its own, without data, parameters or DVC."""

    folder: Path
    rows: list[dict[str, str]]  # that it was tested on
    found: dict[str, np.ndarray]  # what evaluate's way of running it gives for them
    meaning: Meaning

    def predict(self, *arguments: str, check: bool = True, text: str | None = None) -> subprocess.CompletedProcess:
        command = [sys.executable, str(ROOT / "src/predict.py"), *map(str, arguments)]
        done = subprocess.run(
            command, cwd=self.folder, input=text, capture_output=True, encoding="utf-8", timeout=120, check=False
        )
        assert not check or done.returncode == 0, done.stderr
        return done

    def refused(self, *arguments: str, text: str | None = None) -> str:
        """What is said about it; nothing is given."""
        done = self.predict(*arguments, check=False, text=text)
        assert (done.returncode, done.stdout) == (1, "") and "Traceback" not in done.stderr
        assert "expected: " in done.stderr and "what to do: " in done.stderr
        return done.stderr

    def table(self, *changes: tuple[int, str, str], num_rows: int = 5) -> str:
        """CSV of the first test rows, without targets; changes: (row, column, cell)."""
        rows = [{name: cell for name, cell in row.items() if name not in TARGETS} for row in self.rows[:num_rows]]
        for row, column, cell in changes:
            rows[row][column] = cell
        return as_csv(rows)


def as_csv(rows: list[dict[str, str]]) -> str:
    stream = io.StringIO()
    writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def customers() -> list[dict[str, str]]:
    """Numbers, gaps, categories and dates, and answers that follow from them."""
    random = np.random.default_rng(0)
    age, income = random.integers(18, 91, NUM_ROWS), random.integers(10, 99, NUM_ROWS) * 100
    pro = random.random(NUM_ROWS) < 0.5
    day = np.datetime64("2024-01-01") + random.integers(0, 365, NUM_ROWS)
    columns = {
        "id": [f"c{row}" for row in range(NUM_ROWS)],
        "age": age,
        "income": [cell if random.random() < 0.9 else "" for cell in income],
        "spent": income // 4,
        "plan": np.where(pro, "pro", "basic"),
        "joined": day,
        "left": np.where(age > 50, "yes", "no"),
        "plan2": [("x", "y", "z")[cell // 31] for cell in age],
        "likes tea": np.where(age > 40, "yes", "no"),
        "likes 커피": np.where(pro, "yes", "no"),
        "rent": age * 10.5,
        "flags": income * 2,
    }
    return [dict(zip(columns, map(str, row), strict=True)) for row in zip(*columns.values(), strict=True)]


def options(kind: str) -> list[str]:
    digest = hashlib.sha256(Path("rows.csv").read_bytes()).hexdigest()
    return [
        "task=iris",
        "~source.name",
        f"objective={kind if kind in ('binary', 'multiclass', 'multilabel') else 'regression'}",
        f"source={{kind: csv, files: [{{path: rows.csv, urls: [rows.csv], sha256: '{digest}'}}]}}",
        "features.numeric=[age, income, spent, share]",
        "features.category=[plan]",
        "features.drop=rest",
        "++features.date={joined: '%Y-%m-%d'}",
        "++features.derive={share: spent / income}",
        *("~split.test", f"+split.test={{kind: last, fraction: {NUM_TEST / NUM_ROWS}}}"),
        *("~split.validation", "+split.validation={kind: last, fraction: 0.2}"),
        "optimizer.learning_rate=0.02",
        "fit.epochs=20",
        *KINDS[kind],
    ]


def trained(kind: str, folder: Path) -> Trained:
    rows = customers()
    with workspace() as place:
        if kind == "pictures":
            run_stages(["task=digits", "fit.epochs=5"])
        else:
            (place / "rows.csv").write_text(as_csv(rows), encoding="utf-8")
            run_stages(options(kind))
        model = paths.MODELS / paths.SHIPPED
        found = shipped.predict(model, load_raw("test", load_spec()))
        shutil.copytree(place / paths.MODELS, folder / paths.MODELS)
        if kind == "pictures":
            np.save(folder / "test.npy", load_examples("test").x)
        meaning = Meaning.from_metadata(shipped.metadata(model))
    return Trained(folder, rows[-NUM_TEST:], found, meaning)


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """Each kind, trained when it is first asked for."""
    known: dict[str, Trained] = {}

    def get(kind: str) -> Trained:
        if kind not in known:
            known[kind] = trained(kind, tmp_path_factory.mktemp(kind))
        return known[kind]

    return get


@pytest.fixture
def binary(models):
    return models("binary")


@pytest.fixture
def pictures(models):
    return models("pictures")


def columns_of(text: str) -> list[str]:
    return next(csv.reader(io.StringIO(text)))


def numbers(rows: list[dict[str, str]], column: str) -> np.ndarray:
    return np.array([row[column] for row in rows], np.float32)


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
    heavy = "{'tensorflow', 'keras', 'pandas', 'sklearn', 'scipy', 'dvc', 'hydra', 'onnx', 'PIL'}"
    code = f"import sys; sys.path.insert(0, {str(ROOT / 'src')!r}); import predict; sys.argv = ['predict', 'new.csv']; "
    code += f"predict.main(); sys.exit(str({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=binary.folder, capture_output=True, text=True, check=False)
    assert done.stderr.endswith("set()\n")


def test_what_is_unusual_is_told_row_by_row(binary):
    changes = [(0, "age", "99"), (0, "plan", "gold"), (1, "age", "abc"), (2, "age", ""), (3, "joined", "3.4.2024")]
    done = binary.predict("-", text=binary.table(*changes))
    rows = read(done.stdout)
    oldest = binary.meaning.contract.columns["age"].max
    assert rows[0]["flags"] == f"age above {oldest:g}; plan none of basic, pro: 'gold'"
    assert rows[1]["flags"] == "age is no number: 'abc'"
    assert rows[2]["flags"] == "age missing"
    assert rows[3]["flags"] == "joined is no date such as %Y-%m-%d: '3.4.2024'"
    assert rows[4]["flags"] == ""
    assert all(row["decision"] for row in rows)
    assert (
        rows[1]["probability of yes"]
        == read(binary.predict("-", text=binary.table((1, "age", ""))).stdout)[1]["probability of yes"]
    )
    assert "5 rows, 4 flagged: " in done.stderr and "age missing (1)" in done.stderr


def test_a_row_of_a_wrong_length_has_no_prediction_and_the_others_have_theirs(binary):
    lines = binary.table().splitlines()
    lines[2] += ",1,2"
    done = binary.predict("-", text="\n".join(lines) + "\n")
    rows, whole = read(done.stdout), read(binary.predict("-", text=binary.table()).stdout)
    width = len(columns_of(lines[0]))
    assert rows[1] == whole[1] | {
        "decision": "",
        "probability of yes": "",
        "flags": f"{width + 2} cells instead of {width}",
    }
    assert [rows[index] for index in (0, 2, 3, 4)] == [whole[index] for index in (0, 2, 3, 4)]
    assert f"1 row has a wrong number of cells and no prediction: line 3 ({width + 2})" in done.stderr


def test_the_first_ten_rows_of_a_wrong_length_are_named(binary):
    done = binary.predict("-", text=binary.table() + "x,y\n" * 12)
    assert "12 rows have a wrong number of cells" in done.stderr
    assert "line 16 (2), ...\n" in done.stderr and "line 17" not in done.stderr


def test_a_gap_that_nothing_fills_leaves_no_prediction(models):
    done = models("gaps").predict("-", text=models("gaps").table((0, "income", ""), (1, "income", "100")))
    rows = read(done.stdout)
    assert rows[0]["rent"] == "" and rows[1]["rent"] != ""
    assert rows[0]["flags"] == "income missing; no prediction without income"


def test_strict_refuses_with_lines_and_leaves_what_was_there(binary):
    (binary.folder / "kept.csv").write_text("kept", encoding="utf-8")
    rows = binary.table((0, "age", "99"), (1, "id", "two\nlines"), (3, "age", "98"))
    said = binary.refused("-", "--strict", "-o", "kept.csv", text=rows)
    assert "2 of 5 rows are unusual" in said and re.search(r"age above \d+: 2 \(line 2, line 6\)", said)
    assert (binary.folder / "kept.csv").read_text(encoding="utf-8") == "kept"
    assert not list(binary.folder.glob(".*draft"))
    assert "unusual" in binary.refused("-", "--strict", text=rows)
    usual = binary.predict("-", text=binary.table())
    if ", 0 flagged" in usual.stderr:
        assert binary.predict("-", "--strict", text=binary.table()).stdout == usual.stdout


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
        tallies.append(predict.predict([str(source)], target, model.folder / "models/model.onnx", "id", False, size))
        outputs.append(target.read_bytes())
    assert outputs[0] == outputs[1] and outputs[0].count(b"\n") > NUM_TEST
    assert vars(tallies[0]) == vars(tallies[1])


def test_the_file_says_the_same_of_itself_when_the_same_model_is_trained_again(binary, tmp_path):
    meaning = trained("binary", tmp_path).meaning
    assert meaning == binary.meaning
    assert list(meaning.sha256) == ["rows.csv"] and meaning.versions["percept"] == percept.__version__
    assert f'version = "{percept.__version__}"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def picture(pixels: np.ndarray, path: Path) -> None:
    """Write (height, width, 1) of 0 to 16 in levels of 0 to 255."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray((pixels[..., 0] / 16 * 255).round().astype(np.uint8)).save(path)


def test_pictures_and_folders_of_them_are_predicted_as_they_were_learned(pictures):
    pixels = np.load(pictures.folder / "test.npy")
    for number in range(12):
        picture(pixels[number], pictures.folder / f"many/{number % 3}/{number:02}.png")
    (pictures.folder / "many/notes.txt").write_text("no picture", encoding="utf-8")
    (pictures.folder / "broken.jpg").write_bytes(b"no picture either")
    done = pictures.predict("broken.jpg", "many", "-o", "out.csv")
    rows = read((pictures.folder / "out.csv").read_text(encoding="utf-8"))
    order = sorted(range(12), key=lambda number: (number % 3, number))
    assert [row["file"] for row in rows] == ["broken.jpg", *(f"many/{n % 3}/{n:02}.png" for n in order)]
    assert rows[0]["flags"].startswith("cannot be read: ") and rows[0]["decision"] == rows[0]["probability of 3"] == ""
    assert [row["decision"] for row in rows[1:]] == pictures.found["decision"][order].tolist()
    for digit in range(10):
        found = numbers(rows[1:], f"probability of {digit}")
        np.testing.assert_array_equal(found, pictures.found["prediction"][order, digit])
    assert "13 pictures, 1 flagged: cannot be read (1) -> out.csv" in done.stdout
    assert "cannot be read: 1 (broken.jpg)" in pictures.refused("broken.jpg", "many", "--strict")


def test_a_picture_of_another_size_and_colour_is_brought_to_that_of_the_model(pictures):
    pixels = np.load(pictures.folder / "test.npy")
    large = np.kron(pixels[0, ..., 0], np.ones((5, 5))) / 16 * 255
    Image.fromarray(large.astype(np.uint8)).convert("RGB").save(pictures.folder / "large.png")
    (row,) = read(pictures.predict("large.png").stdout)
    assert row["decision"] == pictures.found["decision"][0]


def test_an_input_that_is_of_no_use_is_refused(binary, pictures):
    table = binary.table()
    header, *rows = table.splitlines()
    said = binary.refused("-", text=table.replace("income", "incom", 1))
    assert "no column 'income'; did you mean 'incom'?" in said and "age, income, spent" in said
    assert "names no column that the model reads" in binary.refused("-", text="\n".join(rows))
    assert "standard input: the file is empty" in binary.refused("-", text="")
    assert "no rows" in binary.refused("-", text=header + "\n")
    assert "names 'age' more than once" in binary.refused("-", text=table.replace("spent", "age", 1))
    assert "nix.csv: there is no such file" in binary.refused("nix.csv")
    assert "2 inputs" in binary.refused("-", "-", text=table)
    assert "no column 'nix'" in binary.refused("-", "--id", "nix", text=table)
    (binary.folder / "odd.csv").write_bytes(table.encode() + b"\xe4\n")
    said = binary.refused("odd.csv")
    assert "line 7 is not utf-8" in said and "save it in this encoding" in said
    (binary.folder / "odd.csv").write_text(table.replace("pro", "p\0o"), encoding="utf-8")
    assert re.search(r"line \d, column 'plan' holds a NUL", binary.refused("odd.csv"))
    Image.new("L", (8, 8)).save(binary.folder / "a.png")
    assert "a picture, and the model is one of tables" in binary.refused("a.png")
    assert "a folder, and the model is one of tables" in binary.refused(".")
    (pictures.folder / "new.csv").write_text(table, encoding="utf-8")
    assert "a table, and the model is one of pictures" in pictures.refused("new.csv")
    assert "8 x 8" in pictures.refused("-", text=table)
    (pictures.folder / "empty").mkdir()
    assert "no pictures in this folder" in pictures.refused("empty")


def test_broken_csv_is_refused_with_its_line_and_replaces_nothing(binary):
    (binary.folder / "kept.csv").write_text("kept", encoding="utf-8")
    said = binary.refused("-", "-o", "kept.csv", text=binary.table() + '"open,1\n')
    assert "line 7: " in said
    assert (binary.folder / "kept.csv").read_text(encoding="utf-8") == "kept"


def test_an_output_that_cannot_be_is_refused_before_anything_is_read(binary):
    (binary.folder / "new.csv").write_text(binary.table(), encoding="utf-8")
    (binary.folder / "folder.csv").mkdir(exist_ok=True)
    assert "there is no folder nix" in binary.refused("new.csv", "-o", "nix/out.csv")
    assert "has no ending" in binary.refused("new.csv", "-o", "out")
    assert "ends in '.xlsx'" in binary.refused("new.csv", "-o", "out.xlsx")
    assert "folder.csv: a folder" in binary.refused("new.csv", "-o", "folder.csv")
    assert "this is an input" in binary.refused("new.csv", "-o", "./new.csv")


def test_a_file_that_is_no_model_of_ours_is_refused(binary, tmp_path):
    (tmp_path / "text.onnx").write_text("text", encoding="utf-8")
    model = onnx.load(binary.folder / "models/model.onnx")
    del model.metadata_props[:]
    onnx.save(model, tmp_path / "silent.onnx")
    model.metadata_props.add(key="inputs", value="{")
    onnx.save(model, tmp_path / "garbled.onnx")
    table = binary.table()
    said = binary.refused("-", "--model", tmp_path / "none.onnx", text=table)
    assert "there is no such file" in said and "dvc repro" in said
    assert "an ONNX file that train wrote" in binary.refused("-", "--model", tmp_path / "text.onnx", text=table)
    assert "does not say how to give it new rows (task, kind" in binary.refused(
        "-", "--model", tmp_path / "silent.onnx", text=table
    )
    assert "cannot be read" in binary.refused("-", "--model", tmp_path / "garbled.onnx", text=table)


@pytest.mark.skipif(find_spec("pyarrow") is not None, reason="pyarrow is installed")
def test_parquet_without_pyarrow_says_how_to_install_it(binary):
    (binary.folder / "new.csv").write_text(binary.table(), encoding="utf-8")
    assert "pip install '.[parquet]'" in binary.refused("new.csv", "-o", "out.parquet")


def test_parquet_files_go_in_and_out(binary):
    pa = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    rows = read(binary.table((0, "plan", "gold"), (1, "income", "")))
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    columns["age"] = [int(cell) for cell in columns["age"]]
    columns["income"] = [float(cell) if cell else None for cell in columns["income"]]
    columns["joined"] = pa.array(columns["joined"]).cast(pa.date32())
    parquet.write_table(pa.table(columns), binary.folder / "new.parquet")
    (binary.folder / "new.csv").write_text(as_csv(rows), encoding="utf-8")
    expected = read(binary.predict("new.csv", "--id", "id").stdout)
    assert read(binary.predict("new.parquet", "--id", "id").stdout) == expected
    binary.predict("new.csv", "-o", "out.parquet")
    table = parquet.read_table(binary.folder / "out.parquet").to_pylist()
    assert [row["flags"] for row in table] == [row["flags"] for row in expected]
    assert [np.float32(row["probability of yes"]) for row in table] == numbers(expected, "probability of yes").tolist()
    parquet.write_table(pa.table({"age": [1]}), binary.folder / "new.parquet")
    assert "no column 'income'" in binary.refused("new.parquet")


def test_a_file_without_a_header_may_lack_the_targets(tmp_path):
    lines = [f"{a},{a % 7},{'yes' if a > 30 else 'no'}" for a in range(60)]
    with workspace() as place:
        (place / "rows.csv").write_text("\n".join(lines), encoding="utf-8")
        digest = hashlib.sha256((place / "rows.csv").read_bytes()).hexdigest()
        source = f"files: [{{path: rows.csv, urls: [rows.csv], sha256: '{digest}'}}], columns: [a, b, left]"
        objective = ["objective=binary", "objective.target=left", "objective.positive=yes"]
        run_stages(["task=iris", "~source.name", f"source={{kind: csv, {source}}}", *objective, "fit.epochs=2"])
        shutil.copytree(place / paths.MODELS, tmp_path / paths.MODELS)
        meaning = Meaning.from_metadata(shipped.metadata(paths.MODELS / paths.SHIPPED))
    model = Trained(tmp_path, [], {}, meaning)
    bare = model.predict("-", text="31,3\n8,1\n").stdout
    assert len(read(bare)) == 2
    assert model.predict("-", text="31,3,yes\n8,1,no\n").stdout == bare
    assert model.predict("-", text="b,a\n3,31\n1,8\n").stdout == bare
    assert "the first row has 4 cells" in model.refused("-", text="1,2,3,4\n")


def test_what_the_file_says_of_itself_comes_back_as_it_was_written(binary):
    assert Meaning.from_metadata(binary.meaning.to_metadata()) == binary.meaning
    assert json.loads(binary.meaning.to_metadata()["targets"]) == ["left"]
