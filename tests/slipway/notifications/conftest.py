"""What these tests share."""

import json
from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from slipway.notifications import webhook
from tests.http_servers import Handler, answering
from tests.slipway.releases.world import World


@dataclass
class Receiver:
    """Takes messages as Slack's incoming webhooks do.

    Attributes:
        url: with a secret in it.
        statuses: that it answers with, one after the other; 200 when there are no more.
        told: what it was sent.
    """

    url: str = ""
    statuses: list[int] = field(default_factory=list[int])
    told: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Generator[Receiver]:
    """A receiver, which nobody knows yet."""
    found = Receiver()
    monkeypatch.setattr(webhook, "PAUSES", (0.0, 0.0))

    class Slack(Handler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            assert self.path == "/services/s3cret"
            assert self.headers["Content-Type"] == "application/json"
            found.told.append(json.loads(body))
            self.send_response(found.statuses.pop(0) if found.statuses else 200)
            self.end_headers()

    with answering(Slack) as url:
        found.url = f"{url}/services/s3cret"
        yield found


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Nothing is served yet."""
    return World(tmp_path)
