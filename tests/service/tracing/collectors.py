"""Collectors of traces on the loopback interface: one that takes spans, one that refuses them, one that hangs."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Condition, Event
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.http_servers import Handler, answering
from tests.service.processes import SECONDS


@dataclass(frozen=True)
class Received:
    """A span as a collector got it, with what is of interest here."""

    name: str
    kind: int
    trace_id: str
    span_id: str
    parent: str
    begun: int
    ended: int
    failed: bool
    state: str
    attributes: dict[str, Any]


@dataclass
class Collector:
    """What a collector has got, and whether it takes any more.

    Attributes:
        url: to be named as the endpoint.
        status: that it answers with.
        spans: in the order of their coming.
        resource: whose they were, last.
        requests: how often it was asked.
    """

    url: str = ""
    status: int = 200
    spans: list[Received] = field(default_factory=list[Received])
    resource: dict[str, Any] = field(default_factory=dict[str, Any])
    requests: int = 0
    _changed: Condition = field(default_factory=Condition)

    def take(self, path: str, content_type: str, body: bytes) -> int:
        """Answer a request."""
        assert (path, content_type) == ("/v1/traces", "application/x-protobuf")
        with self._changed:
            self.requests += 1
            if self.status == 200:
                for of_one in ExportTraceServiceRequest.FromString(body).resource_spans:
                    self.resource = attributes(of_one.resource.attributes)
                    self.spans += [received(each) for scope in of_one.scope_spans for each in scope.spans]
            self._changed.notify_all()
        return self.status

    def wait(self, enough: Callable[["Collector"], bool]) -> None:
        """Until it has got enough."""
        with self._changed:
            if not self._changed.wait_for(lambda: enough(self), SECONDS):
                pytest.fail(f"it has {self.spans}")

    def named(self, name: str) -> list[Received]:
        """Its spans of that name."""
        return [span for span in self.spans if span.name == name]

    def one(self, name: str) -> Received:
        """Its only span of that name."""
        [span] = self.named(name)
        return span


def attributes(pairs: Any) -> dict[str, Any]:
    """Of a span or a resource, as Python has them."""
    return {pair.key: getattr(pair.value, pair.value.WhichOneof("value")) for pair in pairs}


def received(span: Any) -> Received:
    return Received(
        name=span.name,
        kind=span.kind,
        trace_id=span.trace_id.hex(),
        span_id=span.span_id.hex(),
        parent=span.parent_span_id.hex(),
        begun=span.start_time_unix_nano,
        ended=span.end_time_unix_nano,
        failed=span.status.code == span.status.STATUS_CODE_ERROR,
        state=span.trace_state,
        attributes=attributes(span.attributes),
    )


@contextmanager
def collecting(host: str = "127.0.0.1", port: int = 0) -> Generator[Collector]:
    """A collector for as long as the block lasts; on any free port if none is given."""
    collector = Collector()

    class Collecting(Handler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(collector.take(self.path, self.headers["Content-Type"], body))
            self.send_header("Content-Length", "0")
            self.end_headers()

    with answering(Collecting, host, port) as url:
        collector.url = url
        yield collector


@contextmanager
def hanging() -> Generator[tuple[str, Event]]:
    """The URL of a collector that answers nothing until the block ends, and whether it was asked."""
    asked, over = Event(), Event()

    class Hanging(Handler):
        def do_POST(self) -> None:
            asked.set()
            over.wait(SECONDS)

    with answering(Hanging) as url:
        try:
            yield url, asked
        finally:
            over.set()
