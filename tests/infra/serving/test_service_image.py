from infra.serving import stack
from tests.infra import stacks


def test_the_image_is_built_in_updates_alone_and_pushed() -> None:
    image = stacks.serving().one("Image")
    assert image["push"] is True
    assert image["buildOnPreview"] is False
    assert image["platforms"] == ["linux/amd64"]


def test_the_context_is_the_checkout_wherever_it_lies() -> None:
    image = stacks.serving().one("Image")
    program = stacks.CHECKOUT / "infra/serving"
    assert (program / image["context"]["location"]).resolve() == stacks.CHECKOUT
    assert (program / image["dockerfile"]["location"]).resolve() == stacks.CHECKOUT / "Dockerfile"
    assert stack.__file__ == str(program / "stack.py")


def test_the_base_is_the_one_that_the_stack_names() -> None:
    base = stacks.serving_configuration("local")["slipway:image"]["build"]["base"]
    assert stacks.serving().one("Image")["buildArgs"] == {"BASE": base}


def test_what_is_deployed_is_the_digest_and_never_the_tag() -> None:
    built = f"127.0.0.1:5050/slipway/service@sha256:{'d' * 64}"
    for kind in ("Deployment", "Job"):
        (container,) = stacks.serving().one(kind)["spec"]["template"]["spec"]["containers"]
        assert container["image"] == built


def test_a_stack_that_names_a_digest_builds_nothing() -> None:
    prod = stacks.serving("prod")
    assert not prod.of("Image")
    named = stacks.serving_configuration("prod")["slipway:image"]["digest"]
    assert prod.one("Deployment")["spec"]["template"]["spec"]["containers"][0]["image"] == named
