import pulumi
import pytest

from tests.infra import stacks

KEY = "slipway-pins:maintenance_predictor"


@pytest.mark.parametrize("key", ["hunter2", "a" * 19, "spaces are none of it, ever", "`) || Path(`/anything-at-all"])
def test_a_key_that_could_be_guessed_or_read_as_a_rule_is_refused_without_showing_it(key: str) -> None:
    with pytest.raises(pulumi.RunError, match=f"{KEY} is no key of 20 letters, .*config set --secret {KEY}") as error:
        stacks.serving_with(stacks.serving_configuration("local") | {KEY: key})
    assert key not in str(error.value)


def test_a_key_of_no_model_is_refused_with_the_models_that_there_are() -> None:
    with pytest.raises(pulumi.RunError, match=r"slipway-pins:pump is the key of no model .*\(maintenance_predictor\)"):
        stacks.serving_with(stacks.serving_configuration("local") | {"slipway-pins:pump": "k" * 20})


def test_the_key_is_kept_secret() -> None:
    recording = stacks.serving_with(stacks.serving_configuration("local") | {KEY: "k" * 20})
    route = recording.resource("IngressRoute", "maintenance-predictor-canary-route")
    # What marks a secret on the engine's wire.
    assert "4dabf18193072939515e22adb298388d" in str(route.request.object)
