"""The project and the raw files are brought to the workers of an existing cluster: once to each, by their contents.

What stands here is sent by value, as workers have no such module before; it imports nothing of the project at the top.
"""

import hashlib
import io
import random
import sys
import zipfile
from collections.abc import Callable, Iterable
from functools import partial
from importlib import import_module, invalidate_caches
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec, module_from_spec
from pathlib import Path
from typing import Any

import cloudpickle
from distributed import Client, Worker, WorkerPlugin, get_worker

PACKAGES = ("percept", "custom")  # folders of src/
DRAWING = ("dask", "distributed", "tornado")  # whose threads would draw from the numbers of a training


class Shipment(WorkerPlugin):
    """Files that every worker, now or later, unpacks into its own folder."""

    idempotent = True  # the scheduler does not send again what it has sent

    def __init__(self, kind: str, files: Iterable[Path], root: Path) -> None:
        """kind: a word for the name; files: below root."""
        packed = io.BytesIO()
        digest = hashlib.sha256()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in sorted(files):
                content, path = file.read_bytes(), file.relative_to(root).as_posix()
                digest.update(f"{path}\0{len(content)}\0".encode() + content)
                archive.writestr(path, content)
        self.archive, self.name = packed.getvalue(), f"{kind}-{digest.hexdigest()[:16]}"

    def setup(self, worker: Worker) -> None:
        folder = Path(worker.local_directory) / self.name
        if not folder.exists():
            draft = folder.with_suffix(".draft")
            with zipfile.ZipFile(io.BytesIO(self.archive)) as archive:
                archive.extractall(draft)
            draft.rename(folder)


class ByValue:
    """Becomes a function where it is unpickled, which needs no module of the project for that."""

    def __init__(self, function: Callable) -> None:
        self._pickled = cloudpickle.dumps(function)

    def __reduce__(self) -> tuple[Callable, tuple[bytes]]:
        return cloudpickle.loads, (self._pickled,)

    def __call__(self, *args: Any) -> Any:
        return cloudpickle.loads(self._pickled)(*args)


def ship(client: Client, root: Path, raw: Path) -> tuple[str, str]:
    """Send code and raw files to all workers that lack them; return the names of both shipments."""
    code = [file for package in PACKAGES for file in (root / "src" / package).rglob("*.py")]
    files = [file for file in raw.rglob("*") if file.is_file()]
    shipments = Shipment("percept-code", code, root), Shipment("percept-raw", files, raw)
    for shipment in shipments:
        client.register_plugin(shipment, name=shipment.name)
    return shipments[0].name, shipments[1].name


def run_shipped(code: str, raw: str, order: dict[str, Any], each: Callable[[int, float], None]) -> dict[str, Any]:
    """Run a trial with the code and the raw files of these shipments."""
    folder = Path(get_worker().local_directory)
    place = str(folder / code / "src")
    if place not in sys.path[:1]:  # another version may have run here before
        for name in [name for name in sys.modules if name.split(".")[0] in PACKAGES]:
            del sys.modules[name]
        sys.path[:] = [place, *(other for other in sys.path if other != place)]
        invalidate_caches()
    found: dict[str, Any] = import_module("percept.tuning.search.worker").run_order(
        {**order, "raw": str(folder / raw)}, each
    )
    return found


def versions(names: Iterable[str]) -> dict[str, str | None]:
    """Return the version of each package that is installed where this is called; None: it is not."""
    found: dict[str, str | None] = {}
    for name in names:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = None
    return found


def run_and_tell(
    run: Callable[[Any, Callable[[int, float], None]], dict[str, Any]], order: Any, topic: str, number: int
) -> dict[str, Any]:
    """Run a trial in a worker that tells those who listen to a topic that it begins, and each step."""
    draw_apart()
    log = partial(get_worker().log_event, topic)
    log({"number": number})
    return run(order, lambda step, value: log({"number": number, "step": step, "value": value}))


def draw_apart() -> None:
    """Give the packages of other threads random numbers of their own."""
    spec = find_spec("random")
    assert spec is not None and spec.loader is not None
    own = module_from_spec(spec)
    spec.loader.exec_module(own)
    for name, module in list(sys.modules.items()):
        if name.split(".")[0] in DRAWING and vars(module).get("random") is random:
            vars(module)["random"] = own
