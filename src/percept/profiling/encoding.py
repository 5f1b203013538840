"""Guess the encoding of a text file, and refuse files that are not text."""

import codecs
import re
from pathlib import Path

from percept.errors import UserError
from percept.files import text
from percept.files.limits import LIMITS, Limits

SAMPLE_BYTES = 200_000
DECODED_BYTES = 2**20  # at a time
# What cp1252 makes of letters of central Europe: signs inside of words; š and ž, which no western language has.
CENTRAL = re.compile(r"(?<=[^\W\d_])[£¥ª¯³¹º¼¾¿](?=[^\W\d_])|[ŠšŽž]")
GUESS = "a guess from the bytes"
LETTER = re.compile(r"[^\W\d_a-zA-Z]")  # that is not ASCII


def check_is_file(path: Path) -> None:
    """Refuse a folder, and a name that is not there. Raises `UserError`."""
    if path.is_dir():
        raise UserError(str(path), "a folder", "one file", f"for pictures in class folders: --images {path}")
    if not path.is_file():
        others = path.parent.iterdir() if path.parent.is_dir() else ()
        near = sorted(file.name for file in others if file.suffix.lower() in (".csv", ".parquet"))[:5]
        beside = f"; beside it: {', '.join(near)}" if near else ""
        raise UserError(str(path), f"there is no such file{beside}", "a CSV or Parquet file", "check the name")


def read_ends(path: Path, limits: Limits = LIMITS) -> tuple[bytes, bytes]:
    """Read a text file, unpacked: as much as memory may hold, and its last bytes.

    Raises `UserError` for a file that is not a table as text.
    """
    content, end = text.read_ends(path, limits)
    if not content or content.isspace():
        raise UserError(str(path), "the file is empty", "a header line and rows", "check the file")
    if re.match(rb"(\xef\xbb\xbf)?\s*<[!?a-zA-Z]", content):
        raise text.not_text(path, "a page of HTML or XML", "bring the table itself, not the page that shows it")
    if found := re.match(rb"(\xef\xbb\xbf)?\s*(\[\s*[\[{]|{\s*\"[^\"]*\"\s*:)", content):
        is_lines = found[2].startswith(b"{") and re.search(rb"}[ \t\r]*\n\s*{", content) is not None
        raise text.not_text(path, "JSON", text.conversion(path, "read_json", ", lines=True" if is_lines else ""))
    return content, end


def guess_encoding(path: Path, content: bytes) -> tuple[str, str]:
    """Return the encoding and how it is known, "" where there is no doubt. Raises `UserError`."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16", "as its first bytes say"
    if b"\0" in content.partition(b"\n")[0]:
        advice = "save the table as CSV; UTF-16 without its mark: --encoding utf-16-le"
        raise text.not_text(path, "bytes of 0 in its first line: a binary file", advice)
    if _decodes(content, "utf-8-sig"):
        return "utf-8-sig", ""
    encoding = _guess(content)
    if encoding is None:
        raise UserError(str(path), "in no encoding that could be told", "text", "save it as UTF-8")
    return encoding, GUESS + _doubt(content[:SAMPLE_BYTES], encoding)


def _doubt(content: bytes, encoding: str) -> str:
    """Ask about the first word that the likeliest other encoding would change."""
    words = [word for word in re.findall(r"\w+", content.decode(encoding, "ignore")) if LETTER.search(word)]
    other = {"cp1252": "cp1250", "cp1250": "cp1252"}.get(encoding, encoding)
    for word in words:
        rival = word.encode(encoding).decode(other, "replace")
        if rival != word:
            return f": is {word[:20]!r} right? As {other} it is {rival[:20]!r}"
    return f": is {words[0][:20]!r} right?" if words else ""


def _guess(content: bytes) -> str | None:
    from charset_normalizer import from_bytes

    if _decodes(content, "cp949") and _is_korean(_sample(content, "cp949")):
        return "cp949"
    if _decodes(content, "cp932") and _is_japanese(_sample(content, "cp932")):
        return "cp932"
    high = re.findall(rb"[\x80-\xff]+", content[:SAMPLE_BYTES])
    if sum(len(run) == 1 for run in high) > 0.7 * len(high):  # single letters such as é among others
        candidates = ["cp1250"] if _is_central(content) else ["cp1252", "cp1250"]
    else:
        best = from_bytes(content[:SAMPLE_BYTES]).best()
        candidates = [best.encoding] if best else []
    return next((name for name in [*candidates, "cp1252"] if _decodes(content, name)), None)


def _sample(content: bytes, encoding: str) -> str:
    return content[: 2 * SAMPLE_BYTES].decode(encoding, "ignore")[:SAMPLE_BYTES]  # letters have two bytes at most


def _is_korean(text: str) -> bool:
    """Tell whether nearly all that is not ASCII is a common syllable: other texts of Asia give rare ones."""
    letters = [letter for letter in text if letter > "\x7f"]
    common = [letter for letter in letters if "가" <= letter <= "힣" and len(letter.encode("euc-kr")) == 2]
    return len(common) > 0.9 * len(letters)


def _is_central(content: bytes) -> bool:
    text = content[:SAMPLE_BYTES].decode("cp1252", "replace")
    return len(CENTRAL.findall(text)) > 0.05 * sum(letter > "\x7f" for letter in text)


def _is_japanese(text: str) -> bool:
    letters = [letter for letter in text if letter > "\x7f"]
    return sum("ぁ" <= letter <= "ヿ" for letter in letters) > 0.2 * len(letters)


def _decodes(content: bytes, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for start in range(0, len(content), DECODED_BYTES):
            decoder.decode(content[start : start + DECODED_BYTES])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
