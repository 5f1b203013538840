"""Folders that are no classes, and options that no pictures can have."""

import os
import stat

import pytest
from class_pictures import KINDS, TWO, packed, read, refused, source
from pydantic import ValidationError

from percept.errors import UserError


@pytest.mark.parametrize("options", [{"sha256": "0"}, {"size": (0, 4)}, {"size": (4,)}, {"folder": "../up"}])
def test_options_out_of_range_are_refused(options):
    with pytest.raises(ValidationError):
        source(**options)


@pytest.mark.parametrize(
    ("files", "match"),
    [
        ({"1.png": b"", "2.png": b""}, r"set, folder \.: no class folders, and 2 files without one: 1\.png, 2\.png\n"),
        ({}, "no class folders\n"),
        ({"cat/1.png": b"", "LICENSE": b""}, "one class alone, 'cat'"),
        ({"train/cat/1": b"", "train/dog/1": b"", "test/owl/1": b""}, "no picture in train/ of 'owl'"),
        ({"train/1.png": b"", "test/2.png": b""}, "no class folders, and 2 files without one"),
        ({"train/a/1": b"", "test/a/1": b"", "valid/a/1": b""}, r"the folders test, train, valid\n.*\n.*to train$"),
        ({"a/b/1": b"", "a/c/1": b"", ".hidden/x/1": b""}, "one class alone, 'a'"),
    ],
)
def test_folders_that_are_no_classes_are_refused(tmp_path, files, match):
    refused(tmp_path, files, match)


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_class_is_named(tmp_path, kind):
    path = packed(tmp_path / f"set{kind}", TWO, ("owl", "yak"))
    with pytest.raises(UserError, match="no files in owl, yak\n"):
        source().digest(path)


@pytest.mark.parametrize(
    ("folder", "match"),
    [
        ("photo", r"source\.folder = 'photo': set has no folder; there are: photos, sounds\n"),
        ("*", "set has several folders: photos, sounds\n"),
        ("photos/cats", "set has no folder; there are: photos/cat, photos/dog\n"),
        ("*/*/*", "set has no folder; there are: photos, photos/cat, photos/dog, sounds\n"),
    ],
)
def test_a_folder_that_is_not_there_or_not_the_only_one_is_refused(tmp_path, folder, match):
    refused(tmp_path, {"photos/cat/1": b"", "photos/dog/1": b"", "sounds/1": b""}, match, folder=folder)


def test_a_name_that_is_not_utf_8_is_refused(tmp_path):
    path = packed(tmp_path / "set.tar", {"c\udce9t/1": b"", "dog/1": b""})
    with pytest.raises(UserError, match=r"the name 'c\\udce9t/1'\n.*UTF-8"):
        source().digest(path)


def test_a_folder_that_cannot_be_read_is_refused(tmp_path):
    path = packed(tmp_path / "set", TWO)
    (path / "cat").chmod(0)
    try:
        if os.access(path / "cat", os.R_OK):
            pytest.skip("this user may read everything")
        with pytest.raises(UserError, match=r"broken \(.*Permission denied"):
            source().digest(path)
    finally:
        (path / "cat").chmod(stat.S_IRWXU)


def test_more_pixels_than_memory_are_refused(tmp_path):
    match = r"size = \[1000000, 1000000\]: 3 x 1000000 x 1000000 x 3 bytes(.|\n)*a smaller size, or color: grey"
    with pytest.raises(UserError, match=match):
        read(tmp_path, TWO, size=(10**6, 10**6))
