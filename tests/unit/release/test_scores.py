import pytest

from percept.errors import UserError
from percept.release.scores import check_scores

RUN = {"accuracy": 0.9, "log_loss": 0.0, "confusion": [[1, 0], [0, 1]], "auxiliary": {"accuracy": 0.5}}


def test_scores_that_differ_by_rounding_are_the_same():
    check_scores(RUN | {"accuracy": 0.90001, "log_loss": 1e-7}, RUN)


@pytest.mark.parametrize("changed", [{"accuracy": 0.91}, {"log_loss": 0.001}])
def test_a_file_of_another_score_is_refused_with_both_values_and_what_to_do(changed):
    (name, value), *_ = changed.items()
    with pytest.raises(UserError, match=rf"its test {name} is {value}\n  expected: {RUN[name]}, as in .*\n.*evaluate"):
        check_scores(RUN | changed, RUN)
