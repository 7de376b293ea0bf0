from functools import cache

from infra.serving.delivery import ROLE
from infra.serving.shadow import BODY_LIMIT
from service.settings import Settings
from tests.infra import stacks
from tests.infra.changes import MODEL, put
from tests.infra.recording import Recording

NAME = "maintenance-predictor"


@cache
def shadowed() -> Recording:
    config = stacks.serving_configuration("local")
    put(*MODEL, "canary", "mirror", value={"percent": 20, "seconds": 30})(config)
    return stacks.serving_with(config)


def test_copies_are_made_where_the_stack_says_so_alone() -> None:
    assert [one.name for one in stacks.serving().of("TraefikService")] == [f"{NAME}-split"]
    (rule,) = stacks.serving().one("IngressRoute")["spec"]["routes"]
    assert rule["services"] == [{"kind": "TraefikService", "name": NAME}]


def test_the_split_answers_and_the_pods_on_trial_get_copies() -> None:
    mirroring = shadowed().one("TraefikService", f"{NAME}-mirror")["spec"]["mirroring"]
    assert (mirroring["kind"], mirroring["name"]) == ("TraefikService", NAME)
    assert mirroring["mirrors"] == [{"name": f"{NAME}-shadow", "port": 80, "percent": 20}]
    (rule,) = shadowed().one("IngressRoute")["spec"]["routes"]
    assert rule["services"] == [{"kind": "TraefikService", "name": f"{NAME}-mirror"}]
    assert f"TraefikService {NAME}-mirror" in shadowed().resource("IngressRoute").dependencies


def test_pods_that_are_not_on_trial_get_no_copies() -> None:
    selector = shadowed().one("Service", f"{NAME}-shadow")["spec"]["selector"]
    template = shadowed().one("Deployment")["spec"]["template"]["metadata"]["labels"]
    assert selector == {**{key: template[key] for key in selector if key not in ROLE}, **ROLE}
    assert not ROLE.keys() & template.keys()
    assert shadowed().one("Rollout")["spec"]["strategy"]["canary"]["canaryMetadata"] == {"labels": ROLE}


def test_a_body_that_the_service_takes_is_copied_whole() -> None:
    assert Settings.model_fields["body_limit"].default == BODY_LIMIT
