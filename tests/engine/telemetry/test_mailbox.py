"""The mailbox hands over the newest value and never blocks."""

from __future__ import annotations

import threading

from engine.telemetry.mailbox import Mailbox


def test_the_newest_value_wins_and_is_taken_once() -> None:
    box: Mailbox[int] = Mailbox()
    assert box.is_empty
    assert box.take() is None
    for value in (1, 2, 3):
        box.put(value)
    assert not box.is_empty
    assert box.take() == 3
    assert box.take() is None


def test_two_threads_hand_over_in_order_and_never_lose_the_last() -> None:
    box: Mailbox[int] = Mailbox()
    count = 50_000
    writer = threading.Thread(target=lambda: [box.put(i + 1) for i in range(count)])
    writer.start()
    taken = []
    while writer.is_alive() or not box.is_empty:
        value = box.take()
        if value is not None:
            taken.append(value)
    writer.join()
    assert taken == sorted(set(taken))
    assert taken[-1] == count
