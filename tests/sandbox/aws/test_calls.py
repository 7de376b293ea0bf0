"""Which requests may have changed something. Those that are not known count as such."""

from typing import Any

import pytest

from sandbox.aws import services

FORM = "application/x-www-form-urlencoded; charset=utf-8"


@pytest.mark.parametrize(
    ("method", "more", "body", "reads"),
    [
        ("GET", {}, b"", True),
        ("HEAD", {}, b"", True),
        ("PUT", {}, b"Action=GetObject", False),
        ("DELETE", {}, b"", False),
        ("POST", {}, b"", False),
        ("POST", {"HTTP_X_AMZ_TARGET": "AmazonEC2ContainerRegistry_V20150921.DescribeImages"}, b"{}", True),
        ("POST", {"HTTP_X_AMZ_TARGET": "AmazonEC2ContainerRegistry_V20150921.CreateRepository"}, b"{}", False),
        ("POST", {"CONTENT_TYPE": FORM}, b"Version=2016-11-15&Action=DescribeVpcs", True),
        ("POST", {"CONTENT_TYPE": FORM}, b"Action=CreateVpc&NotAction=GetVpc", False),
        ("POST", {"CONTENT_TYPE": FORM}, b"\xff", False),
        ("GET", {"QUERY_STRING": "Action=CreateQueue&QueueName=q"}, b"", False),
        ("POST", {"PATH_INFO": "/service/GraniteServiceVersion20100801/operation/ListMetrics"}, b"", True),
        ("POST", {"PATH_INFO": "/service/GraniteServiceVersion20100801/operation/PutMetricAlarm"}, b"", False),
    ],
)
def test_a_request_reads_or_changes(method: str, more: dict[str, Any], body: bytes, reads: bool) -> None:
    environment = {"REQUEST_METHOD": method, "PATH_INFO": "/", "QUERY_STRING": "", **more}
    assert services.only_reads(environment, body) is reads
