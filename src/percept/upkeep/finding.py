"""One line of `doctor`."""

from typing import NamedTuple


class Finding(NamedTuple):
    """What was looked at and found, and a command or a few words that mend it where that is needed."""

    subject: str
    found: str
    cure: str = ""
    must: bool = False  # be mended; else it is lacking for a part of the commands alone, or a hint

    @property
    def state(self) -> str:
        return "ok" if not self.cure else "mend" if self.must else "note"
