"""What the platform exports is what serving and the tools read; nothing more, nothing less."""

from dataclasses import fields

from pydantic.alias_generators import to_camel

from infra.shared.platform_outputs import PlatformOutputs
from tests.infra import stacks


def test_the_outputs_are_these() -> None:
    outputs = stacks.platform().outputs
    assert set(outputs) == {to_camel(field.name) for field in fields(PlatformOutputs)}
    assert outputs["registry"] == "127.0.0.1:5050"
    assert set(outputs["cluster"]) == {"endpoint", "certificateAuthority", "identifier"}
    assert set(outputs["modelStore"]) == {"url", "region", "environment"}
    assert set(outputs["gateway"]) == {"url", "internalUrl", "namespace", "port"}
    assert set(outputs["network"]) == {"apiServer", "modelStore"}
    assert set(outputs["monitoring"]) == {"url", "namespace", "labels", "autoscalerNamespace"}
    assert set(outputs["namespaces"]) == set(outputs["credentials"]) == {"prod", "serving", "staging", "trial"}
    assert all(set(one) == {"routes", "quota"} for one in outputs["namespaces"].values())


def test_only_what_opens_the_cluster_is_secret() -> None:
    assert stacks.platform().secrets == {"credentials"}


def test_the_environment_of_the_store_is_plain_text_for_pods_and_tools() -> None:
    environment = stacks.platform().outputs["modelStore"]["environment"]
    assert environment["AWS_ENDPOINT_URL"] == "http://10.244.0.1:4566"
    assert all(isinstance(value, str) for value in environment.values())


def test_the_gateway_is_where_the_platform_says() -> None:
    outputs = stacks.platform().outputs["gateway"]
    service = stacks.platform().one("Service", "traefik-service")["metadata"]
    assert outputs["internalUrl"] == f"http://{service['name']}.{service['namespace']}.svc.cluster.local"
    assert outputs["namespace"] == service["namespace"]
    pod = stacks.platform().one("Deployment", "traefik")["spec"]["template"]["spec"]
    assert outputs["port"] in [port["containerPort"] for port in pod["containers"][0]["ports"]]


def test_serving_refers_to_a_stack_of_the_platforms_project() -> None:
    for stack in stacks.STACKS:
        assert stacks.committed(f"Pulumi.{stack}.yaml")["slipway:platform"] == f"organization/slipway-platform/{stack}"
    stacks.serving()
