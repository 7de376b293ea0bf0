"""What was acknowledged is there after a kill, what was not is whole or absent, and a change costs what it carries."""

import hashlib
import random
import re
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from modelstore.store import Store
from modelstore.store_errors import ObjectExists
from tests.sandbox.aws.running import Running, refused

Start = Callable[[], Running]
MIB = 1024 * 1024


def bucket(server: Running, *, versioned: bool = False) -> Any:
    s3 = server.client("s3")
    s3.create_bucket(Bucket="one", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    if versioned:
        s3.put_bucket_versioning(Bucket="one", VersioningConfiguration={"Status": "Enabled"})
    return s3


def body(s3: Any, key: str, **more: Any) -> bytes:
    return s3.get_object(Bucket="one", Key=key, **more)["Body"].read()


def names(s3: Any) -> list[str]:
    return [
        found["Key"]
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket="one")
        for found in page.get("Contents", [])
    ]


def test_objects_their_versions_copies_and_parts_outlast_a_kill(start: Start) -> None:
    first = start()
    s3 = bucket(first, versioned=True)
    older = s3.put_object(Bucket="one", Key="a", Body=b"older")["VersionId"]
    large = random.Random(1).randbytes(5 * MIB)  # noqa: S311 (any bytes do)
    s3.put_object(Bucket="one", Key="a", Body=large, Metadata={"kind": "weights"})
    s3.copy_object(Bucket="one", Key="copy", CopySource={"Bucket": "one", "Key": "a"})
    s3.put_object(Bucket="one", Key="empty", Body=b"")
    s3.put_object(Bucket="one", Key="gone", Body=b"gone")
    s3.delete_object(Bucket="one", Key="gone")
    upload = s3.create_multipart_upload(Bucket="one", Key="parts")["UploadId"]
    part = {"Bucket": "one", "Key": "parts", "UploadId": upload}
    tags = [s3.upload_part(**part, PartNumber=1, Body=large)["ETag"]]
    first.kill()

    s3 = start().client("s3")
    tags.append(s3.upload_part(**part, PartNumber=2, Body=b"end")["ETag"])
    parts = [{"PartNumber": number, "ETag": tag} for number, tag in enumerate(tags, 1)]
    s3.complete_multipart_upload(**part, MultipartUpload={"Parts": parts})

    assert names(s3) == ["a", "copy", "empty", "parts"]
    assert body(s3, "a") == body(s3, "copy") == large
    assert body(s3, "a", VersionId=older) == b"older"
    assert body(s3, "a", Range="bytes=7-99") == large[7:100]
    assert body(s3, "empty") == b""
    assert body(s3, "parts") == large + b"end"
    head = s3.head_object(Bucket="one", Key="a")
    assert head["ContentLength"] == len(large)
    assert head["ETag"] == f'"{hashlib.md5(large, usedforsecurity=False).hexdigest()}"'
    assert head["Metadata"] == {"kind": "weights"}


def test_the_store_of_models_works_on_it(start: Start) -> None:
    server = start()
    bucket(server)
    variables = {
        "AWS_ENDPOINT_URL": server.url,
        "AWS_ALLOW_HTTP": "true",
        "AWS_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }
    store = Store.open("s3://one/models", environment=variables)
    large = random.Random(2).randbytes(9 * MIB)  # noqa: S311
    store.create("pump/1.0.0/weights", large)
    store.create("pump/1.0.0/empty", b"")
    with pytest.raises(ObjectExists):
        store.create("pump/1.0.0/weights", b"other")
    server.kill()

    store = Store.open("s3://one/models", environment=variables | {"AWS_ENDPOINT_URL": start().url})
    assert store.sizes("pump") == {"pump/1.0.0/empty": 0, "pump/1.0.0/weights": len(large)}
    assert store.folders() == ["pump"]
    assert b"".join(store.chunks("pump/1.0.0/weights", len(large))) == large
    assert store.read("pump/1.0.0/empty", 1) == b""
    with pytest.raises(ObjectExists):
        store.create("pump/1.0.0/weights", b"other")


def test_a_kill_at_any_moment_loses_nothing_that_was_acknowledged_and_leaves_no_half(start: Start) -> None:
    chance = random.Random(8)  # noqa: S311 (the same moments each time, as far as the machine lets them be)
    contents = {f"{number:04}": chance.randbytes(chance.randrange(1, 200_000)) for number in range(2_000)}
    left = iter(sorted(contents))
    turn = threading.Lock()
    acknowledged: set[str] = set()

    def upload(s3: Any) -> None:
        while True:
            with turn:
                key = next(left)
            try:
                s3.put_object(Bucket="one", Key=key, Body=contents[key], IfNoneMatch="*")
            except (BotoCoreError, ClientError):
                return  # it was killed
            acknowledged.add(key)

    server = start()
    bucket(server)
    for _ in range(4):
        uploads = [threading.Thread(target=upload, args=(server.client("s3"),)) for _ in range(3)]
        for one in uploads:
            one.start()
        time.sleep(chance.uniform(0.0, 0.6))  # whatever the moment, what follows has to hold
        server.kill()
        for one in uploads:
            one.join()

        server = start()
        s3 = server.client("s3")
        found = names(s3)
        assert acknowledged <= set(found)
        for key in found:
            assert body(s3, key) == contents[key], key
    assert acknowledged


def test_an_upload_that_breaks_off_changes_nothing(start: Start, data: Path) -> None:
    server = start()
    s3 = bucket(server)
    host, port = server.url.removeprefix("http://").split(":")
    assert names(s3) == []
    before = (data / "snapshot").read_bytes()
    for head in ("Content-Length: 100\r\n\r\nhalf", "Transfer-Encoding: chunked\r\n\r\n64\r\nhalf"):
        with socket.create_connection((host, int(port)), timeout=60) as connection:
            connection.sendall(f"PUT /one/half HTTP/1.1\r\nHost: {host}\r\n{head}".encode())
            connection.shutdown(socket.SHUT_WR)
            assert b" 400 " in connection.makefile("rb").readline()
    assert names(s3) == []
    assert (data / "snapshot").read_bytes() == before


def test_a_bucket_is_emptied_of_all_versions_and_of_what_marks_deletions(start: Start) -> None:
    server = start()
    s3 = bucket(server, versioned=True)
    for content in (b"1", b"2"):
        s3.put_object(Bucket="one", Key="a", Body=content)
        s3.delete_object(Bucket="one", Key="a")
    # As when a stack is destroyed: the bucket's versioning goes before the bucket does.
    s3.put_bucket_versioning(Bucket="one", VersioningConfiguration={"Status": "Suspended"})
    server.kill()
    s3 = start().client("s3")

    found = s3.list_object_versions(Bucket="one")
    every = [
        {"Key": one["Key"], "VersionId": one["VersionId"]} for one in (*found["Versions"], *found["DeleteMarkers"])
    ]
    assert len(every) == 4
    told = s3.delete_objects(Bucket="one", Delete={"Objects": every})

    assert "Errors" not in told
    s3.delete_bucket(Bucket="one")


def test_nobody_can_empty_it(start: Start) -> None:
    server = start()
    s3 = bucket(server)
    s3.put_object(Bucket="one", Key="a", Body=b"kept")
    request = urllib.request.Request(f"{server.url}/moto-api/reset", method="POST")  # noqa: S310 (a server of this test)
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(request, timeout=60)  # noqa: S310
    assert body(s3, "a") == b"kept"


def test_what_only_reads_writes_nothing(start: Start, data: Path) -> None:
    server = start()
    s3 = bucket(server)
    s3.put_object(Bucket="one", Key="a", Body=b"a")
    before = (data / "snapshot").stat().st_ino
    names(s3)
    body(s3, "a")
    s3.head_object(Bucket="one", Key="a")
    server.client("iam").list_roles()
    server.client("iam").list_roles()
    assert (data / "snapshot").stat().st_ino == before
    s3.delete_object(Bucket="one", Key="a")
    assert (data / "snapshot").stat().st_ino != before


def test_a_change_costs_what_it_carries_in_a_full_store_and_no_body_is_in_memory(start: Start) -> None:
    server = start()
    s3 = bucket(server)
    costs = {"empty": cost_of_a_change(server, s3, "empty")}
    for number in range(8):
        s3.put_object(Bucket="one", Key=f"full/{number}", Body=bytes([number]) * 8 * MIB)
    costs["full"] = cost_of_a_change(server, s3, "full")
    # An empty store's change, and what a snapshot says about eight objects more.
    assert costs["full"] < costs["empty"] + 16 * 1024
    server.kill()

    server = start()
    s3 = server.client("s3")
    names(s3)  # which loads what every answer needs
    before = resident(server)
    for number in range(8):
        assert body(s3, f"full/{number}") == bytes([number]) * 8 * MIB
    assert resident(server) < before + 16 * MIB


def test_bodies_that_nothing_refers_to_go_at_the_start_and_those_of_the_snapshot_before_stay(
    start: Start, data: Path
) -> None:
    server = start()
    s3 = bucket(server)
    for content in (b"first", b"second", b"third"):
        s3.put_object(Bucket="one", Key="a", Body=content)
    server.kill()
    server = start()
    kept = {file.read_bytes() for file in (data / "bodies").iterdir()}
    assert kept == {b"second", b"third"}
    server.kill()
    truncate(data / "snapshot")
    assert body(start().client("s3"), "a") == b"second"


def test_a_truncated_snapshot_gives_way_to_the_one_before_with_a_word(start: Start, data: Path) -> None:
    server = start()
    s3 = bucket(server)
    for key in ("a", "b"):
        s3.put_object(Bucket="one", Key=key, Body=key.encode())
    server.kill()
    truncate(data / "snapshot")

    server = start()
    s3 = server.client("s3")
    assert names(s3) == ["a"]
    assert body(s3, "a") == b"a"
    assert f"warning: {data / 'snapshot'} can't be read" in server.log.read_text()
    s3.put_object(Bucket="one", Key="b", Body=b"again")
    server.kill()
    assert names(start().client("s3")) == ["a", "b"]


def test_without_a_readable_snapshot_it_refuses_in_one_line(start: Start, data: Path) -> None:
    server = start()
    bucket(server)
    server.kill()
    for name in ("snapshot", "snapshot.before"):
        truncate(data / name)
    said = refused(data)
    assert said.startswith("error: ")
    assert str(data / "snapshot.before") in said
    assert "remove the folder" in said
    assert said.count("\n") == 1


def test_bodies_without_a_snapshot_are_no_empty_store(start: Start, data: Path) -> None:
    server = start()
    bucket(server).put_object(Bucket="one", Key="a", Body=b"a")
    server.kill()
    for name in ("snapshot", "snapshot.before"):
        (data / name).unlink()
    assert "has bodies and no snapshot" in refused(data)
    assert list((data / "bodies").iterdir())


def test_a_first_start_that_was_killed_on_the_way_is_no_loss(start: Start, data: Path) -> None:
    start().kill()
    (data / "bodies").rmdir()  # as before it was made
    assert bucket(start()).list_buckets()["Buckets"]


def test_one_folder_has_one_server(start: Start, data: Path) -> None:
    start()
    assert "is in use by another server: end that one first" in refused(data)


def test_a_full_disk_is_told_and_what_was_acknowledged_stays(start: Start, data: Path) -> None:
    server = start()
    s3 = bucket(server)
    s3.put_object(Bucket="one", Key="a", Body=b"a")
    # A folder in the place of the file that is written first: as with a full disk, it can't be.
    (data / ".snapshot.new").mkdir()
    with pytest.raises(ClientError, match="ServiceUnavailable"):
        s3.put_object(Bucket="one", Key="b", Body=b"b")
    assert "error: the state can't be saved" in server.log.read_text()
    server.kill()
    (data / ".snapshot.new").rmdir()
    assert names(start().client("s3")) == ["a"]


def cost_of_a_change(server: Running, s3: Any, name: str) -> int:
    """Bytes that the process writes for a small object, its log and its answer included."""
    before = _number(server, "io", "wchar")
    s3.put_object(Bucket="one", Key=f"small/{name}", Body=b"small")
    return _number(server, "io", "wchar") - before


def truncate(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-10])


def resident(server: Running) -> int:
    """Bytes of memory that are the process's own and not a view of a file."""
    return 1024 * _number(server, "status", "RssAnon")


def _number(server: Running, file: str, name: str) -> int:
    text = Path(f"/proc/{server.process.pid}/{file}").read_text()
    found = re.search(rf"^{name}:\s+(\d+)", text, re.MULTILINE)
    assert found
    return int(found[1])
