"""idx: images and labels as MNIST is published, or what is wrong with the files."""

import gzip
import hashlib
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from percept.errors import UserError
from percept.files.limits import SourceLimits
from percept.sources.idx import Idx, read_idx

PIXELS = np.arange(5 * 4 * 3, dtype=np.uint8).reshape(5, 4, 3)  # (images, height, width)
LABELS = np.array([0, 1, 1, 0, 2], dtype=np.uint8)


def idx_bytes(array: np.ndarray) -> bytes:
    """An IDX file of bytes, not packed."""
    return struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes()


@pytest.fixture
def source(tmp_path, alone):
    """An idx source whose four files lie on this machine; keywords replace an array, or the bytes of a file."""

    def published(classes=("cat", "dog", "owl"), **replaced) -> Idx:
        parts = {
            "train_images": PIXELS[:3],
            "train_labels": LABELS[:3],
            "test_images": PIXELS[3:],
            "test_labels": LABELS[3:],
        }
        files = {}
        for name, part in (parts | replaced).items():
            content = part if isinstance(part, bytes) else gzip.compress(idx_bytes(part))
            (tmp_path / f"{name}.gz").write_bytes(content)
            digest = hashlib.sha256(content).hexdigest()
            files[name] = {"path": f"set/{name}.gz", "urls": [str(tmp_path / f"{name}.gz")], "sha256": digest}
        return Idx(kind="idx", files=files, classes=classes)

    return published


def fetched(source: Idx, tmp_path):
    source.fetch(tmp_path / "raw", None)
    return source.read(tmp_path / "raw")


def test_training_and_test_images_are_joined_and_told_apart(source, tmp_path):
    images = fetched(source(), tmp_path)
    assert images.num_rows == 5
    assert images.pixels.dtype == np.uint8
    np.testing.assert_array_equal(images.pixels, PIXELS[..., np.newaxis])
    np.testing.assert_array_equal(images.labels, LABELS)
    assert images.labels.dtype == np.int64
    assert images.is_test.tolist() == [False, False, False, True, True]
    assert images.classes == ("cat", "dog", "owl")


@pytest.mark.parametrize(
    ("replaced", "match"),
    [
        ({"train_labels": LABELS[:2]}, r"train_labels: 2 labels\n.*one for each of 3 images"),
        ({"test_labels": LABELS}, r"test_labels: 5 labels\n.*one for each of 2 images"),
        ({"test_images": PIXELS[3:, :2]}, r"test_images: images of 2 x 3\n.*images of 4 x 3"),
        (
            {"train_images": PIXELS[:0], "train_labels": LABELS[:0]},
            r"train_images\.gz: the lengths \(0, 4, 3\) in its header\n.*at least one",
        ),
        (
            {"test_images": PIXELS[:0], "test_labels": LABELS[:0]},
            r"test_images\.gz: the lengths \(0, 4, 3\) in its header",
        ),
        ({"classes": ("cat", "dog")}, r"source\.classes: 2 names\n.*each label up to 2"),
        ({"train_images": LABELS[:3]}, r"train_images\.gz: starts with 00 00 08 01\n.*3 axes"),
        ({"train_labels": b"plain"}, r"train_labels\.gz: Not a gzipped file"),
    ],
)
def test_files_that_do_not_belong_together_are_refused(source, tmp_path, replaced, match):
    with pytest.raises(UserError, match=match):
        fetched(source(**replaced), tmp_path)


def test_a_class_without_images_is_no_mistake(source, tmp_path):
    assert fetched(source(classes=("cat", "dog", "owl", "yak")), tmp_path).classes[3] == "yak"


@settings(deadline=None)
@given(arrays.arrays(np.uint8, arrays.array_shapes(max_dims=4, max_side=5)))
def test_any_array_of_bytes_is_read_back(tmp_path_factory, array):
    path = tmp_path_factory.getbasetemp() / "any.gz"
    path.write_bytes(gzip.compress(idx_bytes(array)))
    np.testing.assert_array_equal(read_idx(path, array.ndim), array, strict=True)


def refused(path, content: bytes, match: str) -> None:
    path.write_bytes(content)
    with pytest.raises(UserError, match=match):
        read_idx(path, 3)


@pytest.mark.parametrize("magic", ["01 00 08 03", "00 00 09 03", "00 00 0d 03", "00 00 08 01"])
def test_another_type_or_number_of_axes_is_refused(tmp_path, magic):
    content = bytes.fromhex(magic) + idx_bytes(PIXELS)[4:]
    refused(tmp_path / "a.gz", gzip.compress(content), f"starts with {magic}\n.*bytes with 3 axes")


@pytest.mark.parametrize("size", [0, 3, 4, 15])
def test_a_file_shorter_than_its_header_is_refused(tmp_path, size):
    refused(tmp_path / "a.gz", gzip.compress(idx_bytes(PIXELS)[:size]), "starts with")


@pytest.mark.parametrize("change", [-1, 1])
def test_data_of_another_length_than_the_header_says_is_refused(tmp_path, change):
    content = (idx_bytes(PIXELS) + b"x")[: len(idx_bytes(PIXELS)) + change]
    refused(
        tmp_path / "a.gz",
        gzip.compress(content),
        rf"{60 + change} bytes of data( or more)?\n.*\(5, 4, 3\) as its header says",
    )


def test_a_header_that_promises_more_than_any_memory_is_refused(tmp_path):
    content = struct.pack(">HBB3I", 0, 8, 3, 2**31, 2**31, 4)  # the product is 0 in 64 bits
    refused(tmp_path / "a.gz", gzip.compress(content), "0 bytes of data")


PACKED = gzip.compress(idx_bytes(np.random.default_rng(0).integers(0, 256, (5, 20, 20), np.uint8)))


@settings(deadline=None)
@given(st.integers(0, len(PACKED) - 1))
def test_a_gzip_file_cut_anywhere_is_refused(tmp_path_factory, size):
    refused(tmp_path_factory.getbasetemp() / "cut.gz", PACKED[:size], "gzip file|starts with")


@pytest.mark.parametrize("start", [0, 2, 12, 1000, len(PACKED) - 8])
def test_a_damaged_gzip_file_is_refused(tmp_path, start):
    damaged = bytes(byte ^ 0xFF for byte in PACKED[start : start + 8])
    refused(tmp_path / "a.gz", PACKED[:start] + damaged + PACKED[start + 8 :], "expected: a whole gzip file")


@pytest.mark.parametrize("shape", [(2**32 - 1, 2**32 - 1, 0), (0, 4, 3), (2, 0, 2)])
def test_an_axis_without_length_is_refused(tmp_path, shape):
    refused(tmp_path / "a.gz", gzip.compress(struct.pack(">HBB3I", 0, 8, 3, *shape)), "the lengths .* in its header")


def test_data_beyond_the_bounds_are_refused(tmp_path):
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(struct.pack(">HBB3I", 0, 8, 3, 2**11, 2**10, 2) + bytes(2**22)))
    with pytest.raises(UserError, match=r"2 MiB or more\n.*file_mib[\s\S]*source\.limits\.file_mib="):
        read_idx(path, 3, SourceLimits(file_mib=1))
    assert read_idx(path, 3).shape == (2**11, 2**10, 2)
