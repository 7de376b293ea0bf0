"""Whoever acts on a list sees it whole after every change, and is told of a server that is gone."""

from typing import Any

import pytest

from sandbox.eks.api import Api, ApiError
from sandbox.eks.following import Following
from tests.sandbox.eks.conftest import Server


def item(uid: str, value: int = 0) -> dict[str, Any]:
    return {"metadata": {"uid": uid}, "value": value}


def test_it_acts_on_all_of_the_list_after_each_change(server: Server) -> None:
    seen: list[dict[str, int]] = []
    server.items = [item("a"), item("b")]
    server.changes = [
        {"type": "ADDED", "object": item("c")},
        {"type": "MODIFIED", "object": item("a", 1)},
        {"type": "DELETED", "object": item("b")},
    ]
    following = Following(
        server.api, "/list", lambda found: seen.append({one["metadata"]["uid"]: one["value"] for one in found})
    )
    assert following.trouble

    following.once()

    assert seen == [
        {"a": 0, "b": 0},
        {"a": 0, "b": 0, "c": 0},
        {"a": 1, "b": 0, "c": 0},
        {"a": 1, "c": 0},
    ]
    assert following.trouble is None


def test_a_watch_that_is_too_old_begins_with_a_list_again(server: Server) -> None:
    seen: list[int] = []
    server.changes = [{"type": "ERROR", "object": {"code": 410}}, {"type": "ADDED", "object": item("a")}]
    Following(server.api, "/list", lambda found: seen.append(len(found))).once()
    assert seen == [0]


def test_a_server_that_is_gone_is_told_with_what_was_asked() -> None:
    following = Following(Api("http://127.0.0.1:1", None), "/list", lambda _: None)
    with pytest.raises(ApiError, match=r"GET /list: .*refused"):
        following.once()


def test_an_answer_that_is_cut_off_is_told_and_asked_for_again(server: Server) -> None:
    server.cut = 1
    following = Following(server.api, "/list", lambda _: None)
    with pytest.raises(ApiError, match=r"the answer to GET /list ended: IncompleteRead"):
        following.once()
