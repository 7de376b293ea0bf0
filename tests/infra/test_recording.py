import asyncio
import contextvars
import gc

import pulumi
import pulumi_kubernetes as kubernetes
import pytest

from tests.infra import stacks
from tests.infra.recording import record


def declare_nothing() -> None:
    record(lambda: None, "test", "local", {}, {}, preview=False)


def fail() -> None:
    def is_none(number: int) -> str:
        raise pulumi.RunError(f"{number} is none")

    def program() -> None:
        kubernetes.core.v1.ConfigMap("failing", data={"key": pulumi.Output.from_input(1).apply(is_none)})

    with pytest.raises(pulumi.RunError, match="1 is none"):
        record(program, "test", "local", {}, {}, preview=False)


def test_a_program_is_recorded_whatever_became_of_the_threads_event_loop() -> None:
    asyncio.run(asyncio.sleep(0))  # leaves the thread without one
    assert stacks.platform_with(stacks.platform_configuration()).of("Deployment")


def test_a_program_is_recorded_after_one_that_failed() -> None:
    def both() -> None:
        fail()
        assert stacks.platform_with(stacks.platform_configuration()).of("Deployment")

    contextvars.Context().run(both)  # where Pulumi has no stack yet, as in the first test of a session


def test_what_a_failed_program_leaves_is_collected_without_a_word(caplog: pytest.LogCaptureFixture) -> None:
    fail()
    declare_nothing()  # until then Pulumi keeps what the last one left
    gc.collect()
    assert not caplog.records
