"""What wrk is told is Lua, whatever a request's body looks like."""

import re

import pytest

from benchmarks import wrk
from benchmarks.questions import ARTICLES, BENTOML, V2, Question


@pytest.mark.parametrize("question", [ARTICLES, BENTOML, V2], ids=["the article's", "BentoML's", "V2"])
def test_a_body_is_sent_as_it_is(question: Question) -> None:
    found = re.search(r"wrk\.body = \[(=*)\[(.*?)\]\1\]\n", wrk.script(question), re.S)
    assert found
    assert found[2].encode() == question.body
    assert f"]{found[1]}]" not in found[2], "which would be its end"
