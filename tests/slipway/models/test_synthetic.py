import numpy as np

from modelstore.manifest import Feature, FeatureType
from slipway.models.synthetic import READINGS, synthetic
from slipway.models.tables import quantiles


def feature(values: list[float], minimum: float, maximum: float, kind: FeatureType = FeatureType.FLOAT) -> Feature:
    return Feature(
        name="x", type=kind, unit="1", description="", minimum=minimum, maximum=maximum, quantiles=quantiles(values)
    )


def test_each_feature_is_spread_as_in_training_and_none_is_a_row_of_it() -> None:
    training = np.random.default_rng(0).normal(size=(1000, 2))
    rows = np.array(synthetic([feature(training[:, index].tolist(), -10, 10) for index in range(2)]))
    assert rows.shape == (READINGS, 2)
    for index in range(2):
        drawn, taken = rows[:, index], training[:, index]
        assert np.abs(np.quantile(drawn, [0.1, 0.5, 0.9]) - np.quantile(taken, [0.1, 0.5, 0.9])).max() < 0.1
        assert taken.min() <= drawn.min() < drawn.max() <= taken.max()
    assert abs(np.corrcoef(rows.T)[0, 1]) < 0.2, "features are drawn apart"
    assert not {tuple(row) for row in rows.tolist()} & {tuple(row) for row in training.tolist()}


def test_integers_are_integers_and_ranges_are_kept() -> None:
    hours = feature([0, 7, 12, 23], 0, 23, FeatureType.INTEGER)
    wide = feature([9_999_990, 9_999_999], 9_999_990, 9_999_999, FeatureType.INTEGER)
    constant = feature([0.5], 0, 1)
    for hour, large, same in synthetic([hours, wide, constant]):
        assert hour.is_integer()
        assert 0 <= hour <= 23
        assert 9_999_990 <= large <= 9_999_999
        assert same == 0.5


def test_the_same_features_give_the_same_readings() -> None:
    features = [feature([0, 1, 5], 0, 5), feature([0, 1], 0, 1)]
    assert synthetic(features) == synthetic(features)
