"""Which registries are on this machine."""

import pytest

from sandbox import registries


@pytest.mark.parametrize("registry", ["127.0.0.1:5050", "127.0.0.1", "localhost:5000", "[::1]:5000"])
def test_a_registry_on_this_machine_speaks_plain_http(registry: str) -> None:
    assert registries.is_local(registry)


@pytest.mark.parametrize("registry", ["registry.example", "registry.example:5000", "10.0.0.1:5000"])
def test_any_other_registry_speaks_tls(registry: str) -> None:
    assert not registries.is_local(registry)
