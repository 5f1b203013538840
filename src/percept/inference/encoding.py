"""Which encoding a text file is in, and files that are no text."""

import codecs
import re
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from percept.errors import UserError, listed

SAMPLE_BYTES = 200_000
BINARY = {  # first bytes -> what the file is, and how it becomes a CSV file
    b"PAR1": ("a Parquet file", "read_parquet"),  # pandas reads it where pyarrow is installed
    b"\xd0\xcf\x11\xe0": ("a table of a spreadsheet program", "read_excel"),
    b"\x1f\x8b": ("a gzip file", "read_csv"),
    b"<stata_dta>": ("a Stata file", "read_stata"),
    b"SQLite": ("a database", None),
    b"%PDF": ("a PDF file", None),
}


def read_bytes(path: Path) -> bytes:
    """The bytes of a text file. Raises `UserError` for what is no text."""
    if path.is_dir():
        raise UserError(str(path), "a folder", "one file", f"for pictures in class folders: --images {path}")
    if not path.is_file():
        near = sorted(file.name for file in path.parent.glob("*.csv"))[:5] if path.parent.is_dir() else []
        beside = f"; beside it: {', '.join(near)}" if near else ""
        raise UserError(str(path), f"there is no such file{beside}", "a CSV file", "check the name")
    content = path.read_bytes()
    for start, (what, reader) in BINARY.items():
        if content.startswith(start):
            raise _other(path, what, _conversion(path, reader))
    if content.startswith(b"PK\x03\x04"):
        raise _zip_file(path)
    if not content.strip():
        raise UserError(str(path), "the file is empty", "a header line and rows", "check the file")
    if re.match(rb"(\xef\xbb\xbf)?\s*<[!?a-zA-Z]", content):
        raise _other(path, "a page of HTML or XML", "bring the table itself, not the page that shows it")
    if found := re.match(rb"(\xef\xbb\xbf)?\s*(\[\s*[\[{]|{\s*\"[^\"]*\"\s*:)", content):
        is_lines = found[2].startswith(b"{") and re.search(rb"}\s*\n\s*{", content) is not None
        raise _other(path, "JSON", _conversion(path, "read_json", ", lines=True" if is_lines else ""))
    return content


def _other(path: Path, what: str, advice: str) -> UserError:
    return UserError(str(path), what, "a text file, such as CSV", advice)


def _zip_file(path: Path) -> UserError:
    """What to say of a zip file, or of a spreadsheet, which is one too."""
    try:
        with ZipFile(path) as archive:
            inside = archive.namelist()
    except BadZipFile:
        inside = []
    if {"[Content_Types].xml", "mimetype"} & set(inside):
        return _other(path, "a table of a spreadsheet program", _conversion(path, "read_excel"))
    holds = f"there is {listed(inside, 3)} in it" if inside else "what is in it cannot be read"
    return _other(path, "a zip file", f"unpack it ({holds}); for pictures in class folders: --images {path}")


def _conversion(path: Path, reader: str | None, more: str = "") -> str:
    if reader is None:
        return "save the table as CSV"
    target = path.name.split(".")[0] + ".csv"
    code = f"import pandas; pandas.{reader}({path.name!r}{more}).to_csv({target!r}, index=False)"
    needs = {"read_parquet": " (needs: pip install pyarrow)", "read_excel": " (needs: pip install openpyxl)"}
    return f'save the table as CSV, for example: python -c "{code}"{needs.get(reader, "")}'


def guess_encoding(path: Path, content: bytes) -> tuple[str, str]:
    """(encoding, how it is known); the words are empty where there is no doubt. Raises `UserError`."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16", "as its first bytes say"
    if b"\0" in content.partition(b"\n")[0]:
        advice = "save the table as CSV; UTF-16 without its mark: --encoding utf-16-le"
        raise _other(path, "bytes of 0 in its first line: a binary file", advice)
    if _decodes(content, "utf-8-sig"):
        return "utf-8-sig", ""
    encoding = _guess(content)
    if encoding is None:
        raise UserError(str(path), "in no encoding that could be told", "text", "save it as UTF-8")
    sample = re.findall(r"\w*[^\W\d_a-zA-Z]\w*", content[:SAMPLE_BYTES].decode(encoding, "ignore"))
    return encoding, "a guess from the bytes" + (f": is {sample[0][:20]!r} right?" if sample else "")


def _guess(content: bytes) -> str | None:
    from charset_normalizer import from_bytes

    if _decodes(content, "cp949") and _is_korean(content.decode("cp949")):
        return "cp949"
    if _decodes(content, "cp932") and _is_japanese(content.decode("cp932")):
        return "cp932"
    high = re.findall(rb"[\x80-\xff]+", content[:SAMPLE_BYTES])
    if sum(len(run) == 1 for run in high) > 0.7 * len(high) and _decodes(content, "cp1252"):
        return "cp1252"  # single letters such as é among others: a western language
    best = from_bytes(content[:SAMPLE_BYTES]).best()
    candidates = [best.encoding] if best else []
    return next((name for name in [*candidates, "cp1252"] if _decodes(content, name)), None)


def _is_korean(text: str) -> bool:
    """Whether nearly all that is not ASCII are syllables in common use: other texts of Asia give odd ones."""
    letters = [letter for letter in text[:SAMPLE_BYTES] if letter > "\x7f"]
    common = [letter for letter in letters if "가" <= letter <= "힣" and len(letter.encode("euc-kr")) == 2]
    return len(common) > 0.9 * len(letters)


def _is_japanese(text: str) -> bool:
    letters = [letter for letter in text[:SAMPLE_BYTES] if letter > "\x7f"]
    return sum("ぁ" <= letter <= "ヿ" for letter in letters) > 0.2 * len(letters)


def _decodes(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
