"""image_folder: pictures brought from a server, a mirror or this machine, told by their digest."""

from pathlib import Path

import pytest
from class_pictures import TWO, packed, png, source

from percept.errors import UserError

pytestmark = pytest.mark.usefixtures("alone")


def fetched(place: Path, have: Path | None = None, **options) -> Path:
    """The files brought below `raw`."""
    (place / "raw").mkdir(exist_ok=True)
    source(**options).fetch(place / "raw", have)
    return place / "raw" / options.get("path", "set")


@pytest.fixture
def digest(tmp_path) -> str:
    """The digest of the pictures TWO."""
    return source().digest(packed(tmp_path / "same", TWO))


@pytest.mark.parametrize("kind", [".tgz", ".zip"])
def test_an_archive_comes_from_a_server_however_it_packs_it(tmp_path, server, digest, kind):
    files = {f"set-4b09/{name}": content for name, content in TWO.items()}
    url = server.publish("/set", {"body": packed(tmp_path / f"a{kind}", files).read_bytes()})
    fetched(tmp_path, path="in/set.tar", urls=[url], sha256=digest, folder="*")
    assert source(path="in/set.tar", folder="*").read(tmp_path / "raw").classes == ("cat", "dog")


def test_a_folder_on_this_machine_is_copied_without_links_and_hidden_files(tmp_path, digest):
    (tmp_path / "secret.png").write_bytes(png())
    mine = packed(tmp_path / "mine", TWO | {".git/config": b"x", "cat/Thumbs.db": b"x"})
    (mine / "cat/3.png").symlink_to(tmp_path / "secret.png")
    (mine / "owl").symlink_to(mine / "cat")
    found = fetched(tmp_path, urls=[str(mine)], sha256=digest)
    assert {path.relative_to(found).as_posix() for path in found.rglob("*") if path.is_file()} == set(TWO)
    assert not any(path.is_symlink() for path in found.rglob("*"))


@pytest.mark.parametrize("kind", ["", ".tar"])
def test_a_mirror_comes_before_the_addresses_and_an_earlier_fetch_before_both(
    tmp_path, server, digest, monkeypatch, kind, capsys
):
    packed(tmp_path / f"mirror{kind}", TWO)
    monkeypatch.setenv("DATA_MIRROR", str(tmp_path))
    options = {"path": f"mirror{kind}", "urls": [server.base + "/a"], "sha256": digest}
    fetched(tmp_path, **options)
    assert capsys.readouterr().out == f"fetch: mirror{kind} from {tmp_path / f'mirror{kind}'}\n"
    (tmp_path / "raw").rename(tmp_path / "earlier")
    fetched(tmp_path, have=tmp_path / "earlier", **options)
    assert capsys.readouterr().out == "" and server.asked == []
    assert source(path=f"mirror{kind}").read(tmp_path / "raw").num_rows == 3


def test_a_wrong_digest_says_the_right_one_and_leaves_nothing(tmp_path, server, digest):
    packed(tmp_path / "mine", TWO)
    page = server.publish("/page", {"body": b"<html>Please log in</html>"})
    with pytest.raises(UserError) as raised:
        fetched(tmp_path, urls=[str(tmp_path / "absent"), page, str(tmp_path / "mine")], sha256="0" * 64)
    lines = str(raised.value).splitlines()
    assert f"{tmp_path / 'absent'}: no such file" in lines[1]
    assert f"{page}: set: neither a tar nor a zip file" in lines[2]
    assert lines[3] == f"    {tmp_path / 'mine'}: sha256 is {digest}"
    assert "put its sha256 into conf/task/" in lines[-1]
    assert list((tmp_path / "raw").iterdir()) == []
    assert fetched(tmp_path, urls=[str(tmp_path / "mine")], sha256=digest).is_dir()


def test_an_unknown_digest_is_told_with_the_line_to_write(tmp_path, digest):
    packed(tmp_path / "mine.zip", TWO)
    with pytest.raises(UserError, match=rf'mine.zip .* has {digest}(.|\n)*line into conf/task/:\n +sha256: "{digest}"'):
        fetched(tmp_path, urls=[str(tmp_path / "mine.zip")], sha256="unknown")


@pytest.mark.parametrize("kind", ["", ".zip"])
def test_what_was_fetched_is_named_by_the_digest_of_its_pictures(tmp_path, digest, kind):
    mine = packed(tmp_path / f"mine{kind}", TWO)
    fetched(tmp_path, urls=[str(mine)], sha256=digest)
    assert source(sha256=digest).digests(tmp_path / "raw") == {"set": digest}
