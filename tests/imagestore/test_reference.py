import pytest

from imagestore.reference import Reference

DIGEST = f"sha256:{'1' * 64}"


@pytest.mark.parametrize(
    ("text", "registry", "repository"),
    [
        (f"127.0.0.1:5050/slipway/service@{DIGEST}", "127.0.0.1:5050", "slipway/service"),
        (f"registry.example/app:v1.2@{DIGEST}", "registry.example", "app"),
    ],
)
def test_a_reference_has_a_registry_a_repository_and_a_digest(text: str, registry: str, repository: str) -> None:
    found = Reference.parse(text)
    assert (found.registry, found.repository, found.digest) == (registry, repository, DIGEST)
    assert str(found) == f"{registry}/{repository}@{DIGEST}"


@pytest.mark.parametrize(
    "text", ["app", "registry.example/app:v1", f"registry.example/app@{DIGEST}0", f"@{DIGEST}", ""]
)
def test_anything_else_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no image by digest, like 'registry.example/team/app@sha256:'"):
        Reference.parse(text)


@pytest.mark.parametrize(
    ("prefix", "other", "there"),
    [
        ("one.example", "two.example", "two.example/team/app"),
        ("one.example/team", "two.example/x/", "two.example/x/app"),
        ("one.example/tea", "two.example", "two.example/team/app"),  # a name that only begins alike
        ("elsewhere.example", "two.example/x", "two.example/x/team/app"),
    ],
)
def test_another_environment_has_it_below_its_own_prefix(prefix: str, other: str, there: str) -> None:
    image = Reference.parse(f"one.example/team/app@{DIGEST}")
    assert str(image.below(prefix, other)) == f"{there}@{DIGEST}"
