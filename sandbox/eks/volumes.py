"""Volumes for claims of the class of EKS' own driver: each a folder of the node, without a limit.

They are made when a pod is about to use them, as the class says, and go when their claim is gone.
"""

import re
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from sandbox.eks.api import CONFLICT, NOT_FOUND, Api, ApiError

DRIVER: Final = "ebs.csi.eks.amazonaws.com"
_ASKED: Final = "volume.kubernetes.io/storage-provisioner"
_NODE: Final = "volume.kubernetes.io/selected-node"
_MADE: Final = "pv.kubernetes.io/provisioned-by"
_PATH: Final = "/api/v1/persistentvolumes"
_NAME: Final = re.compile(r"pvc-[0-9a-f-]+")


class Volumes:
    """Makes volumes, and removes them.

    Args:
        api: the API server.
        folder: that they lie in.
        node: whose folder it is.
    """

    def __init__(self, api: Api, folder: Path, node: str) -> None:
        self._api = api
        self._folder = folder
        self._node = node

    def provide(self, claims: Sequence[dict[str, Any]]) -> None:
        """Make a volume for every claim that waits for one.

        Raises:
            ApiError: the API server can't be reached, or refuses.
            OSError: a folder can't be made.
        """
        for claim in claims:
            annotations = claim["metadata"].get("annotations", {})
            if (
                annotations.get(_ASKED) == DRIVER
                and annotations.get(_NODE) == self._node
                and not claim["spec"].get("volumeName")
                and "deletionTimestamp" not in claim["metadata"]
            ):
                self._make(claim)

    def reclaim(self, volumes: Sequence[dict[str, Any]]) -> None:
        """Remove every volume of ours whose claim is gone.

        Raises:
            ApiError: the API server can't be reached, or refuses.
            OSError: a folder can't be removed.
        """
        for volume in volumes:
            metadata = volume["metadata"]
            ours = metadata.get("annotations", {}).get(_MADE) == DRIVER and _NAME.fullmatch(metadata["name"])
            released = volume.get("status", {}).get("phase") == "Released"
            if ours and released and "deletionTimestamp" not in metadata:
                place = self._folder / metadata["name"]
                if place.exists():
                    shutil.rmtree(place)
                self._call("DELETE", f"{_PATH}/{metadata['name']}", forgiven=NOT_FOUND)

    def _make(self, claim: dict[str, Any]) -> None:
        metadata, spec = claim["metadata"], claim["spec"]
        if spec.get("volumeMode", "Filesystem") != "Filesystem":
            print(f"error: {metadata['name']} wants a device, and there are folders only", file=sys.stderr, flush=True)
            return
        name = f"pvc-{metadata['uid']}"
        place = self._folder / name
        place.mkdir(parents=True, exist_ok=True)
        here = {"key": "kubernetes.io/hostname", "operator": "In", "values": [self._node]}
        volume = {
            "apiVersion": "v1",
            "kind": "PersistentVolume",
            "metadata": {"name": name, "annotations": {_MADE: DRIVER}},
            "spec": {
                "capacity": {"storage": spec["resources"]["requests"]["storage"]},
                "accessModes": spec["accessModes"],
                "persistentVolumeReclaimPolicy": "Delete",
                "storageClassName": spec["storageClassName"],
                "claimRef": {
                    "apiVersion": "v1",
                    "kind": "PersistentVolumeClaim",
                    **{key: metadata[key] for key in ("namespace", "name", "uid")},
                },
                "local": {"path": str(place)},
                "nodeAffinity": {"required": {"nodeSelectorTerms": [{"matchExpressions": [here]}]}},
            },
        }
        self._call("POST", _PATH, volume, forgiven=CONFLICT)

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None, *, forgiven: int) -> None:
        try:
            self._api.call(method, path, body)
        except ApiError as error:
            if error.status != forgiven:  # it was done before
                raise
