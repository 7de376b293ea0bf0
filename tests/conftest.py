"""What all tests share: an S3, and updates without previews."""

import os
from collections.abc import Iterator

import httpx
import hypothesis
import pytest

from sandbox.pulumi import Operation, Stack

# What knows GitHub's runners by their environment doesn't see this one, wherever the tests run.
os.environ.pop("GITHUB_ACTIONS", None)

# A slow machine is no failure.
hypothesis.settings.register_profile("slipway", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("slipway")


@pytest.fixture(scope="session")
def moto_server() -> Iterator[str]:
    from moto.server import ThreadedMotoServer  # here, because most sessions don't need it, and it loads much

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def moto(moto_server: str) -> str:
    """The URL of an empty S3."""
    httpx.post(f"{moto_server}/moto-api/reset", trust_env=False, timeout=60).raise_for_status()
    return moto_server


@pytest.fixture
def no_preview(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leaves out the preview that `up` begins with: it changes nothing and takes half of the time."""
    up, preview = Stack.up, Stack.preview
    within: list[Stack] = []

    def up_alone(stack: Stack) -> frozenset[Operation]:
        within.append(stack)
        try:
            return up(stack)
        finally:
            within.remove(stack)

    def preview_alone(stack: Stack, *, expect_no_changes: bool = False) -> frozenset[Operation]:
        return frozenset() if stack in within else preview(stack, expect_no_changes=expect_no_changes)

    monkeypatch.setattr(Stack, "up", up_alone)
    monkeypatch.setattr(Stack, "preview", preview_alone)
