import pytest

from panels.panel import Query


def test_a_question_is_asked_of_one_model() -> None:
    query = Query(expression='a{$model,state="ready"} / b{$model}', legend="")
    assert query.of("serving", "maintenance-predictor") == (
        'a{namespace="serving",model="maintenance-predictor",state="ready"} '
        '/ b{namespace="serving",model="maintenance-predictor"}'
    )


@pytest.mark.parametrize(
    ("name", "written"),
    [('"} or up{x="', r'"\"} or up{x=\""'), ("\\", r'"\\"'), ("two\nlines", r'"two\nlines"'), ("$model", '"$model"')],
)
def test_whatever_is_in_a_name_stays_in_the_matchers(name: str, written: str) -> None:
    assert Query(expression="a{$model}", legend="").of("serving", name) == f'a{{namespace="serving",model={written}}}'


def test_a_series_is_called_by_its_labels() -> None:
    query = Query(expression="a{$model}", legend="p99 {{model_version}} · {{release}}")
    assert query.called({"model_version": "1.0.0", "release": "4f2a"}) == "p99 1.0.0 · 4f2a"
    assert query.called({"model_version": "1.0.0"}) == "p99 1.0.0"
