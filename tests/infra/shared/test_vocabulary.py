import pytest
from pydantic import TypeAdapter, ValidationError

from infra.shared.vocabulary import Cidr, ImageByDigest, Namespace, Route

DIGEST = f"sha256:{'0' * 64}"


@pytest.mark.parametrize(
    ("word", "value"),
    [
        (ImageByDigest, f"127.0.0.1:5050/slipway/service@{DIGEST}"),
        (ImageByDigest, f"docker.io/library/traefik:v3.6.25@{DIGEST}"),
        (Cidr, "10.244.0.1/32"),
        (Route, "/maintenance-predictor"),
        (Route, "/e2e/pump2"),
        (Namespace, "serving"),
    ],
)
def test_a_word_in_its_form_is_accepted(word: object, value: str) -> None:
    assert TypeAdapter[str](word).validate_python(value) == value


@pytest.mark.parametrize(
    ("word", "value", "remedy"),
    [
        (ImageByDigest, "docker.io/library/traefik:v3.6.25", "no image pinned by digest, like"),
        (ImageByDigest, f"traefik@{DIGEST}", "no image pinned by digest, like"),
        (ImageByDigest, "registry/app@sha256:abc", "no image pinned by digest, like"),
        (Cidr, "10.244.0.1/8", "no network, like"),
        (Cidr, "everywhere", "no network, like"),
        (Route, "pump", "no route, like"),
        (Route, "/Pump", "no route, like"),
        (Route, "/pump/", "no route, like"),
        (Route, "/`) || PathPrefix(`/", "no route, like"),
        (Namespace, "Serving", "no namespace, like"),
        (Namespace, "default", "belongs to Kubernetes: choose"),
        (Namespace, "kube-system", "belongs to Kubernetes: choose"),
        (Namespace, "keda", "belongs to the platform: choose"),
        (Namespace, "monitoring", "belongs to the platform: choose"),
    ],
)
def test_a_word_out_of_its_form_is_refused_with_a_remedy(word: object, value: str, remedy: str) -> None:
    with pytest.raises(ValidationError, match=remedy) as error:
        TypeAdapter[str](word).validate_python(value)
    assert repr(value) in str(error.value)
