"""What doesn't talk to the Kubernetes API can't."""

from collections.abc import Iterator

from policies import workloads
from policies.props import Props
from policies.rule import rule


@rule(workloads.pods)
def forbid_implicit_token(pod: Props) -> Iterator[str]:
    """Every pod says whether a token of its service account is mounted, and only an account of its own has one."""
    mounted, account = pod.get("automountServiceAccountToken"), pod.get("serviceAccountName")
    if not isinstance(mounted, bool):
        yield "the pod doesn't say automountServiceAccountToken: set it to false unless it needs the Kubernetes API"
    elif mounted and account in (None, "", "default"):
        yield f"the pod mounts a token of serviceAccountName {account!r}: give it an account of its own"
