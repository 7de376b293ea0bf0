from tests.infra import stacks
from tests.infra.values import whole_numbers


def test_a_definition_is_declared_as_upstream_wrote_it() -> None:
    declared = whole_numbers(stacks.platform().one("CustomResourceDefinition"))
    assert declared == stacks.DEFINITION
