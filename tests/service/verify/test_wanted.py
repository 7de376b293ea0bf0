import pytest

from service.verify.wanted import VerificationFailed, Wanted
from tests.service.verify.objects import IMAGE, MANIFEST

ENVIRONMENT = {
    "NAMESPACE": "serving",
    "ROLLOUT": "maintenance-predictor",
    "GATEWAY_URL": "http://gateway/box/",
    "MODEL_NAME": "maintenance_predictor",
    "MODEL_VERSION": "1.1.0",
    "MODEL_MANIFEST": MANIFEST,
    "MODEL_STORE": "s3://slipway-models/models",
    "IMAGE": IMAGE,
    "RELEASE": "7f",
    "ATTEMPT": "2",
    "TIMEOUT": "120",
}


def test_the_job_says_what_is_wanted() -> None:
    wanted = Wanted.from_environment(ENVIRONMENT)
    assert (wanted.gateway_url, wanted.timeout, wanted.attempt) == ("http://gateway/box", 120, 2)
    assert (wanted.model_name, wanted.image) == ("maintenance_predictor", IMAGE)


def test_a_model_of_any_host_has_none() -> None:
    assert Wanted.from_environment(ENVIRONMENT).gateway_host == ""
    assert Wanted.from_environment(ENVIRONMENT | {"GATEWAY_HOST": "a.example.com"}).gateway_host == "a.example.com"


@pytest.mark.parametrize("name", ENVIRONMENT)
def test_a_missing_variable_is_named(name: str) -> None:
    for environment in (ENVIRONMENT | {name: ""}, {key: value for key, value in ENVIRONMENT.items() if key != name}):
        with pytest.raises(VerificationFailed, match=f"{name} is not set"):
            Wanted.from_environment(environment)


def test_a_stack_need_not_say_what_a_release_was_made_from() -> None:
    assert Wanted.from_environment(ENVIRONMENT).commit == ""
    assert Wanted.from_environment(ENVIRONMENT | {"COMMIT": "c0ffee"}).commit == "c0ffee"


@pytest.mark.parametrize("given", ["soon", "0", "-1", "nan", "inf"])
@pytest.mark.parametrize("name", ["TIMEOUT", "ATTEMPT"])
def test_what_is_no_number_is_named(name: str, given: str) -> None:
    with pytest.raises(VerificationFailed, match=f"{name} is '{given}', which is no number of"):
        Wanted.from_environment(ENVIRONMENT | {name: given})


def test_it_is_called_by_its_release_and_later_attempts_by_their_number() -> None:
    assert str(Wanted.from_environment(ENVIRONMENT | {"ATTEMPT": "1"})) == "release 7f of 1.1.0"
    assert str(Wanted.from_environment(ENVIRONMENT)) == "release 7f of 1.1.0 (attempt 2)"
