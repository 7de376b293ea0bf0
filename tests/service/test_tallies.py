import pytest
from prometheus_client import Metric

from service.tallies import Buckets, Tally, histogram, plain_histogram


def values(metric: Metric) -> dict[tuple[str, ...], float]:
    return {(sample.name, *sample.labels.values()): sample.value for sample in metric.samples}


def test_events_are_counted_by_their_labels() -> None:
    tally = Tally("seen", "Seen", ("kind",), known=[("a",), ("b",)])
    tally.add("b")
    tally.add("b")
    tally.add("c", value=0.5)
    [family] = tally.collect()
    assert values(family) == {("seen_total", "a"): 0, ("seen_total", "b"): 2, ("seen_total", "c"): 0.5}


def test_a_counter_without_labels_is_there_from_the_start() -> None:
    [family] = Tally("seen", "Seen").collect()
    assert values(family) == {("seen_total",): 0}


def test_a_value_on_a_bound_belongs_below_it() -> None:
    buckets = Buckets([1, 2])
    for value in (0.5, 1, 1.5, 2, 7):
        buckets.add(value)
    assert buckets.cumulative() == ([("1.0", 2), ("2.0", 4), ("+Inf", 5)], 12)


def test_many_values_count_like_each_of_them() -> None:
    one_by_one, together = Buckets([1, 2]), Buckets([1, 2])
    for value in (1, 2, 3, 3):
        one_by_one.add(value)
    together.add_all([1, 1, 2], 9)
    assert one_by_one.cumulative() == together.cumulative()


@pytest.mark.parametrize("label", [None, "x"])
def test_histograms_are_what_prometheus_knows(label: str | None) -> None:
    buckets = Buckets([1])
    buckets.add(0.5)
    family = histogram("h", "H", "kind", {label: buckets}) if label else plain_histogram("h", "H", buckets)
    own = (label,) if label else ()
    found = values(family)
    assert found["h_count", *own] == 1
    assert found["h_sum", *own] == 0.5
    assert sum(found.values()) == 1 + 0.5 + 2  # and two buckets
