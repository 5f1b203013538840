"""bring(): one file by any road that works, or a message that says which were tried."""

import gzip
import hashlib
import sys
import tempfile
import time

import pytest
import requests

from percept.errors import UserError
from percept.files.limits import SOURCE_LIMITS, SourceLimits
from percept.sources import download
from percept.sources.download import RemoteFile, bring, sha256

pytestmark = pytest.mark.usefixtures("alone")

CONTENT = bytes(range(256)) * 1000
OTHER = b"<html>Please log in</html>"


def remote(*urls: str, content: bytes = CONTENT) -> RemoteFile:
    return RemoteFile(path="set/table.csv", urls=urls, sha256=hashlib.sha256(content).hexdigest())


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Where files are brought to; the end of the test finds no scratch file left behind."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    (tmp_path / "raw").mkdir()
    yield tmp_path / "raw"
    assert list(scratch.iterdir()) == []


IMPATIENT = SourceLimits(silence_s=0.2)


def assert_brought(file: RemoteFile, folder, have=None, limits=SOURCE_LIMITS):
    assert bring(file, folder, have, limits=limits) == folder / file.path
    assert sha256(folder / file.path) == file.sha256
    assert [path for path in folder.rglob("*") if path.is_file()] == [folder / file.path]


def failure(file: RemoteFile, folder, have=None, limits=SOURCE_LIMITS) -> str:
    with pytest.raises(UserError) as raised:
        bring(file, folder, have, limits=limits)
    assert [path for path in folder.rglob("*") if path.is_file()] == []
    return str(raised.value)


def saved(path, content: bytes):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_a_published_file_arrives_in_one_request(server, folder, capsys):
    url = server.publish("/a", {"body": CONTENT})
    assert_brought(remote(url), folder)
    assert server.asked == ["/a"]
    assert capsys.readouterr().out == f"fetch: set/table.csv from {url}\n"


def test_a_person_at_a_terminal_sees_how_far_it_is(server, folder, capsys, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert_brought(remote(server.publish("/a", {"body": CONTENT, "pause_s": 0.02})), folder)
    shown = capsys.readouterr().err
    assert "set/table.csv: " in shown and "/250k [" in shown  # of 256000 bytes


def test_an_unknown_digest_is_told_with_the_line_to_write(server, folder, tmp_path):
    local = saved(tmp_path / "own/table.csv", CONTENT)
    (folder / "former").mkdir()
    for address in (str(local), server.publish("/a", {"body": CONTENT})):
        said = failure(RemoteFile(path="set/table.csv", urls=(address,), sha256="unknown"), folder, tmp_path / "raw")
        assert f"what lies at {address} (256,000 bytes) has {sha256(local)}" in said
        assert said.endswith(f'put this line into conf/task/:\n      sha256: "{sha256(local)}"')
    missing = RemoteFile(path="set/table.csv", urls=(str(tmp_path / "nix"),), sha256="unknown")
    assert "no such file" in failure(missing, folder)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_a_refusal_is_not_asked_again(server, folder, status):
    assert f"/a: HTTP {status}\n" in failure(remote(server.publish("/a", {"status": status})), folder)
    assert server.asked == ["/a"]


@pytest.mark.parametrize("status", [408, 429, 500, 503])
def test_a_server_in_trouble_is_asked_again(server, folder, status):
    trouble = {"status": status, "body": OTHER}
    assert_brought(remote(server.publish("/a", trouble, trouble, {"body": CONTENT})), folder)
    assert len(server.asked) == 3


def test_a_server_in_lasting_trouble_is_left_after_all_attempts(server, folder):
    message = failure(remote(server.publish("/a", {"status": 500})), folder)
    assert f"HTTP 500, {download.NUM_ATTEMPTS} attempts" in message
    assert len(server.asked) == download.NUM_ATTEMPTS


def test_the_wait_doubles_with_each_attempt(server, folder, monkeypatch):
    monkeypatch.setattr(download, "BACKOFF_S", 0.05)
    start = time.monotonic()
    failure(remote(server.publish("/a", {"status": 500})), folder)
    assert time.monotonic() - start >= 0.05 + 0.1 + 0.2


def test_a_cut_connection_is_asked_again(server, folder):
    cut = {"body": CONTENT, "sent": len(CONTENT) // 2}
    assert_brought(remote(server.publish("/a", cut, {"body": CONTENT})), folder)
    assert len(server.asked) == 2


@pytest.mark.parametrize("sent", [0, 1, len(CONTENT) - 1])
def test_a_connection_that_is_always_cut_leaves_nothing(server, folder, sent):
    message = failure(remote(server.publish("/a", {"body": CONTENT, "sent": sent})), folder)
    assert f"{len(CONTENT) - sent} more expected" in message
    assert f"{download.NUM_ATTEMPTS} attempts" in message


def test_a_closed_port_is_reported_with_its_reason(folder):
    message = failure(remote("http://127.0.0.1:9/a"), folder)
    assert "NewConnectionError" in message and f"{download.NUM_ATTEMPTS} attempts" in message


@pytest.mark.parametrize(
    "url", ["http://", "http://[bad", "http://127.0.0.1:99999/a", "~nobody-of-that-name/a", "ftp://a/b"]
)
def test_an_address_that_leads_nowhere_is_reported(folder, url):
    assert f"\n    {url}: " in failure(remote(url), folder)


def test_wrong_bytes_are_reported_with_their_digest_and_size(server, folder):
    message = failure(remote(server.publish("/a", {"body": OTHER})), folder)
    assert f"sha256 is {hashlib.sha256(OTHER).hexdigest()} ({len(OTHER)} bytes)" in message
    assert f"expected: a file with sha256 {hashlib.sha256(CONTENT).hexdigest()}" in message
    assert server.asked == ["/a"]


def test_a_slow_but_steady_server_is_waited_for(server, folder):
    limits = SourceLimits(silence_s=0.5)
    start = time.monotonic()
    assert_brought(remote(server.publish("/a", {"body": CONTENT, "pause_s": 0.06})), folder, limits=limits)
    assert time.monotonic() - start > limits.silence_s
    assert len(server.asked) == 1


def test_a_silent_server_is_left_after_all_attempts(server, folder):
    message = failure(
        remote(server.publish("/a", {"body": CONTENT, "sent": 9, "stalls": True})), folder, limits=IMPATIENT
    )
    assert "timed out" in message and f"{download.NUM_ATTEMPTS} attempts" in message


def test_a_server_that_stalls_once_is_asked_again(server, folder):
    stalled = {"body": CONTENT, "sent": 100_000, "stalls": True}
    assert_brought(remote(server.publish("/a", stalled, {"body": CONTENT})), folder, limits=IMPATIENT)


def test_a_packed_file_arrives_as_it_was_published(server, folder):
    packed = gzip.compress(CONTENT)
    url = server.publish("/a.gz", {"body": packed, "packed": True})
    assert requests.get(url, timeout=5).content == CONTENT  # what a client gets that lets the server choose
    assert_brought(remote(url, content=packed), folder)


def test_addresses_are_tried_in_order_until_one_works(server, folder, tmp_path):
    wrong, good = server.publish("/wrong", {"body": OTHER}), server.publish("/good", {"body": CONTENT})
    never = server.publish("/never", {"body": CONTENT})
    assert_brought(remote(str(tmp_path / "absent"), server.base + "/404", wrong, good, never), folder)
    assert server.asked == ["/404", "/wrong", "/good"]


def test_a_local_path_will_do_for_an_address(folder, tmp_path):
    assert_brought(remote(str(saved(tmp_path / "here.csv", CONTENT))), folder)


def test_a_relative_path_is_found_beside_the_code_from_a_workspace_without_data(folder, tmp_path, monkeypatch):
    saved(tmp_path / "repository/my.csv", CONTENT)
    monkeypatch.setattr(download.paths, "ROOT", tmp_path / "repository")
    assert_brought(remote("my.csv"), folder)


def test_a_relative_path_starts_at_the_repository_even_in_a_temporary_copy(folder, tmp_path, monkeypatch):
    saved(tmp_path / "repository/my.csv", CONTENT)
    monkeypatch.setenv("DVC_ROOT", str(tmp_path / "repository"))
    assert_brought(remote("my.csv"), folder)


def test_the_home_folder_may_be_written_as_a_tilde(folder, tmp_path, monkeypatch):
    saved(tmp_path / "set/table.csv", CONTENT)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setenv("DATA_MIRROR", "~")
    assert_brought(remote(), folder)


def test_a_mirror_folder_comes_before_the_addresses(server, folder, tmp_path, monkeypatch):
    saved(tmp_path / "mirror/set/table.csv", CONTENT)
    monkeypatch.setenv("DATA_MIRROR", str(tmp_path / "mirror"))
    assert_brought(remote(server.publish("/a", {"body": CONTENT})), folder)
    assert server.asked == []


@pytest.mark.parametrize("slash", ["", "/"])
def test_a_mirror_server_comes_before_the_addresses(server, folder, monkeypatch, slash):
    server.publish("/mirror/set/table.csv", {"body": CONTENT})
    monkeypatch.setenv("DATA_MIRROR", f"{server.base}/mirror{slash}")
    assert_brought(remote(server.base + "/a"), folder)
    assert server.asked == ["/mirror/set/table.csv"]


def test_a_mirror_with_other_bytes_is_passed_over(server, folder, tmp_path, monkeypatch):
    saved(tmp_path / "mirror/set/table.csv", OTHER)
    monkeypatch.setenv("DATA_MIRROR", str(tmp_path / "mirror"))
    assert_brought(remote(server.publish("/a", {"body": CONTENT})), folder)


def test_an_earlier_fetch_comes_before_everything(server, folder, tmp_path, monkeypatch):
    saved(tmp_path / "earlier/set/table.csv", CONTENT)
    monkeypatch.setenv("DATA_MIRROR", server.base)
    assert_brought(remote(server.base + "/a"), folder, have=tmp_path / "earlier")
    assert server.asked == []


@pytest.mark.parametrize("path", ["set/table.csv", "elsewhere.csv"])
def test_an_earlier_fetch_without_the_right_file_is_passed_over(server, folder, tmp_path, path):
    saved(tmp_path / "earlier" / path, OTHER)
    assert_brought(remote(server.publish("/a", {"body": CONTENT})), folder, have=tmp_path / "earlier")


def test_when_everything_fails_the_message_lists_it_all_and_the_way_out(server, folder, tmp_path, monkeypatch):
    monkeypatch.setenv("DATA_MIRROR", str(tmp_path))
    wrong = saved(tmp_path / "wrong.csv", OTHER)
    file = remote(server.base + "/a", str(wrong))
    lines = failure(file, folder).splitlines()
    assert lines[:4] == [
        "set/table.csv: not found, or not the right bytes; tried",
        f"    {tmp_path / 'set/table.csv'}: no such file",
        f"    {server.base}/a: HTTP 404",
        f"    {wrong}: sha256 is {hashlib.sha256(OTHER).hexdigest()} ({len(OTHER)} bytes)",
    ]
    assert lines[4] == f"  expected: a file with sha256 {file.sha256}"
    assert "save it as <folder>/set/table.csv, and run again with DATA_MIRROR=<folder>" in lines[5]


def test_a_file_without_addresses_says_so(folder):
    assert "nothing: no urls" in failure(remote(), folder)


def test_a_server_that_sends_more_than_the_bound_is_left(server, folder):
    limits = SourceLimits(download_mib=1)
    body = bytes(2**20 + 1)
    said = failure(remote(server.publish("/a", {"body": body})), folder, limits=limits)  # says how much it is
    assert "more than 1 MiB; where that is right, raise the bound: source.limits.download_mib=..." in said
    said = failure(remote(server.publish("/b", {"body": body, "has_length": False})), folder, limits=limits)
    assert "more than 1 MiB" in said
    assert server.asked == ["/a", "/b"]


def test_a_server_that_drips_is_left_at_the_bound_of_the_whole_download(server, folder):
    limits = SourceLimits(download_s=0.4)
    said = failure(remote(server.publish("/a", {"body": CONTENT, "pause_s": 0.2})), folder, limits=limits)
    assert "not complete after 0.4 seconds; where that is right, raise the bound: source.limits.download_s=..." in said
    assert server.asked == ["/a"]


@pytest.mark.parametrize("host", ["a..b", "x" * 64 + ".org", "xn--a\N{SNOWMAN}", ".org", "[::1", "%41"])
def test_a_name_that_no_host_can_have_is_reported(folder, host):
    assert f"\n    http://{host}/a: " in failure(remote(f"http://{host}/a"), folder)


def test_what_is_no_file_is_not_read_for_ever(folder):
    assert "/dev/zero: neither a file nor a folder" in failure(remote("/dev/zero"), folder)
