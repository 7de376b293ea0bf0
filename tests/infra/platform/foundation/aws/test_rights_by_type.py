from infra.platform.foundation.aws.rights_by_type import RIGHTS
from tests.infra import stacks
from tests.infra.platform.foundation.aws import test_addons, test_entrance, test_runner


def test_every_type_that_the_stacks_declare_is_in_the_table_and_no_other() -> None:
    recordings = [
        stacks.platform("staging"),
        stacks.platform("prod"),
        test_addons.with_volumes(),
        test_entrance.declared(test_entrance.PUBLIC),
        test_runner.declared(),
    ]
    declared = {one.type for found in recordings for one in found.resources if one.type.startswith("aws:")}
    assert declared == set(RIGHTS)
