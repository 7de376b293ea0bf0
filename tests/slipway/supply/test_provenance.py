from pathlib import Path

import pytest

from imagestore.reference import Reference
from slipway.supply.provenance import Run, provenance
from tests.slipway.pipeline.repository import Repository

IMAGE = Reference("registry.example", "slipway/service", f"sha256:{'1' * 64}")
BASE = f"docker.io/library/python:3.11@sha256:{'2' * 64}"
GITHUB = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_REPOSITORY": "example/slipway",
    "GITHUB_RUN_ID": "7",
    "GITHUB_RUN_ATTEMPT": "2",
    "GITHUB_WORKFLOW_REF": "example/slipway/.github/workflows/release.yml@refs/heads/main",
}
GITLAB = {
    "CI_JOB_URL": "https://git.example/x/-/jobs/7",
    "CI_SERVER_URL": "https://git.example",
    "CI_PROJECT_URL": "https://git.example/x",
}


def test_a_statement_says_what_the_image_was_built_from() -> None:
    run = Run("https://builder.example", "https://builder.example/7", "https://git.example/x")
    document = provenance(IMAGE, {"context": ".", "dockerfile": "Dockerfile", "base": BASE}, "abc", run)
    assert document["subject"] == [{"name": "registry.example/slipway/service", "digest": {"sha256": "1" * 64}}]
    assert document["predicateType"] == "https://slsa.dev/provenance/v1"
    definition = document["predicate"]["buildDefinition"]
    assert definition["externalParameters"] == {"context": ".", "dockerfile": "Dockerfile", "base": BASE}
    assert definition["resolvedDependencies"] == [
        {"uri": "git+https://git.example/x", "digest": {"gitCommit": "abc"}},
        {"uri": "docker://docker.io/library/python:3.11", "digest": {"sha256": "2" * 64}},
    ]
    assert document["predicate"]["runDetails"] == {
        "builder": {"id": "https://builder.example"},
        "metadata": {"invocationId": "https://builder.example/7"},
    }


def test_a_changed_checkout_and_a_base_by_tag_are_nothing_to_rely_on() -> None:
    document = provenance(IMAGE, {"base": "python:3.11"}, None, Run("https://x", None, None))
    assert document["predicate"]["buildDefinition"]["resolvedDependencies"] == [{"uri": "docker://python:3.11"}]
    assert "metadata" not in document["predicate"]["runDetails"]
    nothing = provenance(IMAGE, {}, None, Run("https://x", None, None))
    assert nothing["predicate"]["buildDefinition"]["resolvedDependencies"] == []


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "here")


def test_a_pipeline_s_run_is_the_builder(repository: Repository) -> None:
    assert Run.of(GITHUB, repository.checkout) == Run(
        "https://github.com/example/slipway/.github/workflows/release.yml@refs/heads/main",
        "https://github.com/example/slipway/actions/runs/7/attempts/2",
        "https://github.com/example/slipway",
    )
    assert Run.of(GITLAB, repository.checkout) == Run(
        "https://git.example", "https://git.example/x/-/jobs/7", "https://git.example/x"
    )


def test_elsewhere_it_is_this_machine(repository: Repository) -> None:
    assert Run.of({}, repository.checkout) == Run("https://slipway.dev/builder/local", None, None)
    repository.git("remote", "add", "origin", "https://git.example/x")
    assert Run.of({}, repository.checkout).source == "https://git.example/x"
    repository.git("remote", "set-url", "origin", "https://me:t0ken@git.example/x")
    assert Run.of({}, repository.checkout).source is None
