"""Models to predict with."""

import pytest
from trained_models import Trained, trained


@pytest.fixture(scope="session")
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
