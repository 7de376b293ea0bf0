import asyncio

from tests.infra import stacks


def test_a_program_is_recorded_whatever_became_of_the_threads_event_loop() -> None:
    asyncio.run(asyncio.sleep(0))  # leaves the thread without one
    assert stacks.platform_with(stacks.platform_configuration()).of("Deployment")
