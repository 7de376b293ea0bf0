import pytest

from slipway.pipeline.plan import WORDS, Plan, Released, Verdict, plan
from tests.slipway.pipeline.engine import UNKNOWN, problem, ran, released, step, violation

CONFIG_MAP = step("create", "kubernetes:core/v1:ConfigMap", "more")


def test_nothing_to_change() -> None:
    found = plan("slipway/prod", ran(step("same", "kubernetes:core/v1:Service", "x")))
    assert found == Plan(stack="slipway/prod", verdict=Verdict.NOTHING)


def test_one_release_is_known_as_one() -> None:
    found = plan("slipway/prod", ran(*released("1.0.0", "1.1.0")))
    assert found.verdict is Verdict.CHANGES
    assert found.releases == (Released(model="tiny_model", before="1.0.0", after="1.1.0", image=False),)
    assert found.only_releases
    assert found.counts == {"update": 2, "replace": 1}


@pytest.mark.parametrize("image", [f"127.0.0.1:1/x@sha256:{'2' * 64}", UNKNOWN])
def test_another_image_is_a_release_too(image: str) -> None:
    build = step("update", "docker-build:index:Image", "service")
    found = plan("slipway/prod", ran(build, *released("1.0.0", "1.0.0", image=image)))
    assert found.releases == (Released(model="tiny_model", before="1.0.0", after="1.0.0", image=True),)
    assert found.only_releases


def test_what_is_made_beside_a_release_is_no_part_of_it() -> None:
    assert not plan("slipway/prod", ran(*released("1.0.0", "1.1.0"), CONFIG_MAP)).only_releases
    assert not plan("slipway/prod", ran(CONFIG_MAP)).only_releases


def test_other_deployments_are_no_releases() -> None:
    found = plan("x/y", ran(step("update", "kubernetes:apps/v1:Deployment", "traefik", old={"inputs": {"spec": 1}})))
    assert (found.releases, found.only_releases) == ((), False)


def test_a_first_release_has_nothing_before_it() -> None:
    events = released("1.0.0", "1.0.0")
    events[2]["resourcePreEvent"]["metadata"].update(op="create", old=None)
    assert plan("x/y", ran(*events)).releases == (
        Released(model="tiny_model", before=None, after="1.0.0", image=False),
    )


def test_a_violation_refuses_all_of_it_and_is_told_once() -> None:
    found = plan("slipway/prod", ran(CONFIG_MAP, violation(), violation(), problem("preview failed"), code=1))
    assert found.verdict is Verdict.REFUSED
    [one] = found.findings
    assert (one.policy, one.resource, one.message) == (
        "require-image-digest",
        "tiny-model",
        "container 'x' has no digest",
    )
    assert found.errors == ()


def test_advice_refuses_nothing() -> None:
    found = plan("slipway/prod", ran(CONFIG_MAP, violation(level="advisory")))
    assert (found.verdict, [one.mandatory for one in found.findings]) == (Verdict.CHANGES, [False])


def test_a_failure_says_why() -> None:
    found = plan("slipway/prod", ran(problem("models.pump.version\nis no version"), problem("preview failed"), code=1))
    assert (found.verdict, found.errors) == (Verdict.FAILED, ("models.pump.version is no version",))
    assert plan("x/y", ran(code=255, said="error: no stack named 'y' found\n")).errors == ("no stack named 'y' found",)
    assert plan("x/y", ran(code=-9)).errors == ("it did not say why",)


def test_no_value_is_in_it() -> None:
    found = plan("slipway/prod", ran(*released("1.0.0", "1.1.0")))
    assert "hunter2" not in found.model_dump_json()
    assert found.changes[1].paths == ("spec.template.spec.containers[0].env[1].value",)
    assert found.changes[2].paths == ("metadata",)


def test_a_long_message_is_clipped() -> None:
    [error] = plan("x/y", ran(problem("x" * 5000), code=1)).errors
    assert len(error) == WORDS + 1


def test_it_is_read_back_as_it_was_written() -> None:
    found = plan("slipway/prod", ran(*released("1.0.0", "1.1.0"), violation(level="advisory")))
    assert Plan.model_validate_json(found.model_dump_json()) == found
