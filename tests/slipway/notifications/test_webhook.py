import socket

import pytest

from slipway.notifications import webhook
from slipway.notifications.webhook import Undelivered, send
from tests.slipway.notifications.conftest import Receiver

DOCUMENT = {"text": "✅ done"}


def test_a_receiver_is_told_once(receiver: Receiver) -> None:
    send(receiver.url, DOCUMENT)
    assert receiver.told == [DOCUMENT]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_receiver_is_asked_again(receiver: Receiver, status: int) -> None:
    receiver.statuses = [status, status]
    send(receiver.url, DOCUMENT)
    assert len(receiver.told) == 3


@pytest.mark.parametrize(("statuses", "times"), [([500] * 9, 3), ([404], 1), ([302], 1), ([403], 1)])
def test_one_that_doesn_t_take_it_is_named_without_its_secret(
    receiver: Receiver, statuses: list[int], times: int
) -> None:
    receiver.statuses = list(statuses)
    with pytest.raises(Undelivered) as failed:
        send(receiver.url, DOCUMENT)
    assert str(failed.value) == f"nobody was told: the webhook at 127.0.0.1 answered {statuses[0]}"
    assert len(receiver.told) == times


def test_one_that_never_answers_is_given_up(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "TIMEOUT", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/services/s3cret"
        with pytest.raises(Undelivered, match=r"the webhook at 127.0.0.1 does not answer within") as failed:
            send(url, DOCUMENT)
    assert "s3cret" not in str(failed.value)


def test_one_that_isn_t_there_is_given_up(receiver: Receiver) -> None:
    with pytest.raises(Undelivered, match="can't be reached") as failed:
        send("http://127.0.0.1:1/services/s3cret", DOCUMENT)
    assert "s3cret" not in str(failed.value)


@pytest.mark.parametrize("url", ["", "s3cret", "ftp://x/s3cret", "https:///s3cret"])
def test_what_is_no_url_is_told_without_it(url: str) -> None:
    with pytest.raises(Undelivered, match="no URL") as failed:
        send(url, DOCUMENT)
    assert "s3cret" not in str(failed.value)
