from decimal import Decimal
from pathlib import Path

import pytest

from infra.serving.config import Latency, Objectives
from infra.serving.monitoring.objectives import BURNS, LONG, QUICK, SLOW, WINDOWS, Burn, Objective, objectives
from infra.shared.rules import EVALUATION_SECONDS, Group, Severity
from tests.infra.promtool import Look, Scene, counter, firing, play, silent
from tests.infra.serving.monitoring.served import OBJECTIVES, SERIES, told
from tests.infra.values import Object

pytestmark = pytest.mark.engine

RATE = 10.0  # events per second
FEWEST = 10  # events that have to be bad
EVERY = {"1h": 30, "6h": 120, "1d": 600, "3d": 1800}
"""Seconds between the moments at which rules are looked at: days in fewer steps."""
STEP = {"1h": 30, "6h": 60, "1d": 120, "3d": 120}
"""Seconds between two scrapes."""
LABELS = '{namespace="serving", model="maintenance-predictor"}'


def rules_of(objective: Objective, *windows: str) -> list[Group]:
    """An objective's rules, with these windows or all of them."""
    lengths = {window: WINDOWS[window] for window in windows or WINDOWS}
    alerts = [one for one in objective.alerts() if one.labels["window"] in lengths]
    return [
        Group(name="recorded", rules=[*objective.windows(lengths), *objective.budgets()]),
        Group(name="alerts", rules=alerts),
    ]


def happened(name: str, *phases: tuple[float, float, int]) -> dict[str, str]:
    """The pods' series where so many good and so many bad events happen in each of so many steps."""
    good = counter(*((good, steps) for good, _, steps in phases))
    bad = counter(*((bad, steps) for _, bad, steps in phases))
    both = counter(*((good + bad, steps) for good, bad, steps in phases))
    none = counter((0, sum(steps for *_, steps in phases)))
    if name == "errors":
        return {
            told("model_predictions_total", 'status="success"'): good,
            told("model_predictions_total", 'status="error"'): bad,
            told("service_refusals_total", 'reason="connections"'): none,
        }
    count, bucket = "model_prediction_latency_seconds_count", "model_prediction_latency_seconds_bucket"
    return {
        told(count, 'status="success"'): both,
        told(count, 'status="cancelled"'): none,
        told(bucket, 'status="success"', 'le="0.25"'): good,
        told(bucket, 'status="cancelled"', 'le="0.25"'): none,
    }


def reset(series: dict[str, str], values: dict[str, str]) -> dict[str, str]:
    """The same, whose counters begin anew with `values`, as those of a process that was restarted do."""
    return {name: f"{before} {values[name]}" for name, before in series.items()}


@pytest.mark.parametrize("burn", BURNS, ids=lambda burn: burn.long)
@pytest.mark.parametrize("name", OBJECTIVES)
def test_a_budget_that_burns_too_fast_is_told(tmp_path: Path, name: str, burn: Burn) -> None:
    objective, every, step = OBJECTIVES[name], EVERY[burn.long], STEP[burn.long]
    long, short, where = WINDOWS[burn.long], WINDOWS[burn.short], f'window="{burn.long}"'
    steps, events = long // step, RATE * step
    most = float(burn.factor) * float(objective.budget)
    recover = short + burn.keep_seconds + 2 * every
    # Added up of rates that are recorded less often than they are in production, events are fewer by as much.
    fewest = FEWEST * (every // EVALUATION_SECONDS if burn.long in LONG else 1)

    def shared(bad: float, times: int = steps) -> tuple[float, float, int]:
        return events * (1 - bad), events * bad, times

    def few(bad: float) -> tuple[float, float, int]:
        return bad / steps, bad / steps, steps + 1

    alert = objective.alert
    ratio = f"{objective.bad}:ratio_rate{burn.long}"
    scenes = [
        Scene(
            name="fires above",
            series=happened(name, shared(1.1 * most)),
            looks=[firing(long - every, alert, where=f'{where},objective="{name}",severity="{burn.severity}"')],
            step=step,
        ),
        Scene(
            name="silent just below",
            series=happened(name, shared(0.9 * most)),
            looks=[silent(long - every, alert, where)],
            step=step,
        ),
        Scene(
            name="ends soon after its cause",
            series=happened(name, shared(1, steps // 4), shared(0, recover // step + 1)),
            looks=[
                firing(long // 4, alert, where=where),
                firing(long // 4 + short + every, alert, where=where),  # it may come back, and is one alert then
                silent(long // 4 + recover, alert, where),
                Look(long // 4 + recover, f"{ratio} > bool {most}", {LABELS: 1}),
            ],
            step=step,
        ),
        Scene(
            name="nothing is known",
            series={},
            looks=[silent(long, alert, where), Look(long, ratio)],
            step=step,
        ),
        Scene(
            name="too few to tell",
            series=happened(name, few(0.9 * fewest)),
            looks=[silent(long, alert, where), Look(long, f"{ratio} > bool {most}", {LABELS: 1})],
            step=step,
        ),
        Scene(
            name="few, and enough to tell",
            series=happened(name, few(1.3 * fewest)),
            looks=[firing(long, alert, where=where)],
            step=step,
        ),
        Scene(
            name="counters that begin anew are no events",
            series=reset(happened(name, shared(0.5 * most)), happened(name, shared(0.5 * most))),
            looks=[silent(2 * long - every, alert, where)],
            step=step,
        ),
        Scene(
            name="counters that begin anew hide none",
            series=reset(happened(name, shared(1.5 * most)), happened(name, shared(1.5 * most))),
            looks=[firing(long + every * 3, alert, where=where)],
            step=step,
        ),
    ]
    play(tmp_path, rules_of(objective, *dict.fromkeys(("5m", burn.short, burn.long))), scenes, every)


@pytest.mark.parametrize("name", OBJECTIVES)
def test_no_traffic_is_no_ratio(tmp_path: Path, name: str) -> None:
    objective = OBJECTIVES[name]
    looks = [Look(7200, f"{objective.bad}:ratio_rate{window}") for window in WINDOWS]
    scene = Scene(name="idle", series=happened(name, (0, 0, 600)), looks=looks)
    play(tmp_path, rules_of(objective), [scene])


def test_a_total_failure_is_told_within_a_minute_and_a_quarter(tmp_path: Path) -> None:
    series = happened("errors", (150, 0, 240), (0, 150, 20))
    where = 'severity="page",window="1h"'
    looks = [silent(3645, "ModelErrorsBurnBudget", where), firing(3675, "ModelErrorsBurnBudget", where=where)]
    play(
        tmp_path,
        rules_of(OBJECTIVES["errors"], "5m", "1h"),
        [Scene(name="all of them fail", series=series, looks=looks)],
    )


def test_five_percent_of_errors_burn_as_computed(tmp_path: Path) -> None:
    # A burn of 50: the fortieth part of a month's budget, which a page allows for an hour, is gone after 14.4/50 of it.
    series = happened("errors", (150, 0, 240), (142.5, 7.5, 120))
    looks = [
        silent(3600 + 1020, "ModelErrorsBurnBudget", 'window="1h"'),
        firing(3600 + 1060, "ModelErrorsBurnBudget", where='window="1h"'),
        Look(3600 + 600, "round(model:slo_errors:ratio_rate5m / (1 - model:slo_errors:objective))", {LABELS: 50}),
    ]
    play(
        tmp_path,
        rules_of(OBJECTIVES["errors"], "5m", "1h"),
        [Scene(name="one in twenty fails", series=series, looks=looks)],
    )


def test_errors_that_come_one_by_one_are_one_alert(tmp_path: Path) -> None:
    # One every 315 s, so that a window of five minutes has one, but for a moment before each.
    one = " ".join(f"{number}x20" for number in range(24))
    series = happened("errors", (0.5, 0, 504)) | {told("model_predictions_total", 'status="error"'): one}
    query = 'count_over_time(ALERTS{alertname="ModelErrorsBurnBudget",alertstate="firing",window="1h"}[1h])'
    looks = [Look(7200, f"sum({query})", {"{}": 240})]
    play(tmp_path, rules_of(OBJECTIVES["errors"], "5m", "1h"), [Scene(name="now and then", series=series, looks=looks)])


def test_what_is_owed_to_a_client_and_what_is_not(tmp_path: Path) -> None:
    ended = {"success": 80, "invalid": 1000, "cancelled": 500, "error": 4, "deadline": 3, "shed": 2, "not_loaded": 1}
    series = {
        told("model_predictions_total", f'status="{status}"'): counter((count, 40)) for status, count in ended.items()
    } | {
        told("service_refusals_total", 'reason="connections"'): counter((10, 40)),
        told("service_refusals_total", 'reason="head"'): counter((70, 40)),
        told("service_refusals_total", 'reason="queue"'): counter((2, 40)),
    }
    looks = [
        Look(585, "round(model:slo_errors:rate5m * 15, 0.001)", {LABELS: 20}),
        Look(585, "round(model:slo_requests:rate5m * 15, 0.001)", {LABELS: 100}),
        Look(585, "round(model:slo_errors:ratio_rate5m, 0.001)", {LABELS: 0.2}),
    ]
    play(tmp_path, rules_of(OBJECTIVES["errors"]), [Scene(name="of all kinds", series=series, looks=looks)])


def test_who_gave_up_waiting_had_a_slow_answer_and_who_left_before_had_none(tmp_path: Path) -> None:
    count, bucket = "model_prediction_latency_seconds_count", "model_prediction_latency_seconds_bucket"
    series = {
        told(count, 'status="success"'): counter((90, 40)),
        told(bucket, 'status="success"', 'le="0.25"'): counter((85, 40)),
        told(bucket, 'status="success"', 'le="0.1"'): counter((20, 40)),
        told(count, 'status="cancelled"'): counter((40, 40)),
        told(bucket, 'status="cancelled"', 'le="0.25"'): counter((30, 40)),
        told(count, 'status="error"'): counter((1000, 40)),
        told(bucket, 'status="error"', 'le="0.25"'): counter((0, 40)),
    }
    looks = [
        Look(585, "round(model:slo_slow:rate5m * 15, 0.001)", {LABELS: 15}),
        Look(585, "round(model:slo_answers:rate5m * 15, 0.001)", {LABELS: 100}),
        Look(585, "round(model:slo_slow:ratio_rate5m, 0.001)", {LABELS: 0.15}),
    ]
    play(tmp_path, rules_of(OBJECTIVES["slow"]), [Scene(name="of all kinds", series=series, looks=looks)])


@pytest.mark.parametrize("name", OBJECTIVES)
def test_what_is_left_of_the_budget(tmp_path: Path, name: str) -> None:
    objective = OBJECTIVES[name]
    budget = float(objective.budget)
    half, twice = (happened(name, (150 * (1 - share), 150 * share, 300)) for share in (budget / 2, budget * 2))
    left = f"round({objective.bad}:budget_remaining30d, 0.001)"
    scenes = [
        Scene(name="half", series=half, looks=[Look(4200, left, {LABELS: 0.5})]),
        Scene(name="overspent", series=twice, looks=[Look(4200, left, {LABELS: -1})]),
        Scene(name="untouched", series=happened(name, (150, 0, 300)), looks=[Look(4200, left, {LABELS: 1})]),
        Scene(name="nothing asked", series=happened(name, (0, 0, 300)), looks=[Look(4200, left)]),
    ]
    scenes = [
        *scenes,
        Scene(name="promised", series={}, looks=[Look(60, f"{objective.bad}:objective + 0", {LABELS: 1 - budget})]),
    ]
    play(tmp_path, rules_of(objective, "5m"), scenes)


def test_a_window_of_days_counts_what_happened_in_it(tmp_path: Path) -> None:
    # Of a model that is two hours old.
    looks = [
        # 480 scrapes of ten; the rate of five minutes takes its time until it is what it should be.
        Look(7200, "round(model:slo_requests:rate1d * 86400, 100)", {LABELS: 4700}),
        Look(7200, "round(model:slo_errors:rate3d * 259200, 10)", {LABELS: 470}),
    ]
    scene = Scene(name="young", series=happened("errors", (9, 1, 490)), looks=looks)
    play(tmp_path, rules_of(OBJECTIVES["errors"]), [scene])


def test_the_windows_are_the_workbooks() -> None:
    assert [(one.factor, one.long, one.short, one.severity) for one in BURNS] == [
        ("14.4", "1h", "5m", Severity.PAGE),
        ("6", "6h", "30m", Severity.PAGE),
        ("3", "1d", "2h", Severity.TICKET),
        ("1", "3d", "6h", Severity.TICKET),
    ]
    # What of thirty days' budget is gone when each is told.
    gone = [round(float(one.factor) * WINDOWS[one.long] / (30 * 86400), 3) for one in BURNS]
    assert gone == [0.02, 0.05, 0.1, 0.1]
    assert all(WINDOWS[one.long] == 12 * WINDOWS[one.short] for one in BURNS)
    assert not QUICK.keys() & SLOW.keys()


@pytest.mark.parametrize(
    ("availability", "percent", "thresholds"),
    [
        (99.9, 99, {"errors": ["0.0144", "0.006", "0.003", "0.001"], "slow": ["0.144", "0.06", "0.03", "0.01"]}),
        (99.95, 95, {"errors": ["0.0072", "0.003", "0.0015", "0.0005"], "slow": ["0.72", "0.3", "0.15", "0.05"]}),
    ],
)
def test_the_thresholds_are_exact(availability: float, percent: float, thresholds: dict[str, list[str]]) -> None:
    promised = Objectives(availability=Decimal(str(availability)), latency=latency(percent))
    for objective in objectives(SERIES, promised):
        found = [Decimal(one.expression.partition(" > ")[2].partition(" and ")[0]) for one in objective.alerts()]
        assert found == [Decimal(one) for one in thresholds[objective.name]]


def latency(percent: float, seconds: float = 0.25) -> Latency:
    values: Object = {"seconds": seconds, "percent": percent}
    return Latency.model_validate(values)
