"""The same commit gives the same bits elsewhere: folder, queue, locale, time zone and umask change none."""

import shutil

import pytest
from conftest import Clone

pytestmark = pytest.mark.slow
ELSEWHERE = {"LC_ALL": "C", "LANG": "C", "TZ": "Asia/Seoul", "PYTHONHASHSEED": "7"}


@pytest.fixture(scope="module")
def other(reproduced, tmp_path_factory) -> Clone:
    """A clone in another folder, where nothing is cached."""
    clone = Clone(tmp_path_factory.mktemp("elsewhere") / "a folder")
    clone.folder.mkdir()
    clone.run("git", "clone", "--quiet", str(reproduced.folder), ".")
    return clone


def test_a_queued_run_in_another_folder_locale_time_zone_and_umask_gives_the_same_bits(reproduced, other):
    words = "umask 077 && dvc exp run --queue -n again && python src/run_queue.py && dvc exp apply again"
    other.run("sh", "-c", words, **ELSEWHERE)
    assert other.bits() == reproduced.bits()


def test_a_run_without_the_cache_gives_the_same_bits(reproduced, other):
    for name in (".dvc/cache", "data/raw", "data/prepared", "models"):
        shutil.rmtree(other.folder / name)
    other.run("dvc", "repro", "--force")
    assert other.bits() == reproduced.bits()
