from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import pytest

from service.errors import ModelNotLoaded
from service.lifecycle import Lifecycle, Served
from service.metrics import Phase


@dataclass
class FakeBatcher:
    reason: str = ""

    def stuck(self) -> str:
        return self.reason

    hung = stuck


@dataclass
class FakeServed:
    batcher: FakeBatcher


MODEL = cast("Served", FakeServed(FakeBatcher()))


def test_nothing_is_served_at_first(lifecycle: Lifecycle) -> None:
    assert lifecycle.phase is Phase.LOADING
    with pytest.raises(ModelNotLoaded) as caught:
        lifecycle.served()
    assert caught.value.retry_after is not None
    assert 5 <= caught.value.retry_after <= 10


def test_a_model_makes_it_ready(lifecycle: Lifecycle) -> None:
    lifecycle.waiting("the store is away")
    assert lifecycle.reason == "the store is away"
    assert lifecycle.unready() == "the store is away"
    lifecycle.serve(MODEL)
    assert (lifecycle.phase, lifecycle.reason, lifecycle.served()) == (Phase.READY, "", MODEL)


def test_the_model_stays_while_draining(lifecycle: Lifecycle) -> None:
    lifecycle.serve(MODEL)
    lifecycle.drain()
    assert (lifecycle.phase, lifecycle.served()) == (Phase.DRAINING, MODEL)


@pytest.mark.parametrize(
    ("late", "argument"), [(Lifecycle.serve, MODEL), (Lifecycle.refuse, "no"), (Lifecycle.waiting, "yes")]
)
@pytest.mark.parametrize("last", [Phase.REFUSED, Phase.DRAINING])
def test_nothing_leads_back(
    late: Callable[[Lifecycle, object], None], argument: object, last: Phase, lifecycle: Lifecycle
) -> None:
    lifecycle.refuse("broken")
    if last is Phase.DRAINING:
        lifecycle.drain()
    before = (lifecycle.phase, lifecycle.reason, lifecycle.model)
    late(lifecycle, argument)
    assert before == (lifecycle.phase, lifecycle.reason, lifecycle.model)
    assert lifecycle.phase is last


def test_a_model_whose_call_does_not_end_is_stuck_and_then_hung(lifecycle: Lifecycle) -> None:
    assert lifecycle.hung() == ""
    lifecycle.serve(cast("Served", FakeServed(FakeBatcher("a prediction has been running for 60 s"))))
    assert lifecycle.phase is Phase.STUCK
    assert lifecycle.unready() == lifecycle.hung() == "a prediction has been running for 60 s"
    lifecycle.drain()
    assert (lifecycle.phase, lifecycle.unready()) == (Phase.DRAINING, "shutting down")
