"""Names for objects that have none."""

import re
from typing import Any

import pytest

from sandbox.plugins.kubernetes.errors import Refused
from sandbox.plugins.kubernetes.naming import Autonaming, is_autonamed, named
from sandbox.plugins.kubernetes.objects import name_of
from sandbox.plugins.wire import Unknown


def test_a_name_of_the_programs_own_stays() -> None:
    obj = named({"metadata": {"name": "mine"}}, {}, "web", b"seed", Autonaming())
    assert obj == {"metadata": {"name": "mine"}}
    assert not is_autonamed(obj)


def test_a_missing_name_is_the_resources_with_eight_digits() -> None:
    obj = named({}, {}, "web", b"seed", Autonaming())
    assert re.fullmatch(r"web-[0-9a-f]{8}", name_of(obj))
    assert is_autonamed(obj)


def test_the_same_seed_gives_the_same_name() -> None:
    one, other, third = (name_of(named({}, {}, "web", seed, Autonaming())) for seed in (b"1", b"1", b"2"))
    assert one == other != third


def test_a_chosen_name_is_kept_for_the_next_update() -> None:
    old = named({}, {}, "web", b"seed", Autonaming())
    new = named({}, old, "web", b"another", Autonaming())
    assert name_of(new) == name_of(old)
    assert is_autonamed(new)


def test_a_name_that_the_user_gave_before_is_not_kept() -> None:
    old = {"metadata": {"name": "mine"}}
    assert name_of(named({}, old, "web", b"seed", Autonaming())) != "mine"


def test_the_users_pattern_for_names_is_followed() -> None:
    assert name_of(named({}, {}, "web", b"seed", Autonaming(proposed="team-web"))) == "team-web"


def test_a_missing_name_is_refused_where_naming_is_off() -> None:
    with pytest.raises(Refused, match=r"metadata\.name: .*'web'.*set it"):
        named({}, {}, "web", b"seed", Autonaming(disabled=True))


def test_generated_names_are_refused() -> None:
    with pytest.raises(Refused, match=r"metadata\.generateName: "):
        named({"metadata": {"generateName": "web-"}}, {}, "web", b"seed", Autonaming())


@pytest.mark.parametrize(
    ("obj", "refusal"),
    [
        ({"metadata": {"name": 5}}, r"metadata\.name: 5 is not a text; put it in quotes"),
        ({"metadata": {"name": ["web"]}}, r"metadata\.name: \['web'\] is not a text"),
        ({"metadata": "web"}, "metadata: 'web' is not a map"),
    ],
)
def test_what_is_no_name_is_refused(obj: dict[str, Any], refusal: str) -> None:
    with pytest.raises(Refused, match=refusal):
        named(obj, {}, "web", b"seed", Autonaming())


def test_metadata_that_is_null_or_not_yet_known_gets_a_name_all_the_same() -> None:
    assert name_of(named({"metadata": None}, {}, "web", b"seed", Autonaming())).startswith("web-")
    assert is_autonamed(named({"metadata": {"annotations": None}}, {}, "web", b"seed", Autonaming()))
    later = named({"metadata": {"annotations": Unknown()}}, {}, "web", b"seed", Autonaming())
    assert name_of(later).startswith("web-")
    assert later["metadata"]["annotations"] == Unknown()
