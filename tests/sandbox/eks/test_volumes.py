"""Claims of EKS' class get volumes on the node, which go with them."""

from pathlib import Path
from typing import Any

import pytest

from sandbox.eks.api import ApiError
from sandbox.eks.volumes import Volumes
from tests.sandbox.eks.conftest import Server

DRIVER = "ebs.csi.eks.amazonaws.com"
UID = "0a1b-2c3d"


def claim(driver: str = DRIVER, node: str = "sandbox", **spec: Any) -> dict[str, Any]:
    return {
        "metadata": {
            "namespace": "monitoring",
            "name": "data",
            "uid": UID,
            "annotations": {
                "volume.kubernetes.io/storage-provisioner": driver,
                "volume.kubernetes.io/selected-node": node,
            },
        },
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": "ebs",
            "resources": {"requests": {"storage": "8Gi"}},
            **spec,
        },
    }


def volume(phase: str = "Released", driver: str = DRIVER, name: str = f"pvc-{UID}") -> dict[str, Any]:
    annotations = {"pv.kubernetes.io/provisioned-by": driver}
    return {"metadata": {"name": name, "annotations": annotations}, "status": {"phase": phase}}


@pytest.fixture
def volumes(server: Server, tmp_path: Path) -> Volumes:
    return Volumes(server.api, tmp_path, "sandbox")


def test_a_claim_that_waits_for_a_volume_gets_one_for_itself_alone(
    server: Server, volumes: Volumes, tmp_path: Path
) -> None:
    volumes.provide([claim()])
    ((method, path, made, _),) = server.asked
    assert (method, path) == ("POST", "/api/v1/persistentvolumes")
    assert made["metadata"]["annotations"] == {"pv.kubernetes.io/provisioned-by": DRIVER}
    spec = made["spec"]
    assert spec["claimRef"]["uid"] == UID
    assert spec["capacity"] == {"storage": "8Gi"}
    assert spec["persistentVolumeReclaimPolicy"] == "Delete"
    place = Path(spec["local"]["path"])
    assert place.is_dir()
    assert place == tmp_path / made["metadata"]["name"]


@pytest.mark.parametrize(
    "other",
    [claim(driver="example.com/disk"), claim(node="elsewhere"), claim(volumeName="bound"), {**claim(), "metadata": {}}],
)
def test_others_get_none(server: Server, volumes: Volumes, other: dict[str, Any]) -> None:
    volumes.provide([other])
    assert not server.asked


def test_a_claim_of_a_device_gets_none(
    server: Server, volumes: Volumes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    volumes.provide([claim(volumeMode="Block")])
    assert not server.asked
    assert not list(tmp_path.iterdir())
    assert "data wants a device" in capsys.readouterr().err


def test_a_volume_that_was_made_before_is_no_trouble_and_a_refusal_is(server: Server, volumes: Volumes) -> None:
    server.status = 409
    volumes.provide([claim()])
    server.status = 403
    with pytest.raises(ApiError, match="403"):
        volumes.provide([claim()])


def test_a_volume_goes_with_all_that_it_holds_when_its_claim_is_gone(
    server: Server, volumes: Volumes, tmp_path: Path
) -> None:
    place = tmp_path / f"pvc-{UID}"
    (place / "wal").mkdir(parents=True)
    (place / "wal" / "0").write_text("measured")

    volumes.reclaim([volume("Bound")])
    assert place.exists()
    volumes.reclaim([volume()])

    assert not place.exists()
    assert [(method, path) for method, path, _, _ in server.asked] == [
        ("DELETE", f"/api/v1/persistentvolumes/pvc-{UID}")
    ]


@pytest.mark.parametrize("other", [volume(driver="example.com/disk"), volume(name="../pki")])
def test_what_is_none_of_ours_stays(server: Server, volumes: Volumes, tmp_path: Path, other: dict[str, Any]) -> None:
    place = tmp_path / f"pvc-{UID}"
    place.mkdir()
    volumes.reclaim([other])
    assert place.exists()
    assert not server.asked
