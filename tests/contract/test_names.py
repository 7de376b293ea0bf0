"""The names by which the engine knows every resource: the types of its parents, its own, and its logical name.

Under another name a resource is made anew, which with server-side apply takes over the object that is there; then the
former one is removed, and the live object is gone with all that hung on it. So what is renamed, or gets another
parent, gets an alias of its old name (`pulumi.ResourceOptions(aliases=[pulumi.Alias(name=…)])`), and only then
another line in names.txt or, of a platform on AWS, names_on_aws.txt.
"""

from pathlib import Path

from tests.infra import stacks
from tests.infra.recording import Recording

PINNED = Path(__file__).parent / "names.txt"
PINNED_ON_AWS = Path(__file__).parent / "names_on_aws.txt"


def names(recording: Recording) -> list[str]:
    return sorted(
        f"{one.request.parent.split('::')[2]}${one.type}::{one.name}".removeprefix("pulumi:pulumi:Stack$")
        for one in recording.resources
    )


def test_no_resource_is_renamed_without_an_alias() -> None:
    found = [*names(stacks.platform()), *names(stacks.serving())]
    assert found == PINNED.read_text().split()


def test_nor_is_any_on_aws() -> None:
    assert names(stacks.platform("prod")) == PINNED_ON_AWS.read_text().split()


def test_staging_has_the_same_names_but_for_what_each_zone_and_service_has() -> None:
    more = set(names(stacks.platform("prod"))) - set(names(stacks.platform("staging")))
    assert set(names(stacks.platform("staging"))) < set(names(stacks.platform("prod")))
    assert all(any(part in one for part in ("nat-eu-central-1", "network-endpoints-", "disruption")) for one in more)
