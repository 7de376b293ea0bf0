"""The page about the sandbox tells every port that it takes, so that its reader knows what must be free."""

import re
from typing import Final

import pytest

from sandbox.kubernetes.addresses import AWS_ENDPOINT, ENDPOINTS, LOOPBACK, NODE_ADDRESS, POD_IDENTITY
from tests.infra.stacks import CHECKOUT

PAGE: Final = (CHECKOUT / "docs/guides/sandbox.md").read_text()


@pytest.mark.parametrize("host", [LOOPBACK, NODE_ADDRESS, AWS_ENDPOINT, POD_IDENTITY])
def test_the_page_tells_every_port(host: str) -> None:
    (told,) = re.findall(rf"^\| ports on {re.escape(host)}.*?\| (.+) \|$", PAGE, re.MULTILINE)
    taken = {endpoint.port for endpoints in ENDPOINTS.values() for endpoint in endpoints if endpoint.host == host}
    assert {int(port) for port in re.findall(r"\b\d{2,5}\b", told)} == taken
