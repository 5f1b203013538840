"""The tasks that download: their real files, when this machine has a mirror of them."""

import os

import numpy as np
import pytest
from omegaconf import OmegaConf

from percept.composition import Config, composed
from percept.dataset.table import Images

pytestmark = pytest.mark.skipif(
    not os.environ.get("DATA_MIRROR", "").strip(),
    reason="DATA_MIRROR is not set: it names the folder or server that has the published files",
)


def fetched(task: str, folder):
    values = OmegaConf.to_container(composed([f"task={task}"]))
    source = Config.check(values, "configuration").source
    source.fetch(folder, None)
    return source.read(folder)


@pytest.mark.parametrize(("task", "num_rows"), [("churn", 7043), ("california", 20640), ("diabetes", 768)])
def test_a_published_table_has_all_its_rows(task, num_rows, tmp_path):
    assert fetched(task, tmp_path).num_rows == num_rows


def test_mnist_has_all_its_images(tmp_path):
    images = fetched("mnist", tmp_path)
    assert isinstance(images, Images)
    assert images.pixels.shape == (70_000, 28, 28, 1)
    assert images.is_test.sum() == 10_000
    assert np.unique(images.labels).tolist() == list(range(10))


def test_sign_digits_have_all_their_photos(tmp_path):
    images = fetched("sign_digits", tmp_path)
    assert images.pixels.shape == (2062, 32, 32, 3) and images.dropped == {}
    assert np.bincount(images.labels).tolist() == [205, 206, 206, 206, 207, 207, 207, 206, 208, 204]
