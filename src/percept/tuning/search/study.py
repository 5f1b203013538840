"""The study: what is kept of a search after each step of it, so that the same command goes on when it was killed."""

import fcntl
import hashlib
import json
import math
import os
import time
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import optuna
from optuna.storages import BaseStorage, JournalStorage, RDBStorage
from optuna.storages._heartbeat import BaseHeartbeat
from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState
from sqlalchemy.exc import SQLAlchemyError

from percept.errors import UserError
from percept.evaluation.metrics import METRICS
from percept.spaces.options import CrossValidated, Search
from percept.tuning.search.outcome import OUTCOME, SETTINGS, Outcome
from percept.tuning.search.results import loss_of
from percept.tuning.search.sampling import DRAW, SAMPLERS, SeededSampler, draw_of, grid_of, pruner_of
from percept.tuning.search.space import Settings, Space

JOURNAL, LOCK = "study.journal", "lock"  # in the folder of a study
INTERRUPTED = "its settings are tried again"
MOST_REPORTS = 25  # of a trial: each is written to disk
HEARTBEAT_S = 20  # between signs of life, where several drivers share a study
GRACE_S = 90  # without one, after which a driver counts as dead
DETERMINES = ("space", "judge", "objectives", "sampler", "pruner")  # options of a search that decide what it finds


def digest_of(space: Space, search: Search, files: Mapping[str, str]) -> str:
    """Return a short sha256 of what determines the score of each trial. files: sha256 of the raw files by path."""
    options = search.model_dump(mode="json", by_alias=True)
    parameters = {key: value.model_dump(mode="json", by_alias=True) for key, value in space.parameters.items()}
    config = {name: values for name, values in space.config.items() if name != "conf"}
    text = json.dumps([config, parameters, [options[name] for name in DETERMINES[1:]], files], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


class Study:
    """An Optuna study that asks for settings, and is told outcomes."""

    def __init__(self, name: str, storage: BaseStorage, space: Space, search: Search) -> None:
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        self.space, self.search = space, search
        metric = METRICS[space.config["objective"]["primary"]]
        higher, goals = {"score": metric.higher_is_better}, search.objectives
        directions = [StudyDirection.MAXIMIZE if higher.get(goal) else StudyDirection.MINIMIZE for goal in goals]
        judge, seed = search.judge, space.config["seed"]
        folds = judge.num * judge.repeats if isinstance(judge, CrossValidated) else None
        num_steps = folds or space.config["fit"]["epochs"]
        self._every = max(1, num_steps // MOST_REPORTS)
        self.optuna = optuna.create_study(
            storage=storage,
            sampler=SeededSampler(SAMPLERS[search.sampler], seed),
            pruner=pruner_of(search, num_steps),
            study_name=name,
            directions=directions,
            load_if_exists=True,
        )
        self._open: dict[int, optuna.Trial] = {}
        self._beat_s = -math.inf
        if search.sampler == "grid":
            for point in grid_of(space, seed):
                self.optuna.enqueue_trial(point, skip_if_exists=True)

    def ask(self) -> tuple[int, Settings]:
        """Begin a trial; return its number and settings."""
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Heartbeat of storage")  # `beat` does what Optuna's loop does
            trial = self.optuna.ask()
        self._beat_s = -math.inf
        settings = self.space.suggest(trial)
        trial.set_user_attr(SETTINGS, json.dumps(settings))
        self._open[trial.number] = trial
        return trial.number, settings

    def report(self, number: int, step: int, value: float) -> bool:
        """Take a value of a trial that runs; tell whether it is so far behind others that it should end."""
        trial = self._open.get(number)
        unused = self.search.pruner == "none" or len(self.search.objectives) > 1
        if trial is None or unused or step % self._every:
            return False
        trial.report(value, step)
        return trial.should_prune()

    def end(self, number: int, outcome: Outcome) -> None:
        """Keep the outcome of a trial."""
        trial = self._open.pop(number)
        trial.set_user_attr(OUTCOME, outcome.to_dict())
        match outcome.state:
            case "complete":
                self.optuna.tell(trial, list(outcome.values))
            case "pruned":
                self.optuna.tell(trial, state=TrialState.PRUNED)
            case "failed" | "interrupted":
                self.optuna.tell(trial, state=TrialState.FAIL)

    def interrupt(self, trials: list[FrozenTrial]) -> None:
        """End trials that nobody runs any more, and let their settings wait to be tried again."""
        for trial in trials:
            self._open.pop(trial.number, None)
            draw = draw_of(self.optuna, trial)
            waiting = self.optuna.get_trials(deepcopy=False, states=(TrialState.WAITING,))
            if all(other.user_attrs.get(DRAW) != draw for other in waiting):  # else killed between these two steps
                self.optuna.enqueue_trial(trial.params, user_attrs={DRAW: draw})
            self._end_interrupted(trial)

    def _end_interrupted(self, trial: FrozenTrial) -> None:
        outcome = Outcome("interrupted", reason=INTERRUPTED)
        with suppress(optuna.exceptions.UpdateFinishedTrialError):  # another driver was first
            self.optuna._storage.set_trial_user_attr(trial._trial_id, OUTCOME, outcome.to_dict())
            self.optuna.tell(trial.number, state=TrialState.FAIL, skip_if_finished=True)

    def running(self) -> list[FrozenTrial]:
        """Return the trials that some driver began and has not ended."""
        return self.optuna.get_trials(deepcopy=False, states=(TrialState.RUNNING,))

    def beat(self) -> None:
        """Say that the trials of this process live, and let those of a driver that is dead be tried again.

        Only a study that drivers share has anything to say or to hear.
        """
        storage = self.optuna._storage
        if not isinstance(storage, BaseHeartbeat) or time.monotonic() - self._beat_s < HEARTBEAT_S:
            return
        self._beat_s = time.monotonic()
        for trial in self._open.values():
            storage.record_heartbeat(trial._trial_id)
        stale = storage._get_stale_trial_ids(self.optuna._study_id)
        self.interrupt([trial for trial in self.running() if trial._trial_id in stale])

    def mine(self) -> list[FrozenTrial]:
        """Return the trials that this process began and has not ended."""
        return [trial for trial in self.running() if trial.number in self._open]

    def counts(self) -> Counter[str]:
        """Return how many trials are in which state: complete, pruned, fail, running; interrupted ones aside."""
        trials = self.optuna.get_trials(deepcopy=False)
        return Counter(trial.state.name.lower() for trial in trials if not was_interrupted(trial))

    @property
    def wants_more(self) -> bool:
        """Whether there is another trial to begin, whatever the time."""
        counts = self.counts()
        begun = sum(counts.values()) - counts["waiting"]
        if self.search.trials is not None and begun >= self.search.trials:
            return False
        return self.search.sampler != "grid" or counts["waiting"] > 0

    def best(self) -> FrozenTrial | None:
        """Return the best complete trial by the first objective, of equal ones by the loss; None: there is none yet."""
        trials = self.optuna.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
        sign = -1 if self.optuna.directions[0] == StudyDirection.MAXIMIZE else 1

        def cost(trial: FrozenTrial) -> tuple[float, float, int]:
            return sign * trial.values[0], loss_of(Outcome.from_dict(trial.user_attrs[OUTCOME])), trial.number

        return min(trials, key=cost, default=None)


def was_interrupted(trial: FrozenTrial) -> bool:
    """Tell whether a trial counts for nothing, as another one repeats it."""
    return bool(trial.user_attrs.get(OUTCOME, {}).get("state") == "interrupted")


@contextmanager
def opened(folder: Path, space: Space, search: Search) -> Iterator[Study]:
    """Open or begin the study of a folder, whose name it has. Raises `UserError` while another process has it open.

    Trials that a killed process left are ended, and wait to be tried again.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if search.storage:
        storage = _rdb(search.storage)
        try:
            yield Study(folder.name, storage, space, search)
        finally:
            storage.remove_session()
            storage.engine.dispose()
        return
    with (folder / LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # let go by the system however the process ends
        except BlockingIOError:
            advice = "wait for it; several drivers can share a study in PostgreSQL: search.storage"
            raise UserError(str(folder), "another search works on this study", "one at a time", advice) from None
        study = Study(folder.name, _journal(folder / JOURNAL), space, search)
        study.interrupt(study.running())
        yield study


def _rdb(url: str) -> RDBStorage:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)  # of the signs of life
            return RDBStorage(url, heartbeat_interval=HEARTBEAT_S, grace_period=GRACE_S)
    except (SQLAlchemyError, ImportError, ValueError) as error:
        found = str(error).splitlines()[0]
        expected = "a database, such as postgresql+psycopg://user@host/name"
        advice = "correct the address, or leave it out: then the study is a file of this machine"
        raise UserError("search.storage", found, expected, advice) from None


def _journal(file: Path) -> BaseStorage:
    _mend(file)
    return JournalStorage(JournalFileBackend(str(file), lock_obj=_NoLock(str(file))))


def _mend(file: Path) -> None:
    """Take away half a line, which a process or machine that died while it wrote may have left."""
    if file.is_file():
        content = file.read_bytes()
        if not content.endswith(b"\n"):
            os.truncate(file, content.rfind(b"\n") + 1)


class _NoLock(JournalFileOpenLock):
    """None is needed, as the folder is locked; Optuna's own, of a process that was killed, would be waited for."""

    def acquire(self) -> bool:
        return True

    def release(self) -> None:
        pass
