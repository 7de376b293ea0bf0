"""Add-ons of clusters, with the associations that belong to them."""

import json
import re
import uuid
from typing import Any, Final

from sandbox.aws.calls import Call
from sandbox.aws.extensions.eks import associations, records
from sandbox.aws.extensions.eks.records import Record
from sandbox.aws.handlers import instead

KNOWN: Final = {
    "adot": "opentelemetry-operator-system",
    "amazon-cloudwatch-observability": "amazon-cloudwatch",
    "aws-ebs-csi-driver": "kube-system",
    "aws-mountpoint-s3-csi-driver": "kube-system",
    "coredns": "kube-system",
    "eks-node-monitoring-agent": "kube-system",
    "eks-pod-identity-agent": "kube-system",
    "fluent-bit": "fluent-bit",
    "kube-proxy": "kube-system",
    "kube-state-metrics": "kube-state-metrics",
    "metrics-server": "kube-system",
    "prometheus-node-exporter": "prometheus-node-exporter",
    "snapshot-controller": "kube-system",
    "vpc-cni": "kube-system",
}
"""Add-ons of AWS's and of the community, and the namespaces that they run in."""
_VERSION: Final = re.compile(r"v\d+\.\d+\.\d+-eksbuild\.\d+")
_DEFAULT: Final = "v1.0.0-eksbuild.1"


@instead("eks", "CreateAddon")
def create(call: Call) -> Record:
    """Put an add-on into a cluster."""
    made, wanted = records.record(call), call.parameters
    cluster, name = made["cluster"]["name"], wanted["addonName"]
    if name not in KNOWN:
        raise records.invalid(
            f"Addon {name} specified is not supported in {made['cluster']['version']} kubernetes version"
        )
    if name in made["addons"]:
        raise records.in_use("Addon already exists.")
    _accept(call)
    addon: Record = {
        "addonName": name,
        "clusterName": cluster,
        "status": "ACTIVE",
        "addonVersion": wanted.get("addonVersion", _DEFAULT),
        "health": {"issues": []},
        "addonArn": records.arn(call, "addon", cluster, name, str(uuid.uuid4())),
        **records.stamped(),
        "tags": wanted.get("tags", {}),
        "podIdentityAssociations": [],
        "namespaceConfig": wanted.get("namespaceConfig", {"namespace": KNOWN[name]}),
        **{key: wanted[key] for key in ("serviceAccountRoleArn", "configurationValues") if wanted.get(key)},
    }
    _associate(call, made, addon)
    made["addons"][name] = addon
    return {"addon": {**addon, "status": "CREATING"}}


@instead("eks", "DescribeAddon")
def describe(call: Call) -> Record:
    """Tell all of an add-on."""
    return {"addon": _addon(call)}


@instead("eks", "ListAddons")
def names(call: Call) -> Record:
    """Tell the names of a cluster's add-ons."""
    return records.page(call, "addons", records.record(call)["addons"])


@instead("eks", "UpdateAddon")
def update(call: Call) -> Record:
    """Change an add-on's version, configuration, role or associations. An empty value removes."""
    addon, wanted = _addon(call), call.parameters
    _accept(call)
    changes: dict[str, str] = {}
    for key in ("addonVersion", "serviceAccountRoleArn", "configurationValues"):
        if key in wanted:
            changes[f"{key[0].upper()}{key[1:]}"] = str(wanted[key])
            addon[key] = wanted[key]
            if not wanted[key]:
                del addon[key]
    if "podIdentityAssociations" in wanted:
        changes["PodIdentityAssociations"] = json.dumps(wanted["podIdentityAssociations"])
        _dissociate(call, addon)
        _associate(call, records.record(call), addon)
    addon["modifiedAt"] = records.now()
    return records.updated(records.record(call), "AddonUpdate", changes, of=addon["addonName"])


@instead("eks", "DeleteAddon")
def delete(call: Call) -> Record:
    """Take an add-on out of a cluster, with its associations."""
    addon = _addon(call)
    _dissociate(call, addon)
    del records.record(call)["addons"][addon["addonName"]]
    return {"addon": {**addon, "status": "DELETING"}}


@instead("eks", "DescribeAddonVersions")
def versions(call: Call) -> Record:
    """Tell the add-ons that there are. Of their versions only one is known here."""
    asked = call.parameters.get("addonName")
    told = [
        {"addonName": name, "defaultNamespace": place, "addonVersions": [{"addonVersion": _DEFAULT}]}
        for name, place in KNOWN.items()
        if asked in {None, name}
    ]
    return {"addons": told}


def _accept(call: Call) -> None:
    wanted = call.parameters
    version = wanted.get("addonVersion", _DEFAULT)
    if not _VERSION.fullmatch(version):
        raise records.invalid(f"Addon version specified is not supported: {version} does not match {_VERSION.pattern}")
    if role := wanted.get("serviceAccountRoleArn"):
        records.role(call, role)
    try:
        json.loads(wanted.get("configurationValues") or "{}")
    except ValueError as error:
        raise records.invalid(f"ConfigurationValue provided in request is not supported: {error}") from None


def _associate(call: Call, made: Record, addon: Record) -> None:
    place = addon["namespaceConfig"]["namespace"]
    wanted: list[dict[str, Any]] = call.parameters.get("podIdentityAssociations") or []
    for one in wanted:
        association = associations.add(call, made, {**one, "namespace": place}, owner=addon["addonArn"])
        addon["podIdentityAssociations"].append(association["associationArn"])


def _dissociate(call: Call, addon: Record) -> None:
    found = records.record(call)["associations"]
    for number in [number for number, one in found.items() if one.get("ownerArn") == addon["addonArn"]]:
        del found[number]
    addon["podIdentityAssociations"] = []


def _addon(call: Call) -> Record:
    name = call.parameters["addonName"]
    try:
        return records.record(call)["addons"][name]
    except KeyError:
        raise records.gone(f"No addon: {name} found in cluster: {call.parameters['clusterName']}") from None
