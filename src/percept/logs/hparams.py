"""Settings of a run and how it ended, for the HPARAMS page, which puts scores of the same folder beside them."""

import json
import time
from collections.abc import Mapping
from typing import Any

from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.plugins.hparams import api_pb2, metadata, plugin_data_pb2
from tensorboard.plugins.hparams.summary_v2 import hparams_pb


def start(name: str, settings: Mapping[str, Any], seconds: float = 0.0) -> list[Summary.Value]:
    """Return the settings of a run that began so many seconds ago; lists of equal items become numbers, for axes."""
    plain: dict[str, bool | float | str] = {}
    for key, value in settings.items():
        if isinstance(value, list) and value and all(item == value[0] for item in value):
            plain |= {key: _plain(value[0]), f"number of {key}": len(value)}
        else:
            plain[key] = _plain(value)
    return list(hparams_pb(plain, name, time.time() - seconds).value)


def end(failed: bool = False) -> Summary.Value:
    """Return what `tensorboard.plugins.hparams.summary.session_end_pb` does, which loads TensorFlow."""
    status = api_pb2.STATUS_FAILURE if failed else api_pb2.STATUS_SUCCESS
    info = plugin_data_pb2.SessionEndInfo(status=status, end_time_secs=time.time())
    data = metadata.create_summary_metadata(plugin_data_pb2.HParamsPluginData(session_end_info=info))
    return Summary.Value(tag=metadata.SESSION_END_INFO_TAG, metadata=data, tensor=metadata.NULL_TENSOR)


def _plain(value: Any) -> bool | float | str:
    """Return a setting as the page takes it: lists, mappings and null are JSON."""
    return value if isinstance(value, bool | int | float | str) else json.dumps(value, ensure_ascii=False)
