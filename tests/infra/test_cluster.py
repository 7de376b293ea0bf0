from pathlib import Path

import pulumi
import pytest

from infra import cluster
from tests.infra import stacks


def test_a_missing_kubeconfig_is_named_with_its_key_and_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(pulumi.RunError, match=r"the:key = '.*absent' can't be read \(No such file.*`make up`"):
        cluster.read(tmp_path / "absent", "the:key")


def test_a_renewed_kubeconfig_is_still_the_same_cluster() -> None:
    for recording in (stacks.platform(), stacks.serving()):
        provider = recording.one("kubernetes")
        assert provider["clusterIdentifier"] == "sandbox"
        assert provider["kubeconfig"] == "a kubeconfig"


def test_a_kubeconfig_goes_to_the_engine_as_a_secret() -> None:
    mark = "1b47061264138c4ac30d75fd1eb44270"  # of secrets on the wire
    for recording in (stacks.platform(), stacks.serving()):
        assert mark in str(recording.resource("kubernetes").request.object)
