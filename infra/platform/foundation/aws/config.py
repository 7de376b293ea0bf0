"""What a platform stack says of its foundation on AWS. Mistakes that need no AWS to be seen are refused here."""

import ipaddress
from collections.abc import Sequence
from decimal import Decimal
from itertools import combinations
from typing import Annotated, Final, Literal, Self

from pydantic import Field, field_validator, model_validator

from infra.platform.foundation.aws.vocabulary import (
    Account,
    AddonVersion,
    BucketName,
    CacheCredential,
    CachePrefix,
    CertificateArn,
    ClusterName,
    ClusterVersion,
    ConnectionArn,
    Email,
    Lifetime,
    Outside,
    PoolName,
    Principal,
    Region,
    Repository,
    ServiceCidr,
    SubnetId,
    VpcCidr,
    VpcId,
    ZoneId,
)
from infra.shared.configuration import Section
from infra.shared.quantities import Quantity
from infra.shared.vocabulary import Cidr, Host, Namespace
from modelstore.vocabulary import ModelName

ZONES: Final = 3

Endpoint = Literal["ec2", "ecr.api", "ecr.dkr", "eks", "eks-auth", "kms", "logs", "sts"]
GithubEnvironment = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
Upstream = Literal["docker.io", "ghcr.io", "public.ecr.aws", "quay.io", "registry.k8s.io"]
SIGNED: Final = ("docker.io", "ghcr.io")
"""Registries that ECR caches only with a credential (Amazon ECR User Guide, "Sync an upstream registry")."""

RETENTIONS: Final = (
    1,
    3,
    5,
    7,
    14,
    30,
    60,
    90,
    120,
    150,
    180,
    365,
    400,
    545,
    731,
    1096,
    1827,
    2192,
    2557,
    2922,
    3288,
    3653,
)
"""Days that CloudWatch Logs can keep logs for."""

LONGEST_LIFE_HOURS: Final = 504
"""EKS Auto Mode replaces a node after 21 days, whatever its pool says."""


def _different(values: Sequence[str], what: str) -> None:
    for value in values:
        if values.count(value) > 1:
            raise ValueError(f"{value!r} stands twice in {what}: take one of both away")


class OwnNetwork(Section):
    """A VPC that the platform makes."""

    cidr: VpcCidr = Field(description="its network, like '10.40.0.0/16'")
    nat_per_zone: bool = Field(
        description="a NAT gateway in each zone; with one for all, the others have no way out when its zone is gone"
    )
    endpoints: list[Endpoint] = Field(
        description="AWS services that are reached without NAT, beside S3, like ['ecr.api', 'ecr.dkr', 'sts']"
    )

    @field_validator("endpoints")
    @classmethod
    def _endpoints_differ(cls, value: list[Endpoint]) -> list[Endpoint]:
        _different(value, "endpoints")
        return value


class ExistingNetwork(Section):
    """A VPC that exists; nothing in it is changed but what EKS adds."""

    vpc: VpcId = Field(description="its id")
    private_subnets: dict[str, SubnetId] = Field(description="a private subnet's id for each zone")
    public_subnets: dict[str, SubnetId] = Field(
        default={}, description="a public subnet's id for each zone, where the entrance is public"
    )
    store: list[Cidr] = Field(
        min_length=1, description="networks that S3's names lead to: of the subnets with its interface endpoint"
    )


class Network(Section):
    """Where all of it is."""

    own: OwnNetwork | None = Field(default=None, description="make a VPC")
    existing: ExistingNetwork | None = Field(default=None, description="take one that exists")

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.own is None) == (self.existing is None):
            given = "both" if self.own else "neither"
            raise ValueError(f"has {given} of own and existing: give exactly one")
        return self


class Addons(Section):
    """Versions of the cluster's add-ons: `aws eks describe-addon-versions` lists those that fit."""

    metrics_server: AddonVersion = Field(description="what autoscalers know CPU and memory from")
    log_shipping: AddonVersion = Field(
        description="of amazon-cloudwatch-observability: what brings the nodes' and pods' logs to CloudWatch"
    )
    model_volumes: AddonVersion | None = Field(
        default=None, description="of aws-mountpoint-s3-csi-driver: what mounts the model bucket; none without"
    )


class Cluster(Section):
    """The EKS cluster."""

    name: ClusterName = Field(description="its name, for good: another one is another cluster")
    version: ClusterVersion = Field(description="of Kubernetes, like '1.35'; one at a time when it is raised")
    support: Literal["STANDARD", "EXTENDED"] = Field(
        description="what happens when standard support ends: STANDARD upgrades it, EXTENDED keeps it and costs more"
    )
    service_cidr: ServiceCidr = Field(description="network of the cluster's Services, for good, like '172.20.0.0/16'")
    open_to: list[Outside] = Field(description="networks outside that may reach its API; with none, only the VPC may")
    log_retention_days: int = Field(description="days that the control plane's, nodes' and pods' logs are kept")
    addons: Addons = Field(description="its add-ons by version")

    @field_validator("log_retention_days")
    @classmethod
    def _known(cls, value: int) -> int:
        if value not in RETENTIONS:
            raise ValueError(f"{value} is nothing that CloudWatch keeps: take one of {', '.join(map(str, RETENTIONS))}")
        return value


class Runner(Section):
    """Machines in the VPC for the pipelines' jobs, because the cluster's API is private."""

    connection: ConnectionArn = Field(
        description="connection to GitHub, which somebody has approved on AWS's page; `aws codeconnections "
        "create-connection --provider-type GitHub` makes it"
    )


class Github(Section):
    """The pipelines: GitHub's, which sign in without any secret."""

    repository: Repository = Field(description="like 'example/slipway'")
    environment: GithubEnvironment = Field(
        description="GitHub's environment whose jobs may deploy; it holds the approval"
    )
    readers: list[GithubEnvironment] = Field(
        description="environments whose jobs may read as those of pull requests do: 'reading', and where this one's "
        "models go on to, like 'production'"
    )
    copies_from: list[Account] = Field(
        description="accounts whose stores this one's releases copy from, which its VPC lets them read: in prod, "
        "staging's, like ['111122223333']; none where nothing goes before"
    )
    runner: Runner | None = Field(default=None, description="machines in the VPC for the jobs; without it, your own")

    @model_validator(mode="after")
    def _readers_differ(self) -> Self:
        _different([self.environment, *self.readers], "environment and readers")
        return self

    @field_validator("copies_from")
    @classmethod
    def _accounts_differ(cls, value: list[Account]) -> list[Account]:
        _different(value, "copiesFrom")
        return value


class Access(Section):
    """Who may do what."""

    administrators: list[Principal] = Field(
        min_length=1, description="roles that may do everything in the cluster: who brings this stack up is one of them"
    )
    deployers: list[Principal] = Field(description="roles that may bring up serving stacks")
    github: Github | None = Field(default=None, description="pipelines that may deploy and preview; none without")

    @field_validator("administrators", "deployers")
    @classmethod
    def _principals_differ(cls, value: list[Principal]) -> list[Principal]:
        _different(value, "the list")
        return value


class Pool(Section):
    """Nodes of one kind."""

    categories: list[Literal["c", "m", "r", "g", "p"]] = Field(
        min_length=1, description="categories of instances, like ['c', 'm', 'r']; with a GPU: ['g']"
    )
    newer_than: int = Field(ge=3, le=20, description="generation that they are newer than, like 5")
    capacity: list[Literal["on-demand", "spot"]] = Field(min_length=1, description="how they are paid")
    cpu: Quantity = Field(description="all nodes' CPUs at most, like '64'")
    memory: Quantity = Field(description="all nodes' memory at most, like '256Gi'")
    gpu: bool = Field(
        default=False, description="whether they have GPUs; only pods that tolerate nvidia.com/gpu land there"
    )

    @model_validator(mode="after")
    def _kind(self) -> Self:
        with_gpu = {"g", "p"} & set(self.categories)
        if self.gpu and set(self.categories) - {"g", "p"}:
            raise ValueError(f"gpu is true, but categories {self.categories} have instances without: take 'g' or 'p'")
        if with_gpu and not self.gpu:
            raise ValueError(f"categories {self.categories} have GPUs, which every pod would take: set gpu to true")
        return self


class Nodes(Section):
    """The cluster's nodes, which EKS makes as pods need them."""

    disk: Quantity = Field(description="a node's disk, like '80Gi'")
    lifetime: Lifetime = Field(description="a node is replaced after so long, like '336h'")
    pools: dict[PoolName, Pool] = Field(min_length=1, description="kinds of nodes by name")

    @field_validator("disk")
    @classmethod
    def _holds_images(cls, value: Quantity) -> Quantity:
        if value < Quantity.parse("40Gi"):
            raise ValueError(f"{value} has no room for images and models: take at least 40Gi")
        return value

    @field_validator("lifetime")
    @classmethod
    def _within(cls, value: str) -> str:
        if int(value.removesuffix("h")) > LONGEST_LIFE_HOURS:
            raise ValueError(f"{value!r} is longer than EKS lets a node live: take at most '{LONGEST_LIFE_HOURS}h'")
        return value

    @model_validator(mode="after")
    def _has_plain(self) -> Self:
        if all(pool.gpu for pool in self.pools.values()):
            raise ValueError("pools has none without GPUs, and the platform's own pods would find no node: add one")
        return self


class Store(Section):
    """The buckets."""

    bucket: BucketName = Field(description="of models; its name is taken once in the world")
    logs: BucketName = Field(description="of access and flow logs")
    log_days: int = Field(ge=1, le=3653, description="days that these are kept")
    force_destroy: bool = Field(description="whether `pulumi destroy` may delete buckets and images that are there")
    readers: dict[Namespace, list[ModelName]] = Field(
        description="models by namespace: a model's pods read its own files and nobody else's"
    )

    @model_validator(mode="after")
    def _apart(self) -> Self:
        if self.bucket == self.logs:
            raise ValueError(f"bucket and logs are both {self.bucket!r}: logs of a bucket can't lie in it, rename one")
        for namespace, models in self.readers.items():
            _different(models, f"readers.{namespace}")
        return self


class Cache(Section):
    """Third-party images, pulled through our registry."""

    upstream: Upstream = Field(description="the registry that they come from")
    credential: CacheCredential | None = Field(
        default=None, description="secret with which ECR signs in there: user name and access token"
    )

    @model_validator(mode="after")
    def _signed_in(self) -> Self:
        if (self.upstream in SIGNED) != (self.credential is not None):
            needs = "needs a" if self.upstream in SIGNED else "takes no"
            remedy = "name its secret" if self.upstream in SIGNED else "take it away"
            raise ValueError(f"upstream {self.upstream} {needs} credential: {remedy}")
        return self


class Registry(Section):
    """The image registry."""

    keep: int = Field(ge=10, le=1000, description="images of the service that are kept: rollbacks need former ones")
    caches: dict[CachePrefix, Cache] = Field(description="registries whose images are cached, by the prefix they get")

    @model_validator(mode="after")
    def _once(self) -> Self:
        _different([cache.upstream for cache in self.caches.values()], "the upstreams of caches")
        return self


class Public(Section):
    """An entrance from the internet."""

    open_to: list[Outside] = Field(min_length=1, description="networks that may send requests")


class Ingress(Section):
    """How requests get in. It is internal unless `public` says otherwise."""

    host: Host = Field(description="name under which clients reach the gateway, like 'models.example.com'")
    zone: ZoneId | None = Field(
        default=None, description="public hosted zone that has the name; without it, a private one is made for the VPC"
    )
    certificate: CertificateArn | None = Field(
        default=None, description="certificate of the name; without it, one is issued where `zone` can prove the name"
    )
    public: Public | None = Field(default=None, description="let the internet in; without it, only the VPC's networks")

    @property
    def tls(self) -> bool:
        """Whether there is a certificate."""
        return self.zone is not None or self.certificate is not None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if "." not in self.host:
            raise ValueError(f"host {self.host!r} has no domain: take one like 'models.example.com'")
        if not self.zone and not self.host.endswith(".internal"):
            raise ValueError(
                f"host {self.host!r} has no zone, and one made for the VPC would hide the domain's own names there: "
                "give the zone, or take a name that ends in '.internal'"
            )
        if self.public and not self.zone:
            raise ValueError(
                "public needs a name that the internet knows, with a certificate: give the zone of the host"
            )
        return self


class Watch(Section):
    """What is watched of the account, beside what Prometheus sees."""

    emails: list[Email] = Field(min_length=1, description="who is told of alarms and costs")
    monthly_budget: Annotated[Decimal, Field(gt=0, decimal_places=2)] = Field(
        description="US dollars a month; at 80 %, at all of it and when it will be passed, somebody is told"
    )

    @field_validator("emails")
    @classmethod
    def _emails_differ(cls, value: list[Email]) -> list[Email]:
        _different(value, "emails")
        return value


class Aws(Section):
    """All of it."""

    account: Account = Field(description="the account: no other is touched")
    region: Region = Field(description="the region, like 'eu-central-1'")
    zones: list[str] = Field(description="three zones of the region, like ['eu-central-1a', …]")
    tags: dict[str, str] = Field(description="tags of everything: owner, cost-center and whatever else you sort by")
    network: Network = Field(description="the VPC")
    cluster: Cluster = Field(description="the EKS cluster")
    access: Access = Field(description="who may do what")
    nodes: Nodes = Field(description="the cluster's nodes")
    store: Store = Field(description="the buckets")
    registry: Registry = Field(description="the image registry")
    ingress: Ingress = Field(description="how requests get in")
    watch: Watch = Field(description="what is watched of the account")

    @model_validator(mode="after")
    def _zones_are_the_regions(self) -> Self:
        _different(self.zones, "zones")
        if len(self.zones) != ZONES:
            raise ValueError(f"zones has {len(self.zones)}: take {ZONES}, so that one may be gone")
        for zone in self.zones:
            if zone[:-1] != self.region or not zone[-1:].isalpha():
                raise ValueError(f"zones has {zone!r}, which is none of {self.region}: take one like '{self.region}a'")
        return self

    @model_validator(mode="after")
    def _tags_are_ours(self) -> Self:
        for key, value in self.tags.items():
            if key.lower().startswith(("aws:", "eks:", "kubernetes.io/", "karpenter.sh/")) or key == "Name":
                raise ValueError(f"tags.{key} is not yours to set: give it another name")
            if not 1 <= len(key) <= 128 or len(value) > 256 or "," in value or "=" in value:  # noqa: PLR2004 - AWS's limits
                raise ValueError(f"tags.{key} = {value!r} is no tag: at most 256 characters, without ',' and '='")
        for key in ("owner", "cost-center"):
            if not self.tags.get(key):
                raise ValueError(f"tags lacks {key!r}: say whose it is and who pays")
        return self

    @model_validator(mode="after")
    def _networks_apart(self) -> Self:
        own = self.network.own
        taken = [("cluster.serviceCidr", self.cluster.service_cidr), *([("network.own.cidr", own.cidr)] if own else [])]
        for (one, first), (other, second) in combinations(taken, 2):
            if ipaddress.ip_network(first).overlaps(ipaddress.ip_network(second)):
                raise ValueError(f"{one} {first} overlaps {other} {second}: change one")
        return self

    @model_validator(mode="after")
    def _existing_network_fits(self) -> Self:
        existing = self.network.existing
        for name, subnets in (
            ("privateSubnets", existing.private_subnets if existing else None),
            ("publicSubnets", existing.public_subnets if existing and self.ingress.public else None),
        ):
            if subnets is None:
                continue
            if sorted(subnets) != sorted(self.zones):
                raise ValueError(f"network.existing.{name} has {sorted(subnets)}: give one of each zone {self.zones}")
            _different(list(subnets.values()), f"network.existing.{name}")
        return self

    @model_validator(mode="after")
    def _of_this_account(self) -> Self:
        where = f":{self.region}:{self.account}:"
        caches = self.registry.caches.items()
        runner = self.access.github.runner if self.access.github else None
        named = [
            ("ingress.certificate", self.ingress.certificate),
            ("access.github.runner.connection", runner.connection if runner else None),
            *((f"registry.caches.{name}.credential", cache.credential) for name, cache in caches),
        ]
        for key, arn in named:
            if arn is not None and where not in arn:
                raise ValueError(f"{key} {arn!r} is not of {self.account} in {self.region}: take one that is")
        for kind in ("administrators", "deployers"):
            for arn in getattr(self.access, kind):
                if f"::{self.account}:" not in arn:
                    raise ValueError(
                        f"access.{kind} has {arn!r}, which is not of the account {self.account}: take one that is"
                    )
        if self.access.github and self.account in self.access.github.copies_from:
            raise ValueError(f"access.github.copiesFrom has {self.account!r}, the account itself: take it away")
        return self
