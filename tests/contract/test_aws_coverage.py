"""The page about what stands behind each call to AWS is as the code has it, and leaves out no type that is declared."""

import ast
from collections.abc import Iterator

from sandbox.pulumi.plugins.aws.types import ROWS, TYPES
from tests.infra.stacks import CHECKOUT
from tools.aws_coverage import CODED, MOCKED, NEVER_RUN, PAGE, calls, page


def declared() -> Iterator[str]:
    """The types of AWS that the programs make resources of: `aws.ec2.Vpc(…)` is one."""
    for path in (CHECKOUT / "infra").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Call(ast.Attribute(ast.Attribute(ast.Name("aws"), module), name)) if name[0].isupper():
                    yield f"aws:{module}/{name[0].lower()}{name[1:]}:{name}"
                case _:
                    pass


def test_the_page_is_as_the_code_has_it() -> None:
    assert PAGE.read_text() == page(), "run `python -m tools.aws_coverage`"


def test_every_type_that_is_declared_is_made_here_or_said_to_be_mocked() -> None:
    types = {token for token in declared() if not token.endswith("Args")}
    assert types - set(TYPES) == MOCKED.keys()


def test_what_is_never_run_is_a_call_of_its_type() -> None:
    for token, found in NEVER_RUN.items():
        assert found.keys() <= calls(token)[1]


def test_every_type_has_its_calls() -> None:
    assert ROWS.keys() | CODED.keys() == set(TYPES)
