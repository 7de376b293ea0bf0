"""What both programs keep to in their components."""

from collections.abc import Callable

import pytest

from tests.infra import stacks
from tests.infra.recording import Recording


@pytest.mark.parametrize("program", [stacks.platform, stacks.serving])
def test_every_component_says_when_it_is_complete(program: Callable[[], Recording]) -> None:
    recording = program()
    assert len(recording.components) > 3
    assert recording.components <= recording.complete
