"""A store of each kind that runs here: S3 (moto on loopback) and a folder."""

from pathlib import Path

import httpx
import pytest

from modelstore.store import Store


@pytest.fixture
def s3(moto: str, monkeypatch: pytest.MonkeyPatch) -> Store:
    for key, value in {
        "AWS_ENDPOINT_URL": moto,
        "AWS_ALLOW_HTTP": "true",
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }.items():
        monkeypatch.setenv(key, value)
    httpx.put(f"{moto}/models", timeout=60).raise_for_status()
    return Store.open("s3://models/some/prefix")


@pytest.fixture(params=["s3", "file"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    if request.param == "s3":
        return request.getfixturevalue("s3")
    return Store.open(f"file://{tmp_path}/store", create=True)
