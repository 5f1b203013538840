"""Whatever is done to a kept input, each door answers rightly or refuses; `make fuzz` looks much further."""

from pathlib import Path

import pytest
from fuzz.doors import DOORS
from fuzz.trial import tried
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

CORPUS = Path(__file__).parent / "corpus"
SLOW = {"overrides": 8, "new_task": 10, "archive": 10, "model": 10, "metadata": 10}  # inputs of such a door
TOKENS = [b"", b"\0", b"\xff\xff\xff\xff", b'"', b"'", b",", b"\n", b"\r", b"{", b"[", b"${", b"1e999", b"null", b"../"]
EDITS = st.lists(st.tuples(st.integers(0, 2**16), st.integers(0, 9), st.sampled_from(TOKENS) | st.binary(max_size=4)))


def edited(content: bytes, edits: list[tuple[int, int, bytes]]) -> bytes:
    """Put other bytes in the place of some; an edit is (place, how many go, what comes)."""
    for place, num_gone, new in edits:
        at = place % (len(content) + 1)
        content = content[:at] + new + content[at + num_gone :]
    return content


@pytest.mark.parametrize("door", DOORS)
def test_an_edited_input_is_answered_or_refused(door):
    kept = [path.read_bytes() for path in sorted((CORPUS / door).iterdir())]

    @settings(max_examples=SLOW.get(door, 40), suppress_health_check=[HealthCheck.too_slow])
    @given(st.builds(edited, st.sampled_from(kept), EDITS) | st.binary(max_size=64))
    def check(content: bytes) -> None:
        find = tried(DOORS[door], content)
        assert find is None, find.text

    check()
