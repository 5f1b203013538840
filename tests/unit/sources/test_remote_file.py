"""RemoteFile: a path that stays below its folder, and a sha256."""

import ntpath
import posixpath

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from percept.sources.download import RemoteFile, inside

DIGEST = "0123456789abcdef" * 4
NAME = st.text("abC .~", min_size=1, max_size=4)


@pytest.mark.parametrize("path", ["table.csv", "set/table.csv", "./table.csv", "a..b/..c", "표/🌍.csv"])
def test_a_relative_path_is_accepted(path):
    assert RemoteFile(path=path, sha256=DIGEST).path == path


@pytest.mark.parametrize(
    "path", ["", ".", "..", "../a", "a/..", "a/../b", "/a", "//a", "/", "a\\b", "..\\a", "C:/a", "c:a", "./C:/a"]
)
def test_a_path_that_could_leave_the_folder_is_refused(path):
    with pytest.raises(ValidationError, match="relative path without"):
        RemoteFile(path=path, sha256=DIGEST)


@given(st.lists(NAME, max_size=3), st.lists(NAME, max_size=3))
def test_two_dots_are_refused_anywhere(before, after):
    with pytest.raises(ValueError, match="relative path without"):
        inside("/".join([*before, "..", *after]))


@given(st.text("ab./\\:~ C", max_size=10))
def test_no_accepted_path_leaves_its_folder_on_any_system(path):
    try:
        inside(path)
    except ValueError:
        return
    assert posixpath.normpath(posixpath.join("/data/raw", path)).startswith("/data/raw/")
    assert ntpath.normpath(ntpath.join("D:\\data\\raw", path)).startswith("D:\\data\\raw\\")


@pytest.mark.parametrize("digest", ["", DIGEST[1:], DIGEST + "0", DIGEST + "\n", DIGEST.upper(), "g" * 64])
def test_what_is_no_sha256_is_refused(digest):
    with pytest.raises(ValidationError, match="should match pattern"):
        RemoteFile(path="a", sha256=digest)


def test_a_sha256_that_yaml_read_as_a_number_is_refused():
    with pytest.raises(ValidationError, match="valid string"):
        RemoteFile(path="a", sha256=int("1" * 64))
