"""The provider's own inputs: which cluster, and how to treat it."""

import json
from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from sandbox.plugins.kubernetes.kubeconfig import KubeconfigError, active, parse
from sandbox.plugins.kubernetes.objects import Object
from sandbox.plugins.wire import Properties, Unknown, has_unknown, plain

# Sent by the engine or the SDK beside the provider's own properties.
NOT_OURS: Final = ("version", "pluginDownloadURL", "__internal")
# What the official plugin can do beside this, and we cannot.
UNSUPPORTED: Final = ("renderYamlToDirectory",)


class Settings(BaseModel):
    """Inputs of a `kubernetes` provider; booleans may come as JSON strings, as the Python SDK sends them."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    kubeconfig: str = ""
    context: str = ""
    cluster: str = ""
    namespace: str = ""
    cluster_identifier: str = Field("", alias="clusterIdentifier")
    enable_server_side_apply: bool = Field(True, alias="enableServerSideApply")
    enable_patch_force: bool = Field(False, alias="enablePatchForce")
    enable_config_map_mutable: bool = Field(False, alias="enableConfigMapMutable")
    enable_secret_mutable: bool = Field(False, alias="enableSecretMutable")
    upsert_existing_objects: bool = Field(False, alias="upsertExistingObjects")
    delete_unreachable: bool = Field(False, alias="deleteUnreachable")
    skip_update_unreachable: bool = Field(False, alias="skipUpdateUnreachable")

    @field_validator("kubeconfig", mode="before")
    @classmethod
    def _as_text(cls, value: Any) -> Any:
        # The SDKs also take the kubeconfig as an object; YAML reads JSON.
        return value if isinstance(value, str) else json.dumps(value)

    @property
    def mutable(self) -> frozenset[str]:
        """Kinds whose data may be updated in place."""
        chosen = {"ConfigMap": self.enable_config_map_mutable, "Secret": self.enable_secret_mutable}
        return frozenset(kind for kind, allowed in chosen.items() if allowed)


def settings_of(inputs: Properties) -> Settings:
    """The settings that a provider's inputs mean.

    Raises:
        ValidationError: a value has the wrong type.
    """
    return Settings.model_validate({key: value for key, value in plain(inputs).items() if value is not None})


def failures(inputs: Properties) -> list[tuple[str, str]]:
    """What is wrong with a provider's inputs: property and reason."""
    known = {key: value for key, value in plain(inputs).items() if not isinstance(value, Unknown)}
    found = [(key, f"the stand-in kubernetes plugin does not support {key}; leave it out") for key in UNSUPPORTED
             if known.get(key)]  # fmt: skip
    try:
        settings = settings_of(known)
    except ValidationError as error:
        return found + [(".".join(map(str, each["loc"])), each["msg"]) for each in error.errors()]
    if not settings.enable_server_side_apply:
        found.append(("enableServerSideApply", "the stand-in kubernetes plugin always applies server-side; set true"))
    return found


def replacing(old: Properties, new: Properties) -> list[str]:
    """Inputs whose change means another cluster, so that everything in it must be made anew."""
    before, after = plain(old), plain(new)
    if before.get("clusterIdentifier") or after.get("clusterIdentifier"):
        same = before.get("clusterIdentifier") == after.get("clusterIdentifier")
        return [] if same else ["clusterIdentifier"]
    if before.get("kubeconfig") == after.get("kubeconfig") and before.get("context") == after.get("context"):
        return []
    cluster = _cluster(after)
    return [] if cluster is not None and cluster == _cluster(before) else ["kubeconfig"]


def changed(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Inputs that differ at all."""
    before, after = plain(dict(old)), plain(dict(new))
    keys = [key for key in {**before, **after} if key not in NOT_OURS]
    return [key for key in keys if before.get(key) != after.get(key)]


def _cluster(inputs: Properties) -> Object | None:
    """The active cluster's entry; None when it cannot be known."""
    if has_unknown(inputs):
        return None
    try:
        settings = settings_of(inputs)
        return active(parse(settings.kubeconfig), settings.context, settings.cluster)[1]
    except (ValidationError, KubeconfigError, OSError):
        return None
