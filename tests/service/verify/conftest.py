"""A fake of everything that the verification talks to, and objects as Argo Rollouts writes them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from modelstore.ledger import Ledger
from service.verify.wanted import Wanted
from tests.service.verify.fake_api import Fake, listening
from tests.service.verify.objects import IMAGE, MANIFEST


@pytest.fixture
def fake() -> Iterator[Fake]:
    with listening() as fake:
        yield fake


@pytest.fixture
def wanted(fake: Fake, tmp_path: Path) -> Wanted:
    return Wanted(
        namespace="serving",
        rollout="maintenance-predictor",
        gateway_url=f"{fake.url}/maintenance-predictor",
        model_name="maintenance_predictor",
        model_version="1.1.0",
        model_manifest=MANIFEST,
        model_store=f"file://{tmp_path}/models",
        image=IMAGE,
        release="7f",
        attempt=1,
        timeout=30,
    )


@pytest.fixture
def ledger(wanted: Wanted) -> Ledger:
    return Ledger.of(wanted.model_store, wanted.namespace, wanted.model_name, create=True)
