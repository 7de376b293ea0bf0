"""The account that the platform makes for a serving stack may do what that stack does, and no more."""

from collections.abc import Iterator

import pytest

from tests.infra import stacks
from tests.infra.changes import unwatched
from tests.infra.values import Object

# What the engine asks of each object: made with server-side apply, read back, awaited, and removed.
VERBS = {"get", "list", "watch", "create", "patch", "update", "delete"}
# What it looks at while it waits for Deployments and Jobs, the namespace itself, and what a preview and people need.
LOOKED_AT = {
    ("", "namespaces", "get"),
    ("rbac.authorization.k8s.io", "roles", "bind"),  # in a preview, a role that isn't there yet
    *(
        (group, resource, verb)
        for group, resource in (
            ("", "persistentvolumeclaims"),
            ("", "pods"),
            ("apps", "replicasets"),
            ("argoproj.io", "analysisruns"),  # for those who ask why a release ended
        )
        for verb in ("get", "list", "watch")
    ),
}


def granted(rules: list[Object]) -> set[tuple[str, str, str]]:
    """Group, resource and verb of each right; those on named objects only are rights on fewer."""
    return {
        (group, resource, verb)
        for rule in rules
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }


def declared(stack: str) -> Iterator[tuple[str, str]]:
    """Group and resource of every object of a serving stack, whether it wants monitoring or not."""
    config = stacks.serving_configuration(stack)
    unwatched(config)
    alone = stacks.serving_with(config, stack)
    for thing in [*stacks.serving(stack).kubernetes, *alone.kubernetes]:
        kind = thing["kind"].lower()
        group, slash, _ = thing["apiVersion"].partition("/")
        yield group if slash else "", f"{kind[:-1]}ies" if kind.endswith("y") else f"{kind}s"


def handed_on() -> set[tuple[str, str, str]]:
    return {right for role in stacks.serving().of("Role") for right in granted(role.inputs["rules"])}


def theirs() -> set[tuple[str, str, str]]:
    return granted(stacks.platform().one("Role", "serving-deployer")["rules"])


@pytest.mark.parametrize("stack", stacks.STACKS)
def test_it_may_do_all_that_is_done_with_what_the_stack_declares(stack: str) -> None:
    wanted = {(group, resource, verb) for group, resource in declared(stack) for verb in VERBS}
    assert len(wanted) > 70
    assert wanted - theirs() == set()


def test_it_holds_every_right_that_it_hands_on() -> None:
    assert ("argoproj.io", "rollouts/status", "patch") in handed_on()
    assert handed_on() - theirs() == set()


def test_it_may_do_nothing_else() -> None:
    needed = {(group, resource, verb) for group, resource in declared("local") for verb in VERBS}
    assert theirs() - needed - handed_on() == LOOKED_AT - handed_on()


def test_all_that_the_stack_declares_is_in_its_namespace() -> None:
    assert {thing["metadata"]["namespace"] for thing in stacks.serving().kubernetes} == {"serving"}
