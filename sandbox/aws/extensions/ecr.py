"""ECR: rules that pull through from other registries, templates of repositories, and where the images are."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from moto.ecr import policy_validation

from sandbox.aws.answers import Refused
from sandbox.aws.calls import Call
from sandbox.aws.handlers import after, instead

_UPSTREAMS: Final[Mapping[str, tuple[str, bool]]] = {
    "public.ecr.aws": ("ecr-public", False),
    "registry.k8s.io": ("k8s", False),
    "quay.io": ("quay", False),
    "registry-1.docker.io": ("docker-hub", True),
    "ghcr.io": ("github-container-registry", True),
    "registry.gitlab.com": ("gitlab-container-registry", True),
    "cgr.dev": ("chainguard", True),
}
"""The registries by host: AWS's name, and whether it wants a secret to log in with."""
_NO_RULE: Final = "PullThroughCacheRuleNotFoundException"
_NO_TEMPLATE: Final = "TemplateNotFoundException"
_OF_RULE: Final = (
    "ecrRepositoryPrefix",
    "upstreamRegistryUrl",
    "credentialArn",
    "customRoleArn",
    "upstreamRepositoryPrefix",
)
_OF_TEMPLATE: Final = (
    "prefix",
    "description",
    "encryptionConfiguration",
    "resourceTags",
    "imageTagMutability",
    "imageTagMutabilityExclusionFilters",
    "repositoryPolicy",
    "lifecyclePolicy",
    "appliedFor",
    "customRoleArn",
)


def accept_pulls() -> None:
    """Let moto take lifecycle policies that count from the last pull, which AWS has."""
    policy_validation.VALID_SELECTION_COUNT_TYPE_VALUES.add("sinceImagePulled")


@instead("ecr", "CreatePullThroughCacheRule")
def create_rule(call: Call) -> dict[str, Any]:
    """Let images of another registry be pulled from under a prefix."""
    wanted, rules = call.parameters, call.records("rules")
    prefix, host = wanted["ecrRepositoryPrefix"], wanted["upstreamRegistryUrl"].removeprefix("https://").rstrip("/")
    if prefix in rules:
        raise Refused("PullThroughCacheRuleAlreadyExistsException", f"A rule with the prefix '{prefix}' exists already")
    if host.endswith(".azurecr.io"):
        upstream, secret = "azure-container-registry", True
    elif host.endswith(".amazonaws.com"):
        upstream, secret = "ecr", False
    elif host in _UPSTREAMS:
        upstream, secret = _UPSTREAMS[host]
    else:
        raise Refused(
            "UnsupportedUpstreamRegistryException",
            f"{host} can't be pulled through: it is none of {', '.join(_UPSTREAMS)}",
        )
    if secret and not wanted.get("credentialArn"):
        raise Refused("InvalidParameterException", f"{host} can only be pulled through with a credentialArn")
    moment = _now()
    kept = {key: wanted[key] for key in _OF_RULE if key in wanted}
    rules[prefix] = {**kept, "upstreamRegistryUrl": host, "upstreamRegistry": upstream, "registryId": call.account}
    rules[prefix].update(createdAt=moment, updatedAt=moment)
    return rules[prefix]


@instead("ecr", "DescribePullThroughCacheRules")
def describe_rules(call: Call) -> dict[str, Any]:
    """Tell rules. One that is named and is not there is an error."""
    return {"pullThroughCacheRules": _chosen(call, "rules", "ecrRepositoryPrefixes", _NO_RULE)}


@instead("ecr", "UpdatePullThroughCacheRule")
def update_rule(call: Call) -> dict[str, Any]:
    """Log in with another secret."""
    rule = _rule(call)
    rule.update({key: call.parameters[key] for key in ("credentialArn", "customRoleArn") if key in call.parameters})
    rule["updatedAt"] = _now()
    return rule


@instead("ecr", "DeletePullThroughCacheRule")
def delete_rule(call: Call) -> dict[str, Any]:
    """Pull through no more. Repositories that it made stay."""
    rule = _rule(call)
    del call.records("rules")[rule["ecrRepositoryPrefix"]]
    return rule


@instead("ecr", "ValidatePullThroughCacheRule")
def validate_rule(call: Call) -> dict[str, Any]:
    """Say that a rule works: nobody here asks the other registry."""
    return {**_rule(call), "isValid": True}


@instead("ecr", "CreateRepositoryCreationTemplate")
def create_template(call: Call) -> dict[str, Any]:
    """Say how repositories under a prefix are to be, that ECR makes by itself."""
    prefix, templates = call.parameters["prefix"], call.records("templates")
    if prefix in templates:
        raise Refused("TemplateAlreadyExistsException", f"A template with the prefix '{prefix}' exists already")
    moment = _now()
    templates[prefix] = {
        "imageTagMutability": "MUTABLE",
        "encryptionConfiguration": {"encryptionType": "AES256"},
        **_template(call),
        "createdAt": moment,
        "updatedAt": moment,
    }
    return _told(call, templates[prefix])


@instead("ecr", "DescribeRepositoryCreationTemplates")
def describe_templates(call: Call) -> dict[str, Any]:
    """Tell templates. One that is named and is not there is an error."""
    chosen = _chosen(call, "templates", "prefixes", _NO_TEMPLATE)
    return {"registryId": call.account, "repositoryCreationTemplates": chosen}


@instead("ecr", "UpdateRepositoryCreationTemplate")
def update_template(call: Call) -> dict[str, Any]:
    """Change what the call names."""
    template = _found(call, "templates", call.parameters["prefix"], _NO_TEMPLATE)
    template.update(_template(call), updatedAt=_now())
    return _told(call, template)


@instead("ecr", "DeleteRepositoryCreationTemplate")
def delete_template(call: Call) -> dict[str, Any]:
    """Say it no more."""
    template = _found(call, "templates", call.parameters["prefix"], _NO_TEMPLATE)
    del call.records("templates")[template["prefix"]]
    return _told(call, template)


@after("ecr", "CreateRepository", "DescribeRepositories", "DeleteRepository")
def lead(call: Call, told: dict[str, Any]) -> None:
    """Lead to the registry that lies around, if there is one."""
    for one in (*told.get("repositories", []), told.get("repository", {})):
        if one and call.surroundings.registry:
            one["repositoryUri"] = f"{call.surroundings.registry}/{one['repositoryName']}"


@after("ecr", "GetAuthorizationToken")
def log_in(call: Call, told: dict[str, Any]) -> None:
    """Log in at the registry that lies around, if there is one."""
    for one in told["authorizationData"]:
        if call.surroundings.registry:
            one["proxyEndpoint"] = f"https://{call.surroundings.registry}"


def _rule(call: Call) -> dict[str, Any]:
    return _found(call, "rules", call.parameters["ecrRepositoryPrefix"], _NO_RULE)


def _template(call: Call) -> dict[str, Any]:
    return {key: call.parameters[key] for key in _OF_TEMPLATE if key in call.parameters}


def _told(call: Call, template: dict[str, Any]) -> dict[str, Any]:
    return {"registryId": call.account, "repositoryCreationTemplate": template}


def _chosen(call: Call, kind: str, named: str, code: str) -> list[dict[str, Any]]:
    wanted: list[str] = call.parameters.get(named) or sorted(call.records(kind))
    return [_found(call, kind, one, code) for one in wanted]


def _found(call: Call, kind: str, name: str, code: str) -> dict[str, Any]:
    try:
        return call.records(kind)[name]
    except KeyError:
        raise Refused(code, f"There is nothing with the prefix '{name}' in the registry '{call.account}'") from None


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)
