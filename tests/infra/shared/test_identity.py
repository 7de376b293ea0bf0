from tests.infra import stacks
from tests.infra.recording import Recording
from tests.infra.values import Object


def rules(recording: Recording, kind: str, name: str) -> list[Object]:
    return recording.one(kind, name)["rules"]


def test_a_token_is_only_mounted_where_a_pod_asks_for_one() -> None:
    for recording in (stacks.platform(), stacks.serving()):
        for account in recording.of("ServiceAccount"):
            assert account.inputs["automountServiceAccountToken"] is False


def test_pods_start_after_their_rights_are_granted() -> None:
    traefik = stacks.platform().resource("Deployment", "traefik").dependencies
    assert {"ServiceAccount traefik-account", "ClusterRoleBinding traefik-everywhere"} <= traefik
    rollouts = stacks.platform().resource("Deployment", "argo-rollouts").dependencies
    assert {"ClusterRoleBinding argo-rollouts-everywhere", "RoleBinding argo-rollouts-at-home"} <= rollouts
    assert "RoleBinding verify-maintenance-predictor-at-home" in stacks.serving().resource("Job").dependencies


def test_a_role_is_bound_to_the_account_that_it_is_for() -> None:
    for recording in (stacks.platform(), stacks.serving()):
        for binding in [*recording.of("ClusterRoleBinding"), *recording.of("RoleBinding")]:
            (subject,) = binding.inputs["subjects"]
            role = binding.type.rpartition(":")[2].removesuffix("Binding")
            assert binding.inputs["roleRef"]["kind"] == role
            ours = [one for one in recording.of(role) if one.name == binding.name]
            named = ours[0].inputs["metadata"]["name"] if ours else "extension-apiserver-authentication-reader"
            assert binding.inputs["roleRef"]["name"] == named
            assert binding.inputs["metadata"]["name"].removeprefix("slipway-") == subject["name"]


def test_no_rule_has_a_wildcard_and_none_reaches_beyond_itself() -> None:
    for recording in (stacks.platform(), stacks.serving()):
        for role in [*recording.of("ClusterRole"), *recording.of("Role")]:
            for rule in role.inputs["rules"]:
                assert "*" not in [*rule["apiGroups"], *rule["resources"], *rule["verbs"]]
                assert not {"escalate", "impersonate"} & set(rule["verbs"])


def test_only_a_deployer_may_bind_roles_unseen_and_only_those_of_its_namespace() -> None:
    for recording in (stacks.platform(), stacks.serving()):
        for role in [*recording.of("ClusterRole"), *recording.of("Role")]:
            binds = [rule for rule in role.inputs["rules"] if "bind" in rule["verbs"]]
            if not role.name.endswith("-deployer"):
                assert binds == []
                continue
            assert role.type.endswith(":Role")
            assert [(rule["resources"], rule["verbs"]) for rule in binds] == [(["roles"], ["bind"])]


def test_the_rollouts_controller_only_reads_deployments_and_only_its_own_secrets() -> None:
    platform = stacks.platform()
    everywhere = rules(platform, "ClusterRole", "argo-rollouts-everywhere")
    (deployments,) = [rule for rule in everywhere if "deployments" in rule["resources"]]
    assert deployments["verbs"] == ["get", "list", "watch"]
    assert not [rule for rule in everywhere if "secrets" in rule["resources"]]
    assert [rule for rule in rules(platform, "Role", "argo-rollouts-at-home") if "secrets" in rule["resources"]]


def test_verification_may_read_what_it_judges_by_and_tell_its_rollout_what_to_do_and_nothing_else() -> None:
    granted = rules(stacks.serving(), "Role", "verify-maintenance-predictor-at-home")
    assert {(resource, verb) for rule in granted for resource in rule["resources"] for verb in rule["verbs"]} == {
        ("rollouts", "get"),
        ("rollouts/status", "patch"),
        ("analysisruns", "list"),
        ("deployments", "get"),
        ("replicasets", "list"),
        ("pods", "list"),
    }


def test_verification_reaches_no_other_models_rollout() -> None:
    granted = rules(stacks.serving(), "Role", "verify-maintenance-predictor-at-home")
    of_rollouts = [rule for rule in granted if any("rollouts" in resource for resource in rule["resources"])]
    assert len(of_rollouts) == 2
    for rule in of_rollouts:
        assert rule["resourceNames"] == [stacks.serving().one("Rollout")["metadata"]["name"]]
