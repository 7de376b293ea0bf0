"""The rules. This list is what the pack enforces; a test compares it with the files."""

from typing import Final

from pulumi_policy import Policy

from policies.rules.aws.forbid_force_destroy import forbid_force_destroy
from policies.rules.aws.require_bucket_encryption import require_bucket_encryption
from policies.rules.aws.require_bucket_ownership import require_bucket_ownership
from policies.rules.aws.require_bucket_tls import require_bucket_tls
from policies.rules.aws.require_bucket_versioning import require_bucket_versioning
from policies.rules.aws.require_private_bucket import require_private_bucket
from policies.rules.kubernetes.forbid_host_access import forbid_host_access
from policies.rules.kubernetes.forbid_implicit_token import forbid_implicit_token
from policies.rules.kubernetes.forbid_open_load_balancer import forbid_open_load_balancer
from policies.rules.kubernetes.forbid_privilege import forbid_privilege
from policies.rules.kubernetes.forbid_unseen_pods import forbid_unseen_pods
from policies.rules.kubernetes.forbid_wildcard_rights import forbid_wildcard_rights
from policies.rules.kubernetes.require_canary_analysis import require_canary_analysis
from policies.rules.kubernetes.require_image_digest import require_image_digest
from policies.rules.kubernetes.require_namespace import require_namespace
from policies.rules.kubernetes.require_non_root import require_non_root
from policies.rules.kubernetes.require_probes import require_probes
from policies.rules.kubernetes.require_read_only_root import require_read_only_root
from policies.rules.kubernetes.require_resources import require_resources
from policies.rules.kubernetes.require_seccomp import require_seccomp
from policies.rules.kubernetes.require_two_pods import require_two_pods
from policies.rules.stack.require_default_deny import require_default_deny
from policies.rules.stack.require_disruption_budget import require_disruption_budget

RULES: Final[list[Policy]] = [
    forbid_force_destroy,
    require_bucket_encryption,
    require_bucket_ownership,
    require_bucket_tls,
    require_bucket_versioning,
    require_private_bucket,
    forbid_host_access,
    forbid_implicit_token,
    forbid_open_load_balancer,
    forbid_privilege,
    forbid_unseen_pods,
    forbid_wildcard_rights,
    require_canary_analysis,
    require_image_digest,
    require_namespace,
    require_non_root,
    require_probes,
    require_read_only_root,
    require_resources,
    require_seccomp,
    require_two_pods,
    require_default_deny,
    require_disruption_budget,
]
