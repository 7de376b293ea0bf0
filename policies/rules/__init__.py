"""The rules. This list is what the pack enforces; a test compares it with the files."""

from policies.rules.forbid_host_access import forbid_host_access
from policies.rules.forbid_privilege import forbid_privilege
from policies.rules.require_image_digest import require_image_digest
from policies.rules.require_non_root import require_non_root
from policies.rules.require_probes import require_probes
from policies.rules.require_read_only_root import require_read_only_root
from policies.rules.require_resources import require_resources
from policies.rules.require_seccomp import require_seccomp

RULES = [
    forbid_host_access,
    forbid_privilege,
    require_image_digest,
    require_non_root,
    require_probes,
    require_read_only_root,
    require_resources,
    require_seccomp,
]
