"""Each stack is held to the rules as its environment asks."""

import os
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc
from pulumi_policy import EnforcementLevel, Policy

import policies
from policies import levels
from policies.rules import RULES
from policies.rules.aws.forbid_force_destroy import forbid_force_destroy
from policies.rules.aws.require_bucket_tls import require_bucket_tls
from policies.rules.aws.require_protection import require_protection
from tests.policies.compliant import stack
from tests.policies.judging import Declared

PACK: Final = Path(policies.__file__).parent
MESSAGES: Final[Any] = analyzer_pb2  # untyped in part
ADVISORY, DISABLED, MANDATORY = EnforcementLevel.ADVISORY, EnforcementLevel.DISABLED, EnforcementLevel.MANDATORY


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (forbid_force_destroy, [DISABLED, ADVISORY, MANDATORY, MANDATORY]),
        (require_protection, [DISABLED, ADVISORY, MANDATORY, MANDATORY]),
        (require_bucket_tls, [DISABLED, MANDATORY, MANDATORY, MANDATORY]),
    ],
)
def test_the_table_says_where_a_rule_is_less_than_mandatory(rule: Policy, expected: list[EnforcementLevel]) -> None:
    assert [levels.level(rule, stack) for stack in ("local", "staging", "prod", "of another name")] == expected


@pytest.mark.parametrize("stack", ["local-tests", "staging-eu", "prod-eu"])
def test_an_environment_may_have_several_stacks(stack: str) -> None:
    environment = stack.partition("-")[0]
    assert levels.level(forbid_force_destroy, stack) is levels.level(forbid_force_destroy, environment)


def test_every_other_rule_is_mandatory_everywhere() -> None:
    for rule in RULES:
        if rule not in levels.LEVELS:
            assert {levels.level(rule, stack) for stack in ("local", "staging", "prod", "")} == {MANDATORY}


def test_production_is_held_to_every_rule() -> None:
    assert {levels.level(rule, "prod") for rule in RULES} == {MANDATORY}


@contextmanager
def pack(**variables: str) -> Generator[Any]:
    """A stub of the pack as a language host starts it, when the engine has told of the stack."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PULUMI_")} | variables
    command = [sys.executable, "-u", "-m", "pulumi.policy", "127.0.0.1:1", str(PACK)]
    with subprocess.Popen(command, cwd=PACK, env=environment, stdout=subprocess.PIPE) as process:
        assert process.stdout
        try:
            with grpc.insecure_channel(f"127.0.0.1:{int(process.stdout.readline())}") as channel:
                yield analyzer_pb2_grpc.AnalyzerStub(channel)
        finally:
            process.kill()


def analyzed(declared: list[Declared]) -> Any:
    """The engine's question about a stack."""
    request = MESSAGES.AnalyzeStackRequest()
    for one in declared:
        resource = request.resources.add(type=one.type, name=one.name, urn=one.urn)
        resource.properties.update(one.props)
        resource.options.protect = one.protect
        for name, urns in one.sources.items():
            resource.propertyDependencies[name].urns.extend(urns)
    return request


@pytest.mark.parametrize("name", ["local", "staging", "prod"])
def test_a_running_pack_has_the_levels_of_its_stack(name: str) -> None:
    with pack(PULUMI_PROJECT="slipway", PULUMI_STACK=name, PULUMI_DRY_RUN="true") as analyzer:
        told = {one.name: one.enforcementLevel for one in analyzer.GetAnalyzerInfo(Empty()).policies}
        said = analyzer.AnalyzeStack(analyzed(stack(policy=None))).diagnostics
    assert told == {rule.name: MESSAGES.EnforcementLevel.Value(levels.level(rule, name).name) for rule in RULES}
    expected = [] if name == "local" else [("require-bucket-tls", MESSAGES.MANDATORY)]
    assert [(one.policyName, one.enforcementLevel) for one in said] == expected


def test_a_pack_without_a_stack_is_productions() -> None:
    with pack() as analyzer:
        found = {one.enforcementLevel for one in analyzer.GetAnalyzerInfo(Empty()).policies}
    assert found == {MESSAGES.MANDATORY}
