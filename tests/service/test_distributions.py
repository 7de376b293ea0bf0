"""What is read and answered, counted so that pods can be added up."""

import threading
from typing import Any

import numpy as np
import pytest
from prometheus_client import Metric

from service.distributions import MEAN_OF, TOGETHER, Distributions
from service.model import Tensors, TensorSpec
from service.tabular import Tabular
from tests.service import fakes
from tests.service.fakes import INPUT, OUTPUT


def distributions(dtype: type = np.float64, **changes: object) -> Distributions:
    published = fakes.manifest(**changes)
    return Distributions(published, Tabular.of(published, {INPUT: TensorSpec(np.dtype(dtype), (4,))}))


def features(quantiles: list[float]) -> list[dict[str, Any]]:
    common: dict[str, Any] = {"unit": "1", "description": "d", "minimum": -1e6, "maximum": 1e6}
    return [{"name": name, "quantiles": quantiles} | common for name in fakes.READING]


def asked(*rows: list[float], dtype: Any = np.float64) -> tuple[Tensors, Tensors]:
    readings = np.array(rows, dtype=dtype)
    return {INPUT: readings}, {OUTPUT: readings[:, 0] / 100}


def buckets(
    found: Distributions, metric: str = "model_feature_value", feature: str = "temperature"
) -> dict[str, float]:
    [family] = [each for each in found.collect() if each.name == metric]
    return {
        sample.labels["le"]: sample.value
        for sample in family.samples
        if sample.name.endswith("_bucket") and sample.labels.get("feature_name", feature) == feature
    }


def means(found: Distributions) -> dict[str, float]:
    [family] = [each for each in found.collect() if each.name == "model_feature_mean"]
    return {sample.labels["feature_name"]: sample.value for sample in family.samples}


def test_values_are_counted_up_to_each_reference_quantile() -> None:
    found = distributions(features=features([10, 20, 30]))
    for value in (5, 10, 10.5, 20, 30, 31):
        found.add(*asked([value, 0, 0, 0]))
    assert buckets(found) == {"10.0": 2, "20.0": 4, "30.0": 5, "+Inf": 6}


def test_of_equal_quantiles_there_is_one_bucket() -> None:
    found = distributions(features=features([0, 0, 0, 1, 1]))
    found.add(*asked([0, 0, 0, 0]))
    assert buckets(found) == {"0.0": 1, "1.0": 1, "+Inf": 1}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_value_that_equals_a_quantile_is_not_above_it_in_any_type(dtype: type) -> None:
    found = distributions(dtype, features=features([0.1, 0.7, 85.1]))
    for value in (0.1, 0.7, 85.1):
        found.add(*asked([value, 0, 0, 0], dtype=dtype))
    assert buckets(found) == {"0.1": 1, "0.7": 2, "85.1": 3, "+Inf": 3}


def test_answers_are_counted_too() -> None:
    reading = dict(fakes.READING)
    golden = {"inputs": [reading, reading], "outputs": [0.2, 0.1], "tolerance": 1e-6}
    found = distributions(golden=golden)
    found.add(*asked([10, 0, 0, 0], [15, 0, 0, 0], [99, 0, 0, 0]))
    assert buckets(found, "model_prediction_value") == {"0.1": 1, "0.2": 2, "+Inf": 3}


def test_two_pods_add_up_to_one() -> None:
    first, second, both = (distributions(features=features([10, 20, 30])) for _ in range(3))
    for number in range(200):
        request = asked([number % 37, 0, 0, 0])
        (first if number % 3 else second).add(*request)
        both.add(*request)
    one, other = buckets(first), buckets(second)
    assert {bound: one[bound] + other[bound] for bound in one} == buckets(both)


def test_a_mean_is_that_of_the_last_readings() -> None:
    found = distributions()
    assert means(found) == {}
    for temperature in (50.0, *range(MEAN_OF)):
        found.add(*asked([temperature, 2.0, 100.0, 3000.0]))
    assert means(found) == {"temperature": (MEAN_OF - 1) / 2, "vibration": 2.0, "pressure": 100.0, "rpm": 3000.0}


def test_nothing_is_lost_or_counted_twice_when_two_threads_count() -> None:
    found = distributions(features=features([10, 20, 30]))
    ended = threading.Event()

    def scrape() -> None:
        while not ended.is_set():
            list(found.collect())

    scraping = threading.Thread(target=scrape)
    scraping.start()
    request = asked([15, 0, 0, 0])
    for _ in range(20 * TOGETHER):
        found.add(*request)
    ended.set()
    scraping.join()
    assert buckets(found)["+Inf"] == 20 * TOGETHER


def test_every_series_is_one_that_prometheus_can_read() -> None:
    families: list[Metric] = list(distributions().collect())
    assert [each.name for each in families] == ["model_feature_value", "model_prediction_value", "model_feature_mean"]
