"""What the stages leave for TensorBoard, and that curves come back where training came out of the cache."""

import shutil

import pytest
from stage_runs import run_stages, workspace
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

import evaluate

SHORT = "fit.epochs=2"


def events_of(folder) -> EventAccumulator:
    return EventAccumulator(str(folder), size_guidance={"scalars": 0, "tensors": 0}).Reload()


def tags(events) -> set[str]:
    return {*events.Tags()["tensors"], *events.Tags()["scalars"]}


@pytest.fixture(scope="module", params=["digits_cnn", "iris", "linnerud"])
def logged(request):
    """(task, metrics, folder of its run) after all stages, in a workspace that is still there."""
    with workspace() as folder, pytest.MonkeyPatch.context() as patch:
        patch.delenv("DVC_EXP_NAME", raising=False)
        patch.delenv("DVC_ROOT", raising=False)
        metrics = run_stages([f"task={request.param}", SHORT])
        (run,) = (folder / "logs").iterdir()
        yield request.param, metrics, run


def test_scores_and_settings_lie_in_one_folder(logged):
    task, metrics, run = logged
    events = events_of(run / "test")
    for part in ("test", "validation"):
        scores = {name: value for name, value in metrics[part].items() if isinstance(value, float)}
        for name, value in scores.items():
            assert events.Scalars(f"{part}/{name}")[0].value == pytest.approx(value, rel=1e-6)
    assert tags(events) >= {"_hparams_/session_start_info", "_hparams_/session_end_info", f"{task}/model card"}


def test_pictures_and_tables_suit_the_task(logged):
    task, _, run = logged
    found = tags(events_of(run / "test"))
    pictures = {f"{task} test pictures/worst", f"{task} convolutions/1 filters", f"{task} convolutions/1 feature maps"}
    assert (found >= pictures) == (task == "digits_cnn")
    assert (f"{task}/confusion matrix" in found) == (task != "linnerud")
    assert (f"{task}/test rows, worst" in found) == (task != "digits_cnn")
    assert any(tag.startswith(f"{task}/precision and recall of") for tag in found) == (task != "linnerud")


def test_the_projector_has_a_vector_and_a_label_for_each_row(logged):
    task, _, run = logged
    vectors, metadata = ((run / "test" / name).read_text().splitlines() for name in ("vectors.tsv", "metadata.tsv"))
    assert len(metadata) == len(vectors) + 1 and metadata[0].startswith("actual")
    config = (run / "test/projector_config.pbtxt").read_text()
    assert 'tensor_path: "vectors.tsv"' in config
    assert ("sprite.png" in config) == (run / "test/sprite.png").is_file() == (task == "digits_cnn")


def test_curves_of_a_training_out_of_the_cache_have_the_same_values(logged):
    task, _, run = logged
    parts = [part for part in ("train", "validation") if (run / part).is_dir()]
    curves = {part: curves_of(run / part, task) for part in parts}
    assert curves["train"][f"{task}/loss"][-1][0] == 2
    shutil.rmtree(run)
    evaluate.main()
    (again,) = run.parent.iterdir()
    assert {part: curves_of(again / part, task) for part in parts} == curves
    assert (again / "test").is_dir() and (again / "history.csv").is_file()


def curves_of(folder, task) -> dict[str, list[tuple[int, float]]]:
    events = events_of(folder)
    names = [tag for tag in events.Tags()["scalars"] if tag.startswith(f"{task}/")]
    return {tag: [(event.step, event.value) for event in events.Scalars(tag)] for tag in names}
