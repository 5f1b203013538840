"""A file that leaves the house says which commit made it, and scores as that commit says."""

import json

import pytest

from percept.model_file import session as shipped

pytestmark = pytest.mark.slow

FILE = "release/iris/model.onnx"


@pytest.fixture(scope="module")
def iris(clone):
    """The clone after a run of iris that is not committed."""
    clone.run("dvc", "exp", "run", "-S", "task=iris", "-S", "model=weight_tied")  # with layers of its own
    return clone


def test_what_no_commit_holds_is_not_shipped_unless_asked_for(iris):
    result = iris.run("python", "src/ship.py", check=False)
    assert result.returncode == 1
    assert "not committed: " in result.stdout and "params.yaml" in result.stdout and "git commit" in result.stdout
    assert not (iris.folder / "release").exists()
    iris.run("python", "src/ship.py", "--uncommitted")
    assert shipped.read_metadata(iris.folder / FILE)["commit"].endswith(" (with changes)")


def test_the_released_file_carries_commit_scores_and_card_and_answers_as_before(iris):
    iris.run("git", "commit", "--quiet", "--all", "--message", "iris")
    output = iris.run("python", "src/ship.py", "--saved-model").stdout
    commit = iris.run("git", "rev-parse", "HEAD").stdout.strip()
    card = (iris.folder / "models/model_card.md").read_text(encoding="utf-8")
    assert commit in output and "release/iris" in output
    assert (iris.folder / "release/iris/saved_model/1/saved_model.pb").is_file()
    metadata = shipped.read_metadata(iris.folder / FILE)
    assert metadata["commit"] == commit and metadata["card"] == card
    assert json.loads(metadata["scores"]) == json.loads((iris.folder / "results/metrics.json").read_text("utf-8"))
    assert card in iris.run("python", "src/ship.py", "--show", FILE).stdout
    rows = "sepal length (cm),sepal width (cm),petal length (cm),petal width (cm)\n5.1,3.5,1.4,0.2\n6,3,5,1.5\n"
    (iris.folder / "flowers.csv").write_text(rows)
    answers = [
        iris.run("python", "src/predict.py", "flowers.csv", "--model", model).stdout
        for model in ("models/model.onnx", FILE)
    ]
    assert answers[0] == answers[1] and "setosa" in answers[0]


def test_what_is_out_of_date_is_not_shipped_and_the_former_release_stays(iris):
    before = (iris.folder / FILE).read_bytes()
    iris.run("python", "src/compose.py", "task=iris", "fit.epochs=3")
    result = iris.run("python", "src/ship.py", check=False)
    assert result.returncode == 1 and "out of date: train" in result.stdout and "dvc repro" in result.stdout
    assert (iris.folder / FILE).read_bytes() == before


def test_a_file_that_was_never_released_has_no_card_to_show(iris):
    result = iris.run("python", "src/ship.py", "--show", "models/model.onnx", check=False)
    assert result.returncode == 1 and "no model card inside" in result.stdout and "src/ship.py" in result.stdout
