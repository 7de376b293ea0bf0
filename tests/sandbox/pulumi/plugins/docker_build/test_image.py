"""`docker-build:index:Image` with buildah and a registry, through its whole life."""

import os
from importlib.metadata import version
from pathlib import Path
from typing import Any

import grpc
import httpx
import pytest

from sandbox.pulumi.plugins.docker_build import registry as api
from sandbox.pulumi.plugins.docker_build.reference import Reference
from sandbox.pulumi.plugins.wire import Secret, Unknown

pytestmark = pytest.mark.engine
IMAGE = "docker-build:index:Image"


def digest_of(tag: Any) -> Any:
    reference = Reference.parse(tag)
    return api.digest(reference.repository, reference.tag)


def config_of(tag: Any) -> Any:
    """The image's configuration, as a container runtime reads it."""
    repository = Reference.parse(tag).repository
    base = f"http://{repository.registry}/v2/{repository.name}"
    with httpx.Client(trust_env=False, headers={"Accept": ", ".join(api.TYPES)}) as client:
        manifest = client.get(f"{base}/manifests/{Reference.parse(tag).tag}").json()
        return client.get(f"{base}/blobs/{manifest['config']['digest']}").json()


def built(said: Any) -> Any:
    return any(line.startswith("STEP") for line in said.lasting)


def test_the_plugin_has_the_version_of_the_installed_sdk(plugin: Any) -> None:
    assert plugin.version() == version("pulumi-docker-build")


def test_an_image_is_built_pushed_and_told_by_digest(plugin: Any, inputs: Any, said: Any) -> None:
    image = plugin.create(IMAGE, "service", inputs)

    tag = inputs["tags"][0]
    assert image.outputs["digest"] == digest_of(tag)
    assert image.id == image.outputs["digest"]
    assert image.outputs["ref"] == f"{tag}@{image.outputs['digest']}"
    assert image.outputs["tags"] == [tag]
    assert "STEP 1/6: FROM scratch" in said.lasting
    assert any("pushed" in line for line in said.lasting)


def test_health_check_arguments_and_labels_are_in_the_image(plugin: Any, inputs: Any) -> None:
    news = {**inputs, "buildArgs": {"COLOUR": "blue"}, "labels": {"revision": "1"}}

    plugin.create(IMAGE, "service", news)

    config = config_of(inputs["tags"][0])["config"]
    assert config["Healthcheck"]["Test"] == ["CMD", "/hello", "--alive"]
    assert config["Labels"]["colour"] == "blue"
    assert config["Labels"]["revision"] == "1"
    assert config["Cmd"] == ["/hello"]


def test_a_preview_builds_nothing_and_says_what_it_cannot_know(plugin: Any, inputs: Any, said: Any) -> None:
    planned = plugin.create(IMAGE, "service", inputs, preview=True)

    assert planned.outputs["digest"] == Unknown()
    assert planned.outputs["ref"] == Unknown()
    assert len(planned.outputs["contextHash"]) == 64
    assert said.lasting == []
    assert digest_of(inputs["tags"][0]) is None


def test_a_preview_builds_but_does_not_push_if_asked_to(plugin: Any, inputs: Any, said: Any) -> None:
    planned = plugin.create(IMAGE, "service", {**inputs, "buildOnPreview": True}, preview=True)

    assert planned.outputs["digest"] == Unknown()
    assert built(said)
    assert digest_of(inputs["tags"][0]) is None


def test_a_preview_knows_the_digest_of_what_is_built_already(plugin: Any, inputs: Any, said: Any) -> None:
    image = plugin.create(IMAGE, "service", inputs)
    said.lasting.clear()

    planned = plugin.create(IMAGE, "service", inputs, preview=True)

    assert planned.outputs["digest"] == image.outputs["digest"]
    assert not built(said)


@pytest.mark.parametrize(
    "unknown",
    [
        {"buildArgs": {"COLOUR": Unknown()}},
        {"context": {"location": Unknown()}},
        {"dockerfile": {"location": Unknown()}},
        {"tags": [Unknown()]},
    ],
)
def test_a_preview_takes_inputs_that_are_not_known_yet(plugin: Any, inputs: Any, said: Any, unknown: Any) -> None:
    planned = plugin.create(IMAGE, "service", {**inputs, "buildOnPreview": True, **unknown}, preview=True)

    assert planned.outputs["digest"] == Unknown()
    assert said.lasting == []


def test_nothing_changed_is_no_change(plugin: Any, inputs: Any, folder: Any) -> None:
    image = plugin.create(IMAGE, "service", inputs)
    os.utime(folder / "hello", (1, 1))

    assert plugin.diff(image, inputs).changes == {}


def test_a_changed_file_is_an_update_with_another_digest_that_keeps_the_old_one(
    plugin: Any, inputs: Any, folder: Any
) -> None:
    image = plugin.create(IMAGE, "service", inputs)
    (folder / "hello").write_text("changed")

    assert plugin.diff(image, inputs).changes == {"contextHash": "UPDATE"}
    updated = plugin.update(image, inputs)
    assert updated.outputs["digest"] == digest_of(inputs["tags"][0]) != image.outputs["digest"]
    assert plugin.diff(updated, inputs).changes == {}
    assert api.digest(Reference.parse(inputs["tags"][0]).repository, image.outputs["digest"])


def test_a_changed_file_that_is_ignored_is_no_change(plugin: Any, inputs: Any, folder: Any) -> None:
    (folder / ".dockerignore").write_text("notes\n")
    image = plugin.create(IMAGE, "service", inputs)
    (folder / "notes").write_text("changed")

    assert plugin.diff(image, inputs).changes == {}


def test_a_changed_argument_is_an_update_and_a_build_of_its_own(plugin: Any, inputs: Any) -> None:
    image = plugin.create(IMAGE, "service", {**inputs, "buildArgs": {"COLOUR": "blue"}})
    news = {**inputs, "buildArgs": {"COLOUR": "red"}}

    assert plugin.diff(image, news).changes == {"buildArgs.COLOUR": "UPDATE"}
    plugin.update(image, news)
    assert config_of(inputs["tags"][0])["config"]["Labels"]["colour"] == "red"


def test_going_back_to_an_earlier_context_builds_nothing(plugin: Any, inputs: Any, folder: Any, said: Any) -> None:
    before = (folder / "hello").read_text()
    first = plugin.create(IMAGE, "service", inputs)
    (folder / "hello").write_text("changed")
    second = plugin.update(first, inputs)
    (folder / "hello").write_text(before)
    said.lasting.clear()

    back = plugin.update(second, inputs)

    assert back.outputs["digest"] == first.outputs["digest"] == digest_of(inputs["tags"][0])
    assert not built(said)


def test_another_resource_with_the_same_content_builds_nothing(plugin: Any, inputs: Any, said: Any) -> None:
    first = plugin.create(IMAGE, "service", inputs)
    said.lasting.clear()

    second = plugin.create(IMAGE, "other", {**inputs, "tags": [inputs["tags"][0] + "-other"]})

    assert second.outputs["digest"] == first.outputs["digest"] == digest_of(inputs["tags"][0] + "-other")
    assert not built(said)


def test_a_change_of_the_code_pushes_kilobytes(
    plugin: Any, inputs: Any, folder: Any, said: Any, registry_data: Any
) -> None:
    (folder / "big").write_bytes(os.urandom(3_000_000))
    (folder / "Dockerfile").write_text(SHAPE_OF_THE_REAL_ONE)
    image = plugin.create(IMAGE, "service", inputs)
    before = stored(registry_data)
    (folder / "hello").write_text("changed")
    said.passing.clear()

    plugin.update(image, inputs)

    assert any(line.startswith("--> Using cache") for line in said.passing)
    assert 0 < stored(registry_data) - before < 20_000


SHAPE_OF_THE_REAL_ONE = """
FROM scratch AS build
COPY big /opt/venv/big
COPY hello /app/hello

FROM scratch
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
"""


def stored(folder: Any) -> Any:
    """Bytes that the registry keeps."""
    return sum(file.stat().st_size for file in folder.rglob("data") if file.is_file())


def test_tags_in_two_repositories_name_one_image(plugin: Any, inputs: Any, repository: Any) -> None:
    tags = [f"{repository}:a", f"{repository}:b", f"{repository}-copy:a"]

    image = plugin.create(IMAGE, "service", {**inputs, "tags": tags})

    assert {digest_of(tag) for tag in tags} == {image.outputs["digest"]}
    assert image.outputs["ref"].startswith(f"{repository}:a@")


def test_a_refresh_finds_nothing_where_nothing_changed(plugin: Any, inputs: Any) -> None:
    image = plugin.create(IMAGE, "service", {**inputs, "buildArgs": {"COLOUR": Secret("blue")}})

    assert plugin.read(image) == image
    assert image.outputs["buildArgs"] == {"COLOUR": Secret("blue")}


def test_a_refresh_where_the_context_is_not_at_hand_finds_nothing(plugin: Any, inputs: Any, folder: Path) -> None:
    image = plugin.create(IMAGE, "service", inputs)
    folder.rename(folder.with_name("elsewhere"))

    assert plugin.compare(image, image.inputs).changes == {}


def test_a_refresh_tells_that_the_image_is_gone(plugin: Any, inputs: Any) -> None:
    image = plugin.create(IMAGE, "service", inputs)
    api.delete(Reference.parse(inputs["tags"][0]).repository, image.outputs["digest"])

    assert plugin.read(image) is None


def test_a_refresh_finds_the_repository_that_lost_the_image(plugin: Any, inputs: Any, repository: Any) -> None:
    tags = [f"{repository}:a", f"{repository}-copy:a"]
    image = plugin.create(IMAGE, "service", {**inputs, "tags": tags})
    api.delete(Reference.parse(tags[1]).repository, image.outputs["digest"])

    refreshed = plugin.read(image)

    assert refreshed.outputs["tags"] == tags[:1]
    assert plugin.diff(refreshed, {**inputs, "tags": tags}).changes == {"tags[1]": "ADD"}
    repaired = plugin.update(refreshed, {**inputs, "tags": tags})
    assert digest_of(tags[1]) == repaired.outputs["digest"]


def test_a_deleted_image_is_out_of_the_registry_and_a_second_time_is_no_error(plugin: Any, inputs: Any) -> None:
    image = plugin.create(IMAGE, "service", inputs)

    plugin.delete(image)
    plugin.delete(image)

    assert digest_of(inputs["tags"][0]) is None


def test_an_image_that_somebody_elses_tag_names_stays(plugin: Any, inputs: Any, said: Any) -> None:
    image = plugin.create(IMAGE, "service", inputs)
    other = plugin.create(IMAGE, "other", {**inputs, "tags": [inputs["tags"][0] + "-other"]})

    plugin.delete(other)

    assert digest_of(inputs["tags"][0]) == image.outputs["digest"]
    assert "local is the same image" in said.lasting[-1]


def test_a_dockerfile_may_stand_in_the_program(plugin: Any, inputs: Any) -> None:
    news = {**inputs, "dockerfile": {"inline": "FROM scratch\nCOPY hello /hi\n"}}

    image = plugin.create(IMAGE, "service", news)

    assert image.outputs["digest"] == digest_of(inputs["tags"][0])
    assert plugin.diff(image, {**news, "dockerfile": {"inline": "FROM scratch\n"}}).changes == {
        "dockerfile.inline": "UPDATE",
        "contextHash": "UPDATE",
    }


def test_only_the_target_stage_is_built(plugin: Any, inputs: Any, folder: Any, said: Any) -> None:
    (folder / "Dockerfile").write_text(
        "FROM scratch AS first\nLABEL stage=first\nCOPY hello /\n"
        "FROM scratch AS second\nLABEL stage=second\nCOPY hello /\n"
    )

    plugin.create(IMAGE, "service", {**inputs, "target": "first"})

    assert any("STEP 2/3: LABEL stage=first" in line for line in said.lasting)

    assert config_of(inputs["tags"][0])["config"]["Labels"]["stage"] == "first"


def test_pull_asks_for_a_build_every_time(plugin: Any, inputs: Any, said: Any) -> None:
    news = {**inputs, "pull": True}
    image = plugin.create(IMAGE, "service", news)

    assert plugin.diff(image, news).changes == {"contextHash": "UPDATE"}


@pytest.mark.parametrize("asks", ["pull", "noCache"])
def test_who_asks_for_a_build_gets_one_though_the_registry_has_the_image(
    plugin: Any, inputs: Any, said: Any, asks: str
) -> None:
    plugin.create(IMAGE, "service", inputs)
    said.lasting.clear()

    plugin.create(IMAGE, "service", {**inputs, asks: True})

    assert any("STEP" in line for line in said.lasting)


@pytest.mark.parametrize(
    ("change", "path", "reason"),
    [
        ({"exports": [{"raw": "type=tar"}]}, "exports", "doesn't support it"),
        ({"secrets": {"a": "b"}}, "secrets", "doesn't support it"),
        ({"ssh": []}, "ssh", "doesn't support it"),
        ({"platforms": ["linux/arm64"]}, "platforms[0]", "'linux/arm64'"),
        ({"push": False}, "push", "not False"),
        ({"tags": []}, "tags", "at least 1"),
        ({"tags": ["service"]}, "tags[0]", "registry/repository:tag"),
        ({"network": "none"}, "network", "'none'"),
        ({"context": {"location": "/nowhere"}}, "context.location", "'/nowhere'"),
        ({"dockerfile": {"location": "/nowhere"}}, "dockerfile.location", "'/nowhere'"),
        ({"context": {"location": ".", "named": {}}}, "context.named", "doesn't support it"),
    ],
)
def test_what_would_make_another_image_is_refused_by_name(
    plugin: Any, inputs: Any, change: Any, path: Any, reason: Any
) -> None:
    assert reason in plugin.check(IMAGE, "service", {**inputs, **change}).reasons[path]


def test_caches_and_builder_are_taken_and_not_used(plugin: Any, inputs: Any) -> None:
    news: dict[str, Any] = {
        **inputs,
        "cacheFrom": [{"local": {"src": "/x"}}],
        "cacheTo": [{"inline": {}}],
        "builder": {"name": "x"},
    }
    assert plugin.create(IMAGE, "service", news).outputs["digest"]


def test_a_registry_with_login_is_refused(plugin: Any) -> None:
    refused = plugin.check_config({"registries": '[{"address": "x"}]'})
    assert "without login" in refused.reasons["registries"]


def test_a_failing_step_is_told_with_its_last_lines(plugin: Any, inputs: Any, folder: Any) -> None:
    (folder / "Dockerfile").write_text("FROM scratch\nCOPY nothing-here /x\n")

    with pytest.raises(grpc.RpcError) as failed:
        plugin.create(IMAGE, "service", inputs)

    assert failed.value.code() == grpc.StatusCode.FAILED_PRECONDITION
    assert "STEP 2/2: COPY nothing-here /x" in str(failed.value.details())
    assert "no such file or directory" in str(failed.value.details())
    assert digest_of(inputs["tags"][0]) is None


def test_a_registry_that_is_away_is_told_before_anything_is_built(plugin: Any, inputs: Any, said: Any) -> None:
    with pytest.raises(grpc.RpcError) as failed:
        plugin.create(IMAGE, "service", {**inputs, "tags": ["127.0.0.1:1/tests/away:a"]})

    assert failed.value.code() == grpc.StatusCode.UNAVAILABLE
    assert "127.0.0.1:1" in str(failed.value.details())
    assert said.lasting == []


def test_an_image_cannot_be_imported(plugin: Any) -> None:
    with pytest.raises(grpc.RpcError) as refused:
        plugin.imported(IMAGE, "service", "sha256:0")
    assert refused.value.code() == grpc.StatusCode.UNIMPLEMENTED


def test_builds_at_the_same_time_do_not_disturb_each_other(
    plugin: Any, inputs: Any, folder: Any, repository: Any
) -> Any:
    from concurrent.futures import ThreadPoolExecutor

    def one(number: Any) -> Any:
        context = folder / f"context-{number}"
        context.mkdir()
        (context / "hello").write_text(f"{number}")
        (context / "Dockerfile").write_text("FROM scratch\nCOPY hello /hello\n")
        news = {**inputs, "context": {"location": str(context)}, "tags": [f"{repository}:{number}"]}
        return plugin.create(IMAGE, f"image-{number}", news).outputs["digest"]

    with ThreadPoolExecutor(4) as pool:
        digests = list(pool.map(one, range(4)))

    assert len(set(digests)) == 4
    assert [digest_of(f"{repository}:{number}") for number in range(4)] == digests
