import pytest

from panels.panel import Kind
from panels.release import panels

NEW, OLD = "3c4d5e6f70", "1a2b3c4d5e"


@pytest.mark.parametrize("releases", [(NEW,), (NEW, OLD)])
def test_only_its_releases_are_asked_for(releases: tuple[str, ...]) -> None:
    for panel in panels(releases, 30, 600):
        for query in panel.queries:
            chosen = query.expression.count("$model")
            assert chosen
            assert (
                query.expression.count(f'release=~"{"|".join(releases)}"') + query.expression.count(f'release="{NEW}"')
                == chosen
            )


def test_lines_are_of_a_window_and_bars_of_all_of_it() -> None:
    for panel in panels((NEW, OLD), 30, 600):
        assert all(("[600s]" in one.expression) == (panel.kind is Kind.BARS) for one in panel.queries)
        assert panel.about


def test_the_share_is_the_new_ones_alone() -> None:
    (share,) = [one for one in panels((NEW, OLD), 30, 600) if one.key == "share"]
    its, _, every = share.queries[0].expression.partition(" / ")
    assert OLD not in its
    assert OLD in every
