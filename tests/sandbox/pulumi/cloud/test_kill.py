"""A part of the platform on AWS, killed once and failed once. `test_soak` does the same and more to all of it."""

import random
import signal
from collections.abc import Generator
from pathlib import Path
from typing import Final

import pytest

from sandbox.errors import EngineError
from sandbox.state import State
from tests.sandbox.pulumi.cloud.platform import OnAws, on_aws

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("no_preview")]

SEED: Final = 20261129
STORE: Final = """
import pulumi
import pulumi_aws as aws
from infra.platform.config import NAMESPACE, PlatformConfig
from infra.platform.foundation.aws.keys import Key, KeyArgs
from infra.platform.foundation.aws.log_bucket import LogBucket, LogBucketArgs
from infra.shared import configuration

config = configuration.load(PlatformConfig, NAMESPACE).foundation.aws
provider = aws.Provider("aws", region=config.region, allowed_account_ids=[config.account])
ours = pulumi.ResourceOptions(provider=provider)
Key("key", KeyArgs(alias=config.cluster.name, account=config.account, region=config.region), opts=ours)
logs = LogBucketArgs(bucket=config.store.logs, account=config.account, days=1, force_destroy=True)
LogBucket("logs", logs, opts=ours)
"""
CALLS: Final = 5
"""About the bucket, when all of it is made."""


@pytest.fixture
def store(clusters: State, tmp_path: Path) -> Generator[OnAws]:
    with on_aws(clusters, tmp_path, STORE) as found:
        yield found


def test_what_was_killed_and_refused_is_made_once(store: OnAws) -> None:
    chance = random.Random(SEED)  # noqa: S311 (a seed, so that a failure can be repeated)
    before = store.there()

    store.stopped("up", "PutBucket*", chance.randrange(1, CALLS), signal.SIGKILL)
    store.fail({"kind": "denied", "operation": "PutBucketPolicy"})
    with pytest.raises(EngineError, match="PutBucketPolicy"):
        store.stack.up()
    store.stack.up()

    store.settled()
    assert store.there() - before == {"s3: buckets": 1, "kms: keys": 1, "kms: aliases": 1}
    store.stack.destroy()
    assert store.there() == before
