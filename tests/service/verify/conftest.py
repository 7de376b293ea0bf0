"""A fake of everything that the verification talks to, and objects as Argo Rollouts writes them."""

from collections.abc import Iterator

import pytest

from service.verify.wanted import Wanted
from tests.service.verify.fake_api import Fake, listening


@pytest.fixture
def fake() -> Iterator[Fake]:
    with listening() as fake:
        yield fake


@pytest.fixture
def wanted(fake: Fake) -> Wanted:
    return Wanted(
        namespace="serving",
        rollout="maintenance-predictor",
        gateway_url=f"{fake.url}/maintenance-predictor",
        model_version="1.1.0",
        model_manifest="sha256:11",
        release="7f",
        timeout=30,
    )
