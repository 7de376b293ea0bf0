import pytest

from infra.shared.namespaces import Claim


def claim(text: str) -> Claim:
    host, slash, path = text.partition("/")
    return Claim(host=host or None, path=slash + path)


@pytest.mark.parametrize(
    ("one", "other", "meets", "covers"),
    [
        ("/a", "/a", True, True),
        ("/", "/a", True, True),
        ("/a", "/a/b", True, True),
        ("/a/b", "/a", True, False),
        ("/a", "/ab", False, False),
        ("h/a", "h/a/b", True, True),
        ("h/a", "i/a", False, False),
        ("/", "h/a", True, True),
        ("h/", "/a", True, False),
        ("h/b", "/a", False, False),
    ],
)
def test_claims_meet_where_a_request_may_belong_to_both(one: str, other: str, meets: bool, covers: bool) -> None:
    assert claim(one).meets(claim(other)) is meets
    assert claim(other).meets(claim(one)) is meets
    assert claim(one).covers(claim(other)) is covers


def test_a_host_is_more_precise_than_any_path_and_a_longer_path_than_a_shorter() -> None:
    ordered = ["/", "/a", "/a/b", "h/", "h/a"]
    assert sorted(["h/a", "/a/b", "/", "h/", "/a"], key=lambda text: claim(text).precision) == ordered


def test_a_claim_is_written_as_people_type_it() -> None:
    assert str(claim("models.example.com/pumps")) == "models.example.com/pumps"
    assert str(claim("/")) == "/"
