"""The store on both kinds that run here: S3 (moto on loopback) and a folder."""

import os
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from modelstore import store as store_module
from modelstore.store import Store
from modelstore.store_errors import (
    AccessDenied,
    DigestMismatch,
    ObjectExists,
    ObjectNotFound,
    StoreMisconfigured,
    StoreUnavailable,
)


def test_what_was_stored_is_read_back(store: Store, tmp_path: Path) -> None:
    (tmp_path / "local").write_bytes(b"from a file")
    store.create("a/one", b"from memory")
    store.create("a/two", tmp_path / "local")
    assert (store.read("a/one", 100), store.read("a/two", 100)) == (b"from memory", b"from a file")


def test_an_object_is_never_overwritten(store: Store) -> None:
    store.create("a", b"first")
    with pytest.raises(ObjectExists, match="/a: exists already"):
        store.create("a", b"second")
    assert store.read("a", 100) == b"first"


def test_an_absent_object_is_named(store: Store) -> None:
    with pytest.raises(ObjectNotFound, match=f"{store.url}/no/such: not found"):
        store.read("no/such", 100)


def test_an_object_over_the_limit_is_not_read(store: Store) -> None:
    store.create("a", b"12345")
    assert store.read("a", 5) == b"12345"
    with pytest.raises(DigestMismatch, match="5 bytes, expected at most 4"):
        store.read("a", 4)


@pytest.mark.parametrize("size", [0, 1, 9, 10, 11, 35])
def test_chunks_make_up_the_object(store: Store, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "CHUNK", 10)
    content = bytes(range(size))
    store.create("a", content)
    assert b"".join(store.chunks("a", size)) == content


@pytest.mark.parametrize("begin", [0, 5, 10, 34, 35])
def test_chunks_can_begin_anywhere(store: Store, begin: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "CHUNK", 10)
    content = bytes(range(35))
    store.create("a", content)
    assert b"".join(store.chunks("a", 35, begin)) == content[begin:]


class AnswersLate(BaseHTTPRequestHandler):
    """An S3 that takes longer than a small request may."""

    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        time.sleep(2)
        self.send_response(200)
        self.send_header("ETag", '"1"')
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


def test_a_large_object_is_given_time(s3: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "REQUEST_SECONDS", 1)
    monkeypatch.setattr(store_module, "SLOWEST_UPLOAD", 1)
    monkeypatch.setattr(store_module, "CHUNK", 10)
    with ThreadingHTTPServer(("127.0.0.1", 0), AnswersLate) as late:
        threading.Thread(target=late.serve_forever).start()
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{late.server_port}")
        try:
            Store.open(s3.url).create("a", b"the weights of a model")
        finally:
            late.shutdown()


@pytest.mark.parametrize("said", [0, 4, 6, 60])
def test_chunks_of_another_size_than_said_are_refused(store: Store, said: int) -> None:
    store.create("a", b"12345")
    with pytest.raises(DigestMismatch, match=f"5 bytes, its manifest says {said}"):
        list(store.chunks("a", said))


def test_objects_are_listed_below_a_folder_only(store: Store) -> None:
    for path in ("b/2/deep/file", "b/1/file", "bc/1/file", "top"):
        store.create(path, b"12")
    assert store.sizes("b") == {"b/1/file": 2, "b/2/deep/file": 2}
    assert store.folders() == ["b", "bc"]
    assert store.folders("b") == ["1", "2"]
    assert store.folders("none") == []


def test_an_absent_bucket_is_not_found(s3: Store) -> None:
    with pytest.raises(ObjectNotFound, match="s3://nobody/x/a: not found"):
        Store.open("s3://nobody/x/").read("a", 100)
    for list_objects in (Store.sizes, Store.folders):
        with pytest.raises(ObjectNotFound, match="s3://nobody/x/b: not found"):
            list_objects(Store.open("s3://nobody/x/"), "b")


def test_an_absent_folder_is_not_found_and_not_made(tmp_path: Path) -> None:
    with pytest.raises(ObjectNotFound, match="no such folder"):
        Store.open(f"file://{tmp_path}/none")
    assert not (tmp_path / "none").exists()


def test_missing_rights_are_told_from_a_missing_object(s3: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    s3.create("a", b"1")
    monkeypatch.setenv("AWS_SKIP_SIGNATURE", "true")
    with pytest.raises(AccessDenied, match="check the credentials"):
        Store.open(s3.url).read("a", 100)


def test_a_store_that_is_down_is_worth_a_retry(s3: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free.getsockname()[1]}")
        with pytest.raises(StoreUnavailable, match=r"^s3://models/some/prefix/a: .*") as caught:
            Store.open(s3.url).read("a", 100)
    assert "\n" not in str(caught.value)


def test_plain_http_must_be_allowed(s3: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ALLOW_HTTP")
    with pytest.raises(StoreMisconfigured, match="set AWS_ALLOW_HTTP=true"):
        Store.open(s3.url)


def test_a_store_can_be_opened_with_other_settings_than_the_processs_own(
    s3: Store, moto: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    s3.create("a", b"1")
    theirs = {
        "AWS_ENDPOINT_URL": moto,
        "AWS_ALLOW_HTTP": "true",
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "LANG": "C",
    }
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    for name in theirs.keys() - {"AWS_ENDPOINT_URL", "LANG"}:
        monkeypatch.delenv(name)
    before = dict(os.environ)
    assert Store.open(s3.url, environment=theirs).read("a", 100) == b"1"
    assert dict(os.environ) == before
    with pytest.raises(StoreMisconfigured, match="set AWS_ALLOW_HTTP=true"):
        Store.open(s3.url)


def test_a_setting_that_the_library_does_not_know_is_named() -> None:
    with pytest.raises(StoreMisconfigured, match="aws_no_such"):
        Store.open("s3://models", environment={"AWS_NO_SUCH": "1"})


@pytest.mark.parametrize("url", ["", "models", "s3://", "s3:///x", "file://", "file://host/x", "ftp://a/b"])
def test_an_address_that_cannot_work_is_refused(url: str) -> None:
    with pytest.raises(StoreMisconfigured, match="is not a model store, like s3://bucket/models"):
        Store.open(url)


def test_a_path_cannot_leave_the_store(store: Store) -> None:
    with pytest.raises(StoreMisconfigured):
        store.read("a/../../b", 100)
