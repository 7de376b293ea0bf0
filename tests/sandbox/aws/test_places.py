"""One server at several addresses: in plain HTTP, and over TLS where it is asked for that."""

import http.client
import json
import socket
import ssl
from pathlib import Path

from sandbox.kubernetes import certificates
from sandbox.kubernetes.certificates import Identity
from tests import ports
from tests.sandbox.aws.running import Running, refused


def test_all_of_them_are_the_same_aws(data: Path, tmp_path: Path) -> None:
    authority = certificates.pair(tmp_path, "ca")
    certificates.authority(authority)
    certificates.issue(tmp_path, authority, Identity(file="server", user="server", hosts=("127.0.0.1",)))
    mine = certificates.pair(tmp_path, "server")
    also, tls = ports.free(), ports.free()
    options = ("--also", f"127.0.0.1:{also}", "--tls", f"127.0.0.1:{tls}", str(mine.certificate), str(mine.key))
    with Running(data, options=options) as server:
        server.client("s3").create_bucket(
            Bucket="one", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
        )
        plain = http.client.HTTPConnection("127.0.0.1", also, timeout=60)
        plain.request("GET", "/one")
        assert b"<Name>one</Name>" in plain.getresponse().read()
        context = ssl.create_default_context(cafile=str(authority.certificate))
        secure = http.client.HTTPSConnection("127.0.0.1", tls, timeout=60, context=context)
        secure.request("POST", "/_eks/tokens", json.dumps({"spec": {"token": "none"}}))
        assert not json.load(secure.getresponse())["status"]["authenticated"]
        for connection in (plain, secure):
            connection.close()


def test_an_address_that_is_taken_is_named(data: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        assert f"Port {port} is in use" in refused(data, "--also", f"127.0.0.1:{port}")


def test_a_certificate_that_is_not_there_is_told_with_the_address(data: Path, tmp_path: Path) -> None:
    none = str(tmp_path / "none")
    assert "error: 127.0.0.1:0 can't be listened at" in refused(data, "--tls", "127.0.0.1:0", none, none)
