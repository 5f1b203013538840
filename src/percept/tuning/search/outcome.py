"""What a trial leaves, as plain data: a worker sends it, the study keeps it, the report reads it."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Self, get_args

from percept.tuning.search.space import Settings

if TYPE_CHECKING:
    import optuna

State = Literal["complete", "pruned", "failed", "interrupted"]  # interrupted: its settings are tried again
STATES: tuple[State, ...] = get_args(State)
SETTINGS, OUTCOME = "settings", "outcome"  # user attributes of an Optuna trial


@dataclass(frozen=True)
class Outcome:
    """How one trial went."""

    state: State
    values: tuple[float, ...] = ()  # one for each objective; of a complete trial
    scores: Mapping[str, float] = field(default_factory=dict)  # every metric on the rows that judge
    folds: tuple[float, ...] = ()  # the primary metric on each fold, where folds judge
    seconds: float = 0.0
    epochs: int = 0  # that were trained, of all folds together
    parameters: int = 0  # weights of the network
    reason: str = ""  # why it is not complete
    worker: str = ""
    history: tuple[float, ...] = ()  # the validation loss of each epoch, where one network was trained

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Make it of what `to_dict` returned, also once through JSON."""
        lists = {name: tuple(values.get(name, ())) for name in ("values", "folds", "history")}
        return cls(**{**values, **lists})

    def to_dict(self) -> dict[str, Any]:
        """Return values that JSON has."""
        lists = {name: list(getattr(self, name)) for name in ("values", "folds", "history")}
        return {**asdict(self), "scores": dict(self.scores), **lists}


@dataclass(frozen=True)
class Trial:
    """A trial that has ended."""

    number: int
    settings: Settings
    outcome: Outcome


def ended_trials(study: "optuna.Study") -> list[Trial]:
    """Return the trials of a study that have ended, by number. One without an outcome was interrupted."""
    found = []
    for trial in study.get_trials(deepcopy=False):
        if trial.state.is_finished():
            attributes = trial.user_attrs
            values = attributes.get(OUTCOME, {"state": "interrupted"})
            settings = attributes.get(SETTINGS, {})
            settings = json.loads(settings) if isinstance(settings, str) else settings
            found.append(Trial(trial.number, settings, Outcome.from_dict(values)))
    return found
