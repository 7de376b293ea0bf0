"""References to images."""

from typing import Any

import pytest

from sandbox.pulumi.plugins.docker_build.reference import Reference, Repository


@pytest.mark.parametrize(
    ("text", "registry", "name", "tag"),
    [
        ("127.0.0.1:5050/slipway/service:local", "127.0.0.1:5050", "slipway/service", "local"),
        ("ghcr.io/a/b_c", "ghcr.io", "a/b_c", "latest"),
        ("localhost/a:1.0", "localhost", "a", "1.0"),
        ("registry:5000/a:x", "registry:5000", "a", "x"),
    ],
)
def test_a_reference_is_read(text: Any, registry: Any, name: Any, tag: Any) -> None:
    assert Reference.parse(text) == Reference(Repository(registry, name), tag)


@pytest.mark.parametrize(
    "text", ["service", "service:1", "library/service:1", "host:1/Upper:a", "host:1/a:", "host:1/a b"]
)
def test_what_names_no_registry_is_refused(text: Any) -> None:
    with pytest.raises(ValueError, match="registry/repository:tag"):
        Reference.parse(text)


@pytest.mark.parametrize(("registry", "local"), [("127.0.0.1:5050", True), ("localhost:1", True), ("ghcr.io", False)])
def test_plain_http_is_for_this_machine_only(registry: Any, local: Any) -> None:
    assert Repository(registry, "a").is_local is local


ECR = "111122223333.dkr.ecr.eu-central-1.amazonaws.com"


def test_an_account_s_registry_is_where_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    repository = Reference.parse(f"{ECR}/slipway/service:staging-1").repository
    assert (repository.address, repository.is_local) == (ECR, False)
    monkeypatch.setenv("SLIPWAY_ECR", "127.0.0.1:5050")
    assert (repository.address, repository.is_local) == ("127.0.0.1:5050", True)
    assert str(repository) == f"{ECR}/slipway/service"  # by which pods name it
    assert Repository("ghcr.io", "a").address == "ghcr.io"
