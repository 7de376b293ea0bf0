import pytest
from markdown_it import MarkdownIt

from slipway.pipeline.markdown import block, code, folded, table

NASTY = ["`", "``a`b``", "a|b", "@everyone", "<script>", "![x](http://x)", "a\nb", "x" * 500, "\\", "`a", "*a*"]


def html(text: str) -> str:
    """As GitHub reads it, before it removes what it doesn't allow."""
    return MarkdownIt("commonmark", {"html": True}).enable("table").render(text)


@pytest.mark.parametrize("text", NASTY)
def test_code_shows_a_text_as_it_is(text: str) -> None:
    shown = html(table(("a", "b"), [(code(text), "c")]))
    assert shown.count("<td>") == 2
    assert shown.count("<code>") == 1
    for word in ("<script", "<img", "<em>"):
        assert word not in shown


def test_a_long_text_is_clipped() -> None:
    assert code("x" * 500, 10) == f"`{'x' * 9}…`"
    assert code("") == ""


@pytest.mark.parametrize("text", [*NASTY, "```\n</details>", "````"])
def test_a_block_ends_where_it_ends(text: str) -> None:
    shown = html(block([text], 1000) + "\n\nafter")
    assert shown.count("<pre>") == 1
    assert shown.endswith("</code></pre>\n<p>after</p>\n")


def test_a_block_is_bounded() -> None:
    shown = block(["x" * 70] * 100, 500)
    assert len(shown) < 600
    assert shown.splitlines()[-2] == "… the log has all of it"


def test_what_is_folded_is_markdown_and_its_title_isn_t() -> None:
    shown = html(folded("a <b> & `c`", "**d**"))
    assert "<summary>a &lt;b&gt; &amp; <code>c</code></summary>" in shown
    assert "<p><strong>d</strong></p>" in shown
    assert html(folded("a", "b", open_=True)).startswith("<details open>")
