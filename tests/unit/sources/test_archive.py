"""archive: one table out of a tar or zip, and nothing else."""

import hashlib
import io
import random
import stat
import tarfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from percept.errors import UserError
from percept.sources.archive import Archive, extract

TABLE = b"a,b\n" + b"".join(b"%d,%d\n" % (n, n * 7919 % 1009) for n in range(500))
TARS = {"set.tar": "w", "set.tar.gz": "w:gz", "set.tar.bz2": "w:bz2", "set.tar.xz": "w:xz"}
KINDS = [*TARS, "set.zip"]
DIGEST = "0" * 64


def packed(path: Path, members: dict[str, bytes], links: dict[str, str] | None = None) -> Path:
    """Write an archive of the kind that the name of `path` says; links: name -> where it points to."""
    links = links or {}
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in members.items():
                archive.writestr(name, content)
            for name, points_to in links.items():
                info = zipfile.ZipInfo(name)
                info.external_attr = (stat.S_IFLNK | 0o777) << 16
                archive.writestr(info, points_to)
        return path
    with tarfile.open(path, TARS[path.name]) as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
        for name, points_to in links.items():
            info = tarfile.TarInfo(name)
            info.type, info.linkname = tarfile.SYMTYPE, points_to
            archive.addfile(info)
    return path


def files_below(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir()}


def options(archive: str, member: str) -> dict:
    return {"kind": "archive", "files": [{"path": archive, "sha256": DIGEST}], "member": member}


@pytest.mark.parametrize("kind", KINDS)
def test_a_member_is_copied_byte_for_byte(tmp_path, kind):
    extract(packed(tmp_path / kind, {"other.txt": b"x", "in/a.csv": TABLE}), "in/a.csv", tmp_path / "out/a.csv")
    assert (tmp_path / "out/a.csv").read_bytes() == TABLE
    assert files_below(tmp_path) == {kind, "out/a.csv"}


@pytest.mark.parametrize("kind", KINDS)
def test_an_absent_member_is_answered_with_what_is_inside(tmp_path, kind):
    archive = packed(tmp_path / kind, {"in/a.csv": TABLE, "in/b.csv": b""})
    with pytest.raises(UserError, match=rf"{kind}: no file 'a\.csv' inside\n.*one of in/a\.csv, in/b\.csv\n"):
        extract(archive, "a.csv", tmp_path / "out.csv")
    assert files_below(tmp_path) == {kind}


@pytest.mark.parametrize("kind", KINDS)
def test_names_that_climb_out_write_nothing_there(tmp_path, kind):
    evil = {"../evil": b"1", "../../evil": b"2", f"{tmp_path}/evil": b"3", "a.csv": TABLE}
    folder = tmp_path / "deep/raw"
    folder.mkdir(parents=True)
    extract(packed(folder / kind, evil), "a.csv", folder / "a.csv")
    assert files_below(tmp_path) == {f"deep/raw/{kind}", "deep/raw/a.csv"}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("points_to", ["secret", "../secret", "b.csv"])
def test_a_link_is_refused_as_a_member(tmp_path, kind, points_to):
    (tmp_path / "secret").write_bytes(b"secret")
    archive = packed(tmp_path / kind, {"b.csv": TABLE}, {"a.csv": points_to})
    with pytest.raises(UserError, match=r"no file 'a\.csv' inside\n.*one of b\.csv\n"):
        extract(archive, "a.csv", tmp_path / "a.csv")
    assert files_below(tmp_path) == {kind, "secret"}


@pytest.mark.parametrize("kind", TARS)
def test_a_link_cannot_take_the_name_of_a_file(tmp_path, kind):
    extract(packed(tmp_path / kind, {"a.csv": TABLE}, {"a.csv": "/etc/passwd"}), "a.csv", tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_bytes() == TABLE


def test_a_folder_is_refused_as_a_member(tmp_path):
    archive = packed(tmp_path / "set.zip", {"in/": b"", "in/a.csv": TABLE})
    with pytest.raises(UserError, match=r"no file 'in/' inside\n.*one of in/a\.csv\n"):
        extract(archive, "in/", tmp_path / "out")


def test_a_tar_that_holds_a_zip_is_a_tar(tmp_path):
    inner = packed(tmp_path / "set.zip", {"inner.csv": b"x"}).read_bytes()
    extract(packed(tmp_path / "set.tar", {"set.zip": inner, "a.csv": TABLE}), "a.csv", tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_bytes() == TABLE


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"<html></html>", bytes(100), b"\x1f\x8b\x08 not gzip"])
def test_what_is_no_archive_is_refused(tmp_path, content):
    (tmp_path / "set.zip").write_bytes(content)
    with pytest.raises(UserError, match=r"set\.zip: (neither a tar nor a zip file|broken)"):
        extract(tmp_path / "set.zip", "a.csv", tmp_path / "a.csv")
    assert files_below(tmp_path) == {"set.zip"}


@pytest.mark.parametrize("kind", KINDS)
def test_an_archive_cut_anywhere_is_refused_or_gives_the_whole_member(tmp_path_factory, kind):
    folder = tmp_path_factory.mktemp("cut")
    whole = packed(folder / kind, {"first.txt": b"x" * 700, "a.csv": TABLE}).read_bytes()

    @settings(deadline=None)
    @given(st.integers(0, len(whole) - 1))
    def cut(size):
        (folder / kind).write_bytes(whole[:size])
        (folder / "a.csv").unlink(missing_ok=True)
        try:
            extract(folder / kind, "a.csv", folder / "a.csv")
        except UserError:
            assert files_below(folder) == {kind}
        else:
            assert (folder / "a.csv").read_bytes() == TABLE

    cut()


@pytest.mark.parametrize("kind", ["set.tar.gz", "set.zip"])
def test_half_an_archive_is_refused(tmp_path, kind):
    archive = packed(tmp_path / kind, {"a.csv": TABLE})
    archive.write_bytes(archive.read_bytes()[: archive.stat().st_size // 2])
    with pytest.raises(UserError, match=r"(broken|neither).*\n  expected: a (whole )?tar or zip file"):
        extract(archive, "a.csv", tmp_path / "a.csv")


@pytest.mark.parametrize("kind", ["set.tar.gz", "set.tar.bz2", "set.tar.xz", "set.zip"])
def test_an_archive_damaged_anywhere_is_refused_or_unpacked(tmp_path, kind):
    whole = packed(tmp_path / kind, {"first.txt": b"x" * 700, "a.csv": TABLE}).read_bytes()
    num_refused = 0
    for start in range(0, len(whole), 5):
        damaged = bytes(byte ^ 0xFF for byte in whole[start : start + 2])
        (tmp_path / kind).write_bytes(whole[:start] + damaged + whole[start + 2 :])
        try:
            extract(tmp_path / kind, "a.csv", tmp_path / "a.csv")
        except UserError:
            num_refused += 1
    assert num_refused > 20  # not each: gzip keeps its checksum behind the last byte tar asks for


@pytest.mark.parametrize("kind", ["set.tar.bz2", "set.tar.xz", "set.zip"])
def test_damage_far_behind_the_start_is_refused(tmp_path, kind):
    archive = packed(tmp_path / kind, {"a.csv": random.Random(0).randbytes(200_000)})
    content = bytearray(archive.read_bytes())
    content[150_000:150_100] = bytes(100)
    archive.write_bytes(content)
    with pytest.raises(UserError, match=r"broken|neither"):
        extract(archive, "a.csv", tmp_path / "a.csv")
    assert files_below(tmp_path) == {kind}


def test_a_zip_whose_names_are_not_the_utf_8_it_claims_is_refused(tmp_path):
    archive = packed(tmp_path / "set.zip", {"표.csv": TABLE})
    archive.write_bytes(archive.read_bytes().replace("표".encode(), b"\xff\xfe_"))
    with pytest.raises(UserError, match=r"broken \(.*utf-8"):
        extract(archive, "표.csv", tmp_path / "a.csv")


@pytest.mark.parametrize(("offset", "flag"), [(6, "encrypted"), (8, "compression")])
def test_a_zip_that_cannot_be_unpacked_says_why(tmp_path, offset, flag):
    archive = packed(tmp_path / "set.zip", {"a.csv": TABLE})
    content = bytearray(archive.read_bytes())
    for start in (offset, content.index(b"PK\x01\x02") + offset + 2):  # the member's own header, and the directory's
        content[start] = 1
    archive.write_bytes(content)
    with pytest.raises(UserError, match=rf"broken \(.*{flag}"):
        extract(archive, "a.csv", tmp_path / "a.csv")


@pytest.mark.parametrize("member", ["../a.csv", "/a.csv", "in/../../a.csv", "in\\a.csv", "C:/a.csv", ""])
def test_the_options_refuse_a_member_outside_the_folder(member):
    with pytest.raises(ValidationError, match="relative path without"):
        Archive(**options("set.zip", member))


@pytest.mark.parametrize(
    ("archive", "member"), [("a.csv", "a.csv"), ("a.csv", "./a.csv"), ("in", "in/a.csv"), ("a/set.zip", "a")]
)
def test_the_options_refuse_an_archive_where_the_member_will_stand(archive, member):
    with pytest.raises(ValidationError, match="would lie in the way of member"):
        Archive(**options(archive, member))


@pytest.mark.parametrize("count", [0, 2])
def test_an_archive_source_has_exactly_one_file(count):
    given_options = options("set.zip", "a.csv")
    with pytest.raises(ValidationError, match=f"{count} given; an archive source has exactly one"):
        Archive(**given_options | {"files": given_options["files"] * count})


def test_an_archive_source_fetches_and_reads_its_member(tmp_path, alone):
    archive = packed(tmp_path / "set.tar.gz", {"in/a.csv": TABLE})
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    source = Archive(
        kind="archive", files=[{"path": "s.tgz", "urls": [str(archive)], "sha256": digest}], member="in/a.csv"
    )
    source.fetch(tmp_path / "raw", None)
    assert files_below(tmp_path / "raw") == {"s.tgz", "in/a.csv"}
    assert source.read(tmp_path / "raw").columns["b"][:3].tolist() == ["0", "856", "703"]
