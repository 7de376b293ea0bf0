import json

import pytest

from policies.documents import concerns, principals, said, statements


@pytest.mark.parametrize("document", [None, "", "no JSON", "[]", [], {}, {"Statement": "none"}])
def test_what_is_no_document_says_nothing(document: object) -> None:
    assert list(statements(document)) == []


@pytest.mark.parametrize("statement", [{"Effect": "Allow"}, [{"Effect": "Allow"}]])
def test_a_document_may_be_text_and_its_statement_alone(statement: object) -> None:
    for document in ({"Statement": statement}, json.dumps({"Statement": statement})):
        assert list(statements(document)) == [{"Effect": "Allow"}]


def test_one_thing_and_a_list_of_one_are_the_same() -> None:
    assert said({"Action": "s3:*"}, "Action") == said({"Action": ["s3:*"]}, "Action") == ["s3:*"]
    assert said({}, "Action") == []


def test_an_action_is_known_in_any_case_and_by_wildcards() -> None:
    for named in ("iam:PassRole", "IAM:passrole", "iam:Pass*", "iam:P?ssRole", "*", ["s3:GetObject", "iam:*"]):
        assert concerns({"Action": named}, "iam:PassRole")
    for named in ("iam:GetRole", "s3:*", None):
        assert not concerns({"Action": named}, "iam:PassRole")


def test_principals_have_a_kind_and_everyone_is_one_of_their_own() -> None:
    assert list(principals({"Principal": "*"})) == [("*", "*")]
    assert list(principals({"Principal": {"AWS": ["a", "b"], "Service": "c"}})) == [
        ("AWS", "a"),
        ("AWS", "b"),
        ("Service", "c"),
    ]
    assert list(principals({})) == []
