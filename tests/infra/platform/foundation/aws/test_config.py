"""Mistakes in a platform's stack on AWS: refused before AWS is asked anything, with key, value and remedy."""

import pulumi
import pytest

from infra.platform.config import NAMESPACE, PlatformConfig
from infra.platform.foundation.aws.config import ZONES, Aws
from tests.infra import stacks
from tests.infra.changes import Change, drop, put
from tests.infra.values import Object

PLACE = ("slipway-platform:foundation", "aws")
KEY = "slipway-platform:foundation.aws"
OTHER = "arn:aws:iam::999999999999:role/Ops"
EXISTING: Object = {
    "vpc": "vpc-0a1b2c3d4e5f60718",
    "privateSubnets": {f"eu-central-1{zone}": f"subnet-0a1b2c3d4e5f6071{zone}" for zone in "abc"},
    "store": ["10.0.0.0/20"],
}
ZONE = "Z0123456789ABCDEFGHIJ"
CERTIFICATE = "arn:aws:acm:eu-central-1:444455556666:certificate/12345678-1234-1234-1234-123456789012"
CONNECTION = "arn:aws:codeconnections:eu-central-1:444455556666:connection/12345678-1234-1234-1234-123456789012"
SECRET = "arn:aws:secretsmanager:eu-central-1:444455556666:secret:ecr-pullthroughcache/hub-AbCdEf"  # noqa: S105


def aws(*path: str, value: object) -> Change:
    return put(*PLACE, *path, value=value)


def without(*path: str) -> Change:
    return drop(*PLACE, *path)


def load(*changes: Change) -> Aws:
    config = stacks.aws_configuration()
    for change in changes:
        change(config)
    loaded = stacks.load(PlatformConfig, NAMESPACE, config).foundation.aws
    assert loaded
    return loaded


@pytest.mark.parametrize(
    ("mistake", "line"),
    [
        (aws("account", value="1234"), "account: '1234' is no account: its twelve digits in quotes, like"),
        (aws("account", value=111122223333), "account = 111122223333: input should be a valid string"),
        (aws("region", value="eu-central"), "region: 'eu-central' is no region of AWS's commercial partition"),
        (aws("region", value="cn-north-1"), "region: 'cn-north-1' is no region of AWS's commercial partition"),
        (aws("region", value="us-east-1"), "foundation.aws: zones has 'eu-central-1a', which is none of us-east-1"),
        (aws("zones", value=["eu-central-1a", "eu-central-1b"]), "zones has 2: take 3, so that one may be gone"),
        (aws("zones", value=["eu-central-1a"] * ZONES), "'eu-central-1a' stands twice in zones: take one of both away"),
        (
            aws("zones", value=["eu-central-1a", "eu-central-1b", "eu-central-11"]),
            "zones has 'eu-central-11', which is",
        ),
        (aws("tags", "Name", value="x"), "tags.Name is not yours to set: give it another name"),
        (aws("tags", "aws:owner", value="x"), "tags.aws:owner is not yours to set"),
        (aws("tags", "team", value="a=b"), "tags.team = 'a=b' is no tag: at most 256 characters, without"),
        (without("tags", "owner"), "tags lacks 'owner': say whose it is and who pays"),
        (without("network", "own"), "network: has neither of own and existing: give exactly one"),
        (aws("network", "existing", value=EXISTING), "network: has both of own and existing: give exactly one"),
        (aws("network", "own", "cidr", value="10.50.0.1/16"), "'10.50.0.1/16' is no IPv4 network without host bits"),
        (
            aws("network", "own", "cidr", value="10.50.0.0/24"),
            "'10.50.0.0/24' doesn't fit a VPC over three zones: take",
        ),
        (aws("network", "own", "cidr", value="10.0.0.0/8"), "'10.0.0.0/8' doesn't fit a VPC over three zones: take a"),
        (aws("network", "own", "cidr", value="52.1.0.0/16"), "'52.1.0.0/16' isn't private: take a part of 10.0.0.0/8"),
        (aws("network", "own", "cidr", value="172.20.0.0/16"), "overlaps network.own.cidr 172.20.0.0/16: change one"),
        (aws("network", "own", "endpoints", value=["sts", "sts"]), "'sts' stands twice in endpoints: take one of"),
        (aws("network", "own", "endpoints", value=["dynamodb"]), "network.own.endpoints.0 = 'dynamodb': input should"),
        (aws("network", value={"existing": EXISTING | {"vpc": "my-vpc"}}), "'my-vpc' is no id of a VPC, like 'vpc-"),
        (
            aws("network", value={"existing": EXISTING | {"privateSubnets": {"eu-central-1a": "net-1"}}}),
            "existing.privateSubnets.eu-central-1a: 'net-1' is no id of a subnet, like 'subnet-",
        ),
        (
            aws("network", value={"existing": EXISTING | {"privateSubnets": {"eu-central-1a": "subnet-0a1b2c3d"}}}),
            r"network.existing.privateSubnets has \['eu-central-1a'\]: give one of each zone",
        ),
        (
            aws(
                "network",
                value={
                    "existing": EXISTING
                    | {"privateSubnets": {f"eu-central-1{zone}": "subnet-0a1b2c3d" for zone in "abc"}}
                },
            ),
            "'subnet-0a1b2c3d' stands twice in network.existing.privateSubnets",
        ),
        (
            aws("network", value={"existing": EXISTING | {"store": list[str]()}}),
            r"existing.store = \[\]: list should",
        ),
        (aws("cluster", "name", value="Slipway"), "cluster.name: 'Slipway' is no cluster"),
        (aws("cluster", "version", value="latest"), "cluster.version: 'latest' is no version of EKS, in quotes, like"),
        (aws("cluster", "version", value=1.3), "cluster.version = 1.3: input should be a valid string"),
        (aws("cluster", "support", value="NONE"), "cluster.support = 'NONE': input should be 'STANDARD' or 'EXTENDED'"),
        (
            aws("cluster", "serviceCidr", value="172.20.0.0/28"),
            "'172.20.0.0/28' doesn't fit a cluster's services: take",
        ),
        (aws("cluster", "openTo", value=["0.0.0.0/0"]), "cluster.openTo.0: '0.0.0.0/0' is everyone: name the networks"),
        (aws("cluster", "openTo", value=["::/0"]), "cluster.openTo.0: '::/0' is everyone: name the networks"),
        (aws("cluster", "openTo", value=["office"]), "cluster.openTo.0: 'office' is no network, like '203.0.113.0/28'"),
        (
            aws("cluster", "logRetentionDays", value=31),
            "logRetentionDays: 31 is nothing that CloudWatch keeps: take one",
        ),
        (
            aws("cluster", "addons", "metricsServer", value="latest"),
            "'latest' is no version of an add-on, like 'v0.8.0",
        ),
        (without("cluster", "addons", "logShipping"), "cluster.addons.logShipping is missing: of amazon-cloudwatch"),
        (aws("access", "administrators", value=[]), r"access.administrators = \[\]: list should have at least 1 item"),
        (
            aws("access", "administrators", value=["arn:aws:sts::444455556666:assumed-role/Ops/me"]),
            "assumed-role/Ops/me' is a session, which ends: name its role",
        ),
        (
            aws("access", "deployers", value=["arn:aws:iam::444455556666:root"]),
            ":root' is the whole account: name roles",
        ),
        (aws("access", "deployers", value=["Ops"]), "access.deployers.0: 'Ops' is no role or user of IAM, like"),
        (aws("access", "deployers", value=[OTHER]), "access.deployers has '.*', which is not of the account 4444555"),
        (aws("access", "administrators", value=[OTHER] * 2), "stands twice in the list: take one of both away"),
        (aws("access", "github", "repository", value="slipway"), "'slipway' is no repository on GitHub"),
        (aws("access", "github", "repository", value="example/*"), r"'example/\*' is no repository on GitHub"),
        (aws("access", "github", "environment", value="*"), "access.github.environment = '.*': string should match"),
        (aws("access", "github", "readers", value=["reading", "*"]), r"access.github.readers.1 = '.*': string should"),
        (
            aws("access", "github", "readers", value=["production"]),
            "'production' stands twice in environment and readers: take one of both away",
        ),
        (aws("access", "github", "copiesFrom", value=["staging"]), "copiesFrom.0: 'staging' is no account: its twelve"),
        (
            aws("access", "github", "copiesFrom", value=["111122223333"] * 2),
            "'111122223333' stands twice in copiesFrom",
        ),
        (
            aws("access", "github", "copiesFrom", value=["444455556666"]),
            "access.github.copiesFrom has '444455556666', the account itself: take it away",
        ),
        (
            aws("access", "github", "runner", value={"connection": "github"}),
            "connection: 'github' is no connection, like",
        ),
        (
            aws("access", "github", "runner", value={"connection": CONNECTION.replace("444455556666", "111122223333")}),
            "access.github.runner.connection '.*' is not of 444455556666 in eu-central-1: take one that is",
        ),
        (aws("nodes", "disk", value="20Gi"), "nodes.disk: 20Gi has no room for images and models: take at least 40Gi"),
        (aws("nodes", "lifetime", value="30d"), "nodes.lifetime: '30d' is no lifetime in hours, like '336h'"),
        (aws("nodes", "lifetime", value="600h"), "'600h' is longer than EKS lets a node live: take at most '504h'"),
        (aws("nodes", "pools", value={}), "nodes.pools = {}: dictionary should have at least 1 item"),
        (aws("nodes", "pools", "general", "gpu", value=True), "gpu is true, but categories .* have instances without"),
        (aws("nodes", "pools", "general", "categories", value=["g"]), "have GPUs, which every pod would take: set gpu"),
        (
            aws("nodes", "pools", "general", "categories", value=["x"]),
            "nodes.pools.general.categories.0 = 'x': input should be",
        ),
        (
            put(*PLACE, "nodes", "pools", "general", value=None),
            "nodes.pools.general = None: input should be",
        ),
        (aws("nodes", "pools", "general", "cpu", value="many"), "pools.general.cpu: 'many' is no quantity, like"),
        (aws("store", "bucket", value="Models"), "store.bucket: 'Models' is no bucket"),
        (
            aws("store", "logs", value="slipway-prod-models-444455556666"),
            "logs of a bucket can't lie in it, rename one",
        ),
        (aws("store", "forceDestroy", value=True), "protect is true, and foundation.aws.store.forceDestroy would let"),
        (aws("store", "readers", "trial", value=[]), r"readers has 'trial', which is none of namespaces \(serving\)"),
        (
            aws("store", "readers", "serving", value=["pump", "pump"]),
            "'pump' stands twice in readers.serving: take one",
        ),
        (aws("store", "readers", "serving", value=["My Model"]), "store.readers.serving.0: 'My Model' is not"),
        (aws("registry", "keep", value=1), "registry.keep = 1: input should be greater than or equal to 10"),
        (
            aws("registry", "caches", "quay", "upstream", value="gcr.io"),
            "caches.quay.upstream = 'gcr.io': input should be",
        ),
        (without("registry", "caches", "ghcr", "credential"), "upstream ghcr.io needs a credential: name its secret"),
        (
            aws("registry", "caches", "quay", "credential", value=SECRET),
            "upstream quay.io takes no credential: take it",
        ),
        (
            aws("registry", "caches", "ghcr", "credential", value="arn:aws:secretsmanager:eu-central-1:1:secret:ghcr"),
            "is no secret that ECR may read: its name has to begin with 'ecr-pullthroughcache/'",
        ),
        (
            aws("registry", "caches", "ghcr", "credential", value=SECRET.replace("444455556666", "111122223333")),
            "registry.caches.ghcr.credential '.*' is not of 444455556666 in eu-central-1: take one that is",
        ),
        (
            aws("registry", "caches", "quay2", value={"upstream": "quay.io"}),
            "'quay.io' stands twice in the upstreams of caches",
        ),
        (aws("ingress", "host", value="models"), "host 'models' has no domain: take one like 'models.example.com'"),
        (aws("ingress", "host", value="models.example.com"), "has no zone, and one made for the VPC would hide the"),
        (aws("ingress", "zone", value="example.com"), "'example.com' is no id of a hosted zone, like 'Z0123"),
        (aws("ingress", "public", value={"openTo": ["203.0.113.0/28"]}), "public needs a name that the internet knows"),
        (
            aws("ingress", value={"host": "a.example.com", "zone": ZONE, "public": {"openTo": []}}),
            r"ingress.public.openTo = \[\]: list should have at least 1 item",
        ),
        (
            aws("ingress", value={"host": "a.example.com", "zone": ZONE, "public": {"openTo": ["0.0.0.0/0"]}}),
            "ingress.public.openTo.0: '0.0.0.0/0' is everyone: name the networks that need it",
        ),
        (aws("ingress", "certificate", value="mine"), "ingress.certificate: 'mine' is no certificate of ACM, like"),
        (
            aws("ingress", "certificate", value=CERTIFICATE.replace("eu-central-1", "us-east-1")),
            "ingress.certificate '.*' is not of 444455556666 in eu-central-1: take one that is",
        ),
        (aws("watch", "emails", value=["me"]), "watch.emails.0: 'me' is no e-mail address, like 'models@example.com'"),
        (aws("watch", "emails", value=["me@example.com"] * 2), "'me@example.com' stands twice in emails: take one of"),
        (aws("watch", "monthlyBudget", value=0), "watch.monthlyBudget = 0: input should be greater than 0"),
        (aws("watch", "budget", value=1), "watch.budget is unknown: remove it, or did you mean one of emails"),
        (
            put("slipway-platform:foundation", "local", value={}),
            "foundation.local.* is missing",
        ),
        (drop(*PLACE), "slipway-platform:foundation: has neither of local and aws: give exactly one"),
    ],
)
def test_a_mistake_is_refused_with_key_value_and_remedy(mistake: Change, line: str) -> None:
    with pytest.raises(pulumi.RunError, match=line):
        load(mistake)


@pytest.mark.parametrize("stack", ["staging", "prod"])
def test_the_committed_stacks_are_accepted(stack: str) -> None:
    assert stacks.load(PlatformConfig, NAMESPACE, stacks.aws_configuration(stack)).foundation.aws


def test_both_stacks_say_the_same_keys() -> None:
    def keys(value: object) -> object:
        return {key: keys(one) for key, one in value.items()} if isinstance(value, dict) else None  # pyright: ignore

    assert keys(stacks.aws_configuration("staging")) == keys(stacks.aws_configuration("prod"))


@pytest.mark.parametrize(
    "change",
    [
        aws("network", value={"existing": EXISTING}),
        aws("ingress", value={"host": "a.example.com", "zone": ZONE, "public": {"openTo": ["203.0.113.0/28"]}}),
        aws("ingress", "certificate", value=CERTIFICATE),
        aws("registry", "caches", "hub", value={"upstream": "docker.io", "credential": SECRET}),
        aws("cluster", "openTo", value=["203.0.113.0/28"]),
    ],
)
def test_what_can_be_said_otherwise_is_accepted(change: Change) -> None:
    assert load(change)
