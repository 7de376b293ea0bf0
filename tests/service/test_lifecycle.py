from collections.abc import Callable
from typing import cast

import pytest

from service.errors import ModelNotLoaded
from service.lifecycle import Lifecycle, Phase, Served

MODEL = cast("Served", object())


def test_nothing_is_served_at_first(lifecycle: Lifecycle) -> None:
    assert lifecycle.phase is Phase.LOADING
    with pytest.raises(ModelNotLoaded):
        lifecycle.served()


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
