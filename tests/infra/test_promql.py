import pytest

from tests.infra.promql import matchers, metrics


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("up == 0", {"up"}),
        ('absent(a{b="c or d"} == 1)', {"a"}),
        ("sum by (le, pod) (rate(a_bucket[5m])) / ignoring (le) group_left () (sum(b) > 0)", {"a_bucket", "b"}),
        ("model:slo:rate1h * 3600 >= 1e3 and max_over_time(x[1h]) > bool 2 or vector(0)", {"model:slo:rate1h", "x"}),
        ("min by (cn) (ends) - time() < 14", {"ends"}),
        ('count_over_time(ALERTS{alertname="A"}[30m])', {"ALERTS"}),
    ],
)
def test_it_finds_every_metric_and_nothing_else(expression: str, found: set[str]) -> None:
    assert metrics(expression) == found


def test_it_finds_what_labels_have_to_be() -> None:
    assert list(matchers('sum(a{b="c",d=~"e|f"}) - g{h!="",i!~"j-[^-]+"}')) == [
        ("a", "b", "c"),
        ("a", "d", "e"),
        ("a", "d", "f"),
        ("g", "h", ""),
        ("g", "i", "j-[^-]+"),
    ]
