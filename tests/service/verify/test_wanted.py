import pytest

from service.verify.wanted import VerificationFailed, Wanted

ENVIRONMENT = {
    "NAMESPACE": "serving",
    "ROLLOUT": "maintenance-predictor",
    "GATEWAY_URL": "http://gateway/box/",
    "MODEL_VERSION": "1.1.0",
    "MODEL_MANIFEST": "sha256:11",
    "RELEASE": "7f",
    "TIMEOUT": "120",
}


def test_the_job_says_what_is_wanted() -> None:
    wanted = Wanted.from_environment(ENVIRONMENT)
    assert (wanted.gateway_url, wanted.timeout) == ("http://gateway/box", 120)


def test_a_model_of_any_host_has_none() -> None:
    assert Wanted.from_environment(ENVIRONMENT).gateway_host == ""
    assert Wanted.from_environment(ENVIRONMENT | {"GATEWAY_HOST": "a.example.com"}).gateway_host == "a.example.com"


@pytest.mark.parametrize("name", ENVIRONMENT)
def test_a_missing_variable_is_named(name: str) -> None:
    for environment in (ENVIRONMENT | {name: ""}, {key: value for key, value in ENVIRONMENT.items() if key != name}):
        with pytest.raises(VerificationFailed, match=f"{name} is not set"):
            Wanted.from_environment(environment)


def test_a_timeout_that_is_no_number_is_named() -> None:
    with pytest.raises(VerificationFailed, match="TIMEOUT is 'soon'"):
        Wanted.from_environment(ENVIRONMENT | {"TIMEOUT": "soon"})
