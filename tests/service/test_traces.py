from service.traces import Shared, Trail

CALL = Shared(rows=3, size=4, reason="next")


def stages(trail: Trail) -> list[tuple[float, float | None, Shared | None, bool]]:
    return [(stage.begun, stage.ended, stage.call, stage.failed) for stage in trail.stages]


def test_rows_wait_and_are_answered_by_a_call() -> None:
    trail = Trail(2, 1.0)
    assert stages(trail) == [(1.0, None, None, False)]
    trail.called(2.0, CALL)
    assert stages(trail) == [(1.0, 2.0, None, False), (2.0, None, CALL, False)]
    trail.answered(3.0)
    assert stages(trail) == [(1.0, 2.0, None, False), (2.0, 3.0, CALL, False)]


def test_after_a_call_that_failed_they_wait_again_or_not() -> None:
    for again in (True, False):
        trail = Trail(2, 1.0)
        trail.called(2.0, CALL)
        trail.failed(3.0, again=again)
        failed = [(1.0, 2.0, None, False), (2.0, 3.0, CALL, True)]
        assert stages(trail) == [*failed, (3.0, None, None, False)] if again else failed
