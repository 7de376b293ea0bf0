"""Changes of clusters, one kind at a time as AWS takes them, each with an update that can be asked for."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from sandbox.aws.answers import Refused
from sandbox.aws.calls import Call
from sandbox.aws.extensions.eks import clusters, records
from sandbox.aws.extensions.eks.records import Record
from sandbox.aws.handlers import instead

_ENDPOINT: Final = {"endpointPublicAccess", "endpointPrivateAccess", "publicAccessCidrs"}
_PLACE: Final = {"subnetIds", "securityGroupIds"}
_AUTO: Final = {"computeConfig", "storageConfig", "kubernetesNetworkConfig"}
_KINDS: Final[Mapping[str, tuple[str, str]]] = {
    "accessConfig": ("AccessConfigUpdate", "AuthenticationMode"),
    "upgradePolicy": ("UpgradePolicyUpdate", "UpgradePolicy"),
    "zonalShiftConfig": ("ZonalShiftConfigUpdate", "ZonalShiftConfig"),
    "deletionProtection": ("DeletionProtectionUpdate", "DeletionProtection"),
    "controlPlaneScalingConfig": ("ControlPlaneScalingConfigUpdate", "UpdatedTier"),
}
"""What is changed as a whole: the update's type, and the name of what it changes."""
_PARAMETERS: Final = {
    "endpointPublicAccess": "EndpointPublicAccess",
    "endpointPrivateAccess": "EndpointPrivateAccess",
    "publicAccessCidrs": "PublicAccessCidrs",
    "subnetIds": "Subnets",
    "securityGroupIds": "SecurityGroups",
    "computeConfig": "ComputeConfig",
    "storageConfig": "StorageConfig",
    "kubernetesNetworkConfig": "KubernetesNetworkConfig",
}


@instead("eks", "UpdateClusterConfig")
def update_config(call: Call) -> Record:
    """Change one kind of configuration. What the call does not name stays, also within a block."""
    made = records.record(call)
    cluster = made["cluster"]
    wanted = {name: value for name, value in call.parameters.items() if name not in {"name", "clientRequestToken"}}
    kinds = {"AutoModeUpdate" if name in _AUTO else name for name in wanted}
    if len(kinds) != 1:
        raise records.invalid(f"Only one type of update can be allowed, and this one has {sorted(kinds)}")
    name = next(iter(wanted))
    if name in _AUTO:
        return _auto(made, wanted)
    if name == "resourcesVpcConfig":
        return _network(call, made, wanted[name])
    if name == "logging":
        return _logging(made, wanted[name])
    kind, changed = _KINDS[name] if name in _KINDS else _refuse(name)
    before, after = cluster[name], wanted[name]
    if name != "deletionProtection":
        after = {**before, **after}
    if name == "accessConfig":
        _forward(before["authenticationMode"], after["authenticationMode"])
    _change(cluster, name, after)
    return records.updated(made, kind, {changed: json.dumps(wanted[name])})


@instead("eks", "UpdateClusterVersion")
def update_version(call: Call) -> Record:
    """Go to the next version of Kubernetes, and to no other."""
    made = records.record(call)
    cluster, wanted = made["cluster"], call.parameters["version"]
    if wanted not in clusters.VERSIONS:
        raise records.invalid(f"unsupported Kubernetes version {wanted}: it is one of {', '.join(clusters.VERSIONS)}")
    if clusters.VERSIONS.index(wanted) - clusters.VERSIONS.index(cluster["version"]) != 1:
        raise records.invalid(f"Unsupported Kubernetes minor version update from {cluster['version']} to {wanted}")
    cluster["version"] = wanted
    return records.updated(made, "VersionUpdate", {"Version": wanted, "PlatformVersion": cluster["platformVersion"]})


@instead("eks", "AssociateEncryptionConfig")
def associate_encryption(call: Call) -> Record:
    """Encrypt the secrets of a cluster that does not: there is no way back, and no other key."""
    made = records.record(call)
    if made["cluster"]["encryptionConfig"]:
        raise Refused("ResourceInUseException", "The cluster already has an encryption configuration")
    wanted = call.parameters["encryptionConfig"]
    made["cluster"]["encryptionConfig"] = wanted
    return records.updated(made, "AssociateEncryptionConfig", {"EncryptionConfig": json.dumps(wanted)})


@instead("eks", "DescribeUpdate")
def describe_update(call: Call) -> Record:
    """Tell how an update is going: it is done."""
    found = records.record(call)["updates"].get(call.parameters["updateId"])
    if found is None or found["of"] != call.parameters.get("addonName", ""):
        raise records.gone(f"No update found for ID: {call.parameters['updateId']}")
    return {"update": found["update"]}


@instead("eks", "ListUpdates")
def ids(call: Call) -> Record:
    """Tell the ids of the updates of a cluster, or of one of its add-ons."""
    of = call.parameters.get("addonName", "")
    updates = records.record(call)["updates"].items()
    return records.page(call, "updateIds", [one for one, update in updates if update["of"] == of])


def _auto(made: Record, wanted: Record) -> Record:
    cluster = made["cluster"]
    after = {
        "computeConfig": {**cluster["computeConfig"], **wanted.get("computeConfig", {})},
        "storageConfig": {**cluster["storageConfig"], **wanted.get("storageConfig", {})},
        "kubernetesNetworkConfig": {**cluster["kubernetesNetworkConfig"], **wanted.get("kubernetesNetworkConfig", {})},
    }
    clusters.auto(after)
    for fixed in ("ipFamily", "serviceIpv4Cidr"):
        if after["kubernetesNetworkConfig"][fixed] != cluster["kubernetesNetworkConfig"][fixed]:
            raise records.invalid(f"{fixed} can't be changed after the cluster was created")
    if all(cluster[name] == value for name, value in after.items()):
        raise _no_change("AutoMode")
    cluster.update(after)
    changes = {_PARAMETERS[name]: json.dumps(value) for name, value in wanted.items()}
    return records.updated(made, "AutoModeUpdate", changes)


def _network(call: Call, made: Record, wanted: Record) -> Record:
    network = made["cluster"]["resourcesVpcConfig"]
    if wanted.keys() & _ENDPOINT and wanted.keys() & _PLACE:
        raise records.invalid("The endpoint's access and the subnets or security groups can't be updated in one call")
    after = {**network, **wanted}
    if "subnetIds" in wanted:
        found = clusters.subnets(call, wanted["subnetIds"])
        if found[0].vpc_id != network["vpcId"]:
            raise records.invalid("Provided subnets belong to a different VPC than the cluster")
    if "securityGroupIds" in wanted:
        clusters.groups(call, wanted["securityGroupIds"])
    if not (after["endpointPublicAccess"] or after["endpointPrivateAccess"]):
        raise records.invalid("Private and public endpoint access cannot be false")
    if not after["endpointPublicAccess"]:
        after["publicAccessCidrs"] = []
    elif not after["publicAccessCidrs"]:
        after["publicAccessCidrs"] = ["0.0.0.0/0"]
    _change(made["cluster"], "resourcesVpcConfig", after)
    kind = "EndpointAccessUpdate" if wanted.keys() & _ENDPOINT else "VpcConfigUpdate"
    return records.updated(made, kind, {_PARAMETERS[name]: json.dumps(value) for name, value in wanted.items()})


def _logging(made: Record, wanted: Record) -> Record:
    before = made["cluster"]["logging"]
    on = {kind for one in before["clusterLogging"] if one["enabled"] for kind in one["types"]}
    for one in wanted.get("clusterLogging", []):
        clusters.logging({"clusterLogging": [{**one, "enabled": True}]})
        turn: Callable[[set[str]], object] = on.update if one.get("enabled") else on.difference_update
        turn(set(one.get("types", [])))
    _change(made["cluster"], "logging", clusters.spread_logging(on))
    return records.updated(made, "LoggingUpdate", {"ClusterLogging": json.dumps(wanted)})


def _change(cluster: Record, name: str, after: Any) -> None:
    if cluster[name] == after:
        raise _no_change(name)
    cluster[name] = after


def _no_change(name: str) -> Refused:
    return records.invalid(f"No changes needed for the {name} provided")


def _forward(before: str, after: str) -> None:
    order = ("CONFIG_MAP", "API_AND_CONFIG_MAP", "API")
    if order.index(after) < order.index(before):
        raise records.invalid(f"Unsupported authentication mode update from {before} to {after}")


def _refuse(name: str) -> tuple[str, str]:
    raise records.invalid(f"the sandbox's AWS does not change {name} of a cluster")
