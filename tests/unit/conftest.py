import pytest

from percept.sources import download


@pytest.fixture
def alone(monkeypatch):
    """No mirror, no proxy, no outer repository, and hardly a wait before the next attempt."""
    for name in ("DATA_MIRROR", "DVC_ROOT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setattr(download, "BACKOFF_S", 0.001)
