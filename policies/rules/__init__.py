"""The rules. This list is what the pack enforces; a test compares it with the files."""

from typing import Final

from pulumi_policy import Policy

from policies.rules.aws.forbid_force_destroy import forbid_force_destroy
from policies.rules.aws.forbid_open_cluster import forbid_open_cluster
from policies.rules.aws.forbid_open_ingress import forbid_open_ingress
from policies.rules.aws.forbid_wildcard_grants import forbid_wildcard_grants
from policies.rules.aws.require_bucket_encryption import require_bucket_encryption
from policies.rules.aws.require_bucket_ownership import require_bucket_ownership
from policies.rules.aws.require_bucket_tls import require_bucket_tls
from policies.rules.aws.require_bucket_versioning import require_bucket_versioning
from policies.rules.aws.require_cluster_access_entries import require_cluster_access_entries
from policies.rules.aws.require_cluster_encryption import require_cluster_encryption
from policies.rules.aws.require_cluster_logs import require_cluster_logs
from policies.rules.aws.require_flow_logs import require_flow_logs
from policies.rules.aws.require_guarded_repository import require_guarded_repository
from policies.rules.aws.require_key_rotation import require_key_rotation
from policies.rules.aws.require_load_balancer_tls import require_load_balancer_tls
from policies.rules.aws.require_log_retention import require_log_retention
from policies.rules.aws.require_private_bucket import require_private_bucket
from policies.rules.aws.require_protection import require_protection
from policies.rules.aws.require_scoped_trust import require_scoped_trust
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
    forbid_open_cluster,
    forbid_open_ingress,
    forbid_wildcard_grants,
    require_bucket_encryption,
    require_bucket_ownership,
    require_bucket_tls,
    require_bucket_versioning,
    require_cluster_access_entries,
    require_cluster_encryption,
    require_cluster_logs,
    require_flow_logs,
    require_guarded_repository,
    require_key_rotation,
    require_load_balancer_tls,
    require_log_retention,
    require_private_bucket,
    require_protection,
    require_scoped_trust,
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
