import base64

from google.protobuf import json_format

from infra.shared.namespaces import SYNTHETIC_TOKEN, SYNTHETIC_TOKEN_KEY
from tests.infra import stacks
from tests.infra.recording import Recording
from tests.infra.values import Object

NAMES = [f"{namespace}-synthetic-token" for namespace in ("serving", "trial", "staging", "prod")]
KIND = "kubernetes:core/v1:Secret"
SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - the engine's mark of a secret value


def run_again() -> Recording:
    return stacks.platform_with(stacks.platform_configuration())


def token(recording: Recording, name: str) -> str:
    (value,) = recording.one("Secret", name)["data"].values()
    return base64.b64decode(value).decode()


def asked(recording: Recording) -> dict[tuple[str, str], Object]:
    """What the engine is asked to make, as it is on the wire."""
    return {(one.type, one.name): json_format.MessageToDict(one.request.object) for one in recording.resources}


def test_each_serving_stacks_namespace_has_one_of_its_own() -> None:
    for name in NAMES:
        secret = stacks.platform().one("Secret", name)
        assert secret["metadata"]["namespace"] == name.partition("-")[0]
        assert secret["metadata"]["name"] == SYNTHETIC_TOKEN
        assert set(secret["data"]) == {SYNTHETIC_TOKEN_KEY}
        assert len(token(stacks.platform(), name)) >= 32
    assert len({token(stacks.platform(), name) for name in NAMES}) == len(NAMES)


def test_a_later_run_is_the_same_but_for_a_value_that_the_engine_does_not_take() -> None:
    first, second = asked(stacks.platform()), asked(run_again())
    for name in NAMES:
        assert stacks.platform().resource("Secret", name).request.ignoreChanges == ["data"]
        assert first[KIND, name].pop("data") != second[KIND, name].pop("data")
    assert first == second


def test_it_is_secret_wherever_it_stands() -> None:
    recording = run_again()
    values = {base64.b64encode(token(recording, name).encode()).decode() for name in NAMES}
    values |= {token(recording, name) for name in NAMES}
    everything = asked(recording)
    for name in NAMES:
        assert SECRET in str(everything[KIND, name].pop("data"))
    assert not [value for value in values if value in str(everything) + str(recording.outputs)]


def test_it_can_be_replaced_even_where_namespaces_are_kept() -> None:
    config = stacks.platform_configuration() | {"slipway-platform:protect": True}
    request = stacks.platform_with(config).resource("Secret", NAMES[0]).request
    assert request.protect is False
    # The provider would write the new one over the old one, and then delete what has its name.
    assert request.deleteBeforeReplace is True


def test_pods_read_the_one_of_their_namespace() -> None:
    deployment = stacks.serving().one("Deployment")
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    (source,) = [one["valueFrom"] for one in container["env"] if one["name"] == "SYNTHETIC_TOKEN"]
    kept = stacks.platform().one("Secret", f"{deployment['metadata']['namespace']}-synthetic-token")
    assert source == {"secretKeyRef": {"name": kept["metadata"]["name"], "key": SYNTHETIC_TOKEN_KEY}}
    assert SYNTHETIC_TOKEN_KEY in kept["data"]


def test_no_release_comes_of_another_value() -> None:
    released = stacks.serving_on(run_again().outputs).outputs["models"]["maintenance_predictor"]["release"]
    assert released == stacks.serving().outputs["models"]["maintenance_predictor"]["release"]
