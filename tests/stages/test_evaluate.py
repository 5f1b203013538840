"""What evaluate refuses at its door."""

import pytest
from omegaconf import OmegaConf
from stage_runs import workspace

import evaluate
from percept import paths
from percept.composition import composed
from percept.errors import UserError


def test_a_metric_of_another_kind_of_task_in_a_file_that_was_edited_by_hand_is_refused():
    config = composed(["task=churn"])
    config.objective.primary = "rox_auc"
    with (
        workspace(),
        pytest.raises(UserError, match=r"primary = 'rox_auc': .* did you mean 'roc_auc'\?\n.*accuracy, roc_"),
    ):
        paths.PARAMS.write_text(OmegaConf.to_yaml(config), encoding="utf-8")
        evaluate.main()
