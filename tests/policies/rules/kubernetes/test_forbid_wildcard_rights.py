import pytest

from policies.rules.kubernetes.forbid_wildcard_rights import forbid_wildcard_rights as rule
from tests.policies.compliant import told
from tests.policies.judging import Change, put


def test_the_compliant_stack_is_accepted() -> None:
    assert told(rule) == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"role": put("rules", 0, "verbs", value=["get", "*"])}, "Role 'app' grants verbs '*': name what is needed"),
        ({"role": put("rules", 0, "resources", value=["*"])}, "grants resources '*'"),
        ({"role": put("rules", 0, "resources", value=["pods/*"])}, "grants resources 'pods/*'"),
        ({"role": put("rules", 0, "apiGroups", value=["*"])}, "grants apiGroups '*'"),
        ({"role": put("rules", 0, "nonResourceURLs", value=["*"])}, "grants nonResourceURLs '*'"),
        ({"binding": put("roleRef", "name", value="cluster-admin")}, "RoleBinding 'app' binds 'cluster-admin'"),
    ],
)
def test_one_thing_wrong_is_named(changes: dict[str, Change], message: str) -> None:
    (said,) = told(rule, **changes)
    assert message in said
