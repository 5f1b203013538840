"""What TensorBoard reads of trials."""

import subprocess
import sys

import pytest
from finished_studies import CHANGING, bowl, space_of, study_of

from percept.spaces.options import Search
from percept.tuning.search.results import Results
from percept.tuning.search.tensorboard import write_trial


def test_the_page_has_settings_scores_states_and_curves(tmp_path):
    from tensorboard.backend.event_processing.event_multiplexer import EventMultiplexer
    from tensorboard.plugins.hparams import api_pb2, metadata

    space = space_of(CHANGING, ["task=california"])
    results = Results.of(study_of(space, Search(), 7, bowl), space, Search())
    for trial in results.trials:
        write_trial(tmp_path, trial, {})
        write_trial(tmp_path, trial, {"latency_us": 7.0})  # once more: it takes the place of the first
    runs = EventMultiplexer().AddRunsFromDirectory(str(tmp_path)).Reload()
    for trial in results.trials:
        name = f"trial-{trial.number:04}"
        found = runs.PluginRunToTagToContent("hparams")[name]
        start = metadata.parse_session_start_info_plugin_data(found[metadata.SESSION_START_INFO_TAG])
        end = metadata.parse_session_end_info_plugin_data(found[metadata.SESSION_END_INFO_TAG])
        assert set(start.hparams) == {*trial.settings, "number of model.units"}
        shown = [start.hparams[key].number_value for key in ("model.units", "number of model.units")]
        assert shown == [trial.settings["model.units"][0], len(trial.settings["model.units"])]
        assert start.hparams["fit.patience"].string_value == ("null" if trial.settings["fit.patience"] is None else "")
        assert (end.status == api_pb2.STATUS_FAILURE) == (trial.outcome.state == "failed")
        scores = {"validation/mse", "validation/mae", "latency_us"} if trial.outcome.state == "complete" else set()
        assert scores == set(runs.Runs()[name]["scalars"])
        if scores:
            (event,) = runs.Scalars(name, "validation/mse")
            assert event.value == pytest.approx(trial.outcome.scores["mse"])
            curve = [(event.step, event.value) for event in runs.Scalars(f"{name}/validation", "search/loss")]
            assert curve == [(1, 1.0), (2, 0.5)]


def test_a_driver_writes_without_tensorflow(tmp_path):
    code = (
        "import sys; from pathlib import Path\n"
        "from percept.tuning.search.outcome import Outcome, Trial\n"
        "from percept.tuning.search.tensorboard import write_trial\n"
        f"write_trial(Path({str(tmp_path)!r}), Trial(0, {{'fit.epochs': 1}}, Outcome('complete', (1.0,))), {{}})\n"
        "assert not {'keras', 'tensorflow'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env={"PYTHONPATH": "src"})
    assert list(tmp_path.rglob("*tfevents*"))
