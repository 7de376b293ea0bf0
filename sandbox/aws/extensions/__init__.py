"""All that this server does beside moto: the index of the modules that hold handlers."""

from types import ModuleType
from typing import Final

from sandbox.aws.extensions import acm, amp, budgets, ecr, iam, kms, logs, quotas
from sandbox.aws.extensions.ec2 import dependencies, endpoints
from sandbox.aws.extensions.eks import access, addons, associations, clusters, tags, updates
from sandbox.aws.extensions.s3 import buckets, configurations, policies
from sandbox.aws.extensions.sts import trust

MODULES: Final[tuple[ModuleType, ...]] = (
    access,
    acm,
    addons,
    amp,
    associations,
    buckets,
    budgets,
    clusters,
    configurations,
    dependencies,
    ecr,
    endpoints,
    iam,
    kms,
    logs,
    policies,
    quotas,
    tags,
    trust,
    updates,
)


def change_moto() -> None:
    """Change moto, for the whole process, where no handler can reach."""
    acm.never_by_time()
    buckets.take_destinations()
    ecr.accept_pulls()
    policies.read_whole()
