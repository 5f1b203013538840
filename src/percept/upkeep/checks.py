"""What `doctor` looks at, in the order in which it says so."""

from collections.abc import Iterator

from percept.upkeep import environment, places, repository
from percept.upkeep.finding import Finding


def findings() -> Iterator[Finding]:
    """Look at everything in turn. Nothing is changed, and no address of a network is asked."""
    yield environment.python()
    yield environment.packages()
    yield environment.devices()
    yield environment.plots_page()
    yield environment.browser()
    yield repository.git_state()
    yield repository.dvc_state()
    yield repository.parameters()
    yield from places.disks()
    yield places.backups()
    yield places.mirror()
