"""The page has what was measured, for people."""

from xml.etree import ElementTree

from benchmarks import page
from tests.benchmarks.figures import found

SVG = "{http://www.w3.org/2000/svg}"


def test_the_page_has_a_table_for_each_model_with_the_fastest_first() -> None:
    text = page.written(found())
    assert "on 2026-11-29 (x86_64, 2 cores)" in text
    small = text[text.index("## A model of 0.26 ms (small)") : text.index("## A model of 48 ms (50 ms)")]
    rows = [line for line in small.splitlines() if line.startswith("| ")]
    assert [row.split(" | ")[0] for row in rows] == ["| server", "| the floor", "| **Slipway**", "| FastAPI"]
    assert "Loaded and asked once in 1.8 s; Slipway answers 1.2 s later than that.\n" in small
    assert len({row.count("|") for row in rows}) == 1
    assert rows[2].startswith("| **Slipway** | 50 | 0.25 | 20 | 40 | 20,000 | 1 |")
    assert rows[3].endswith("| — | — | — | — |")


def test_the_page_says_who_failed_and_how() -> None:
    text = page.written(found())
    assert "the article's app failed 2 times, the last time so: it ended\n" in text
    assert text.index("## A model of 48 ms") < text.index("it ended")


def test_the_page_says_which_versions_are_compared() -> None:
    text = page.written(found())
    for said in ("tensorflow 2.14.0", "bentoml 1.4.40", "litserve 0.2.19", "ray 2.60.0", "mlserver 1.7.1"):
        assert said in text


def test_in_the_plot_ten_times_as_many_requests_are_a_step_further() -> None:
    root = ElementTree.fromstring(page.plot(found(20)))  # noqa: S314 our own
    widths = [float(bar.attrib["width"]) for bar in root.iter(f"{SVG}rect")][1:]  # without the background
    floor, service, plain = widths[:3]
    assert floor - service > 0
    assert service == plain
    assert floor - service == widths[0] - widths[1]
    texts = [text.text for text in root.iter(f"{SVG}text")]
    assert texts.count("Slipway") == 2
    assert "the floor" in texts
