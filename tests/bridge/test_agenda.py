import threading
import time

from dicom_bridge.agenda import Agenda


def test_what_is_due_comes_in_the_order_it_was_put() -> None:
    agenda = Agenda()
    for name in ("a", "b", "c"):
        agenda.put(name)
    assert [task.name for task in (agenda.take(), agenda.take(), agenda.take()) if task] == [
        "a",
        "b",
        "c",
    ]


def test_what_failed_makes_way_for_the_others_and_comes_back_later() -> None:
    agenda = Agenda()
    agenda.put("failed", delay_s=0.1, failures=3)
    agenda.put("fresh")
    started = time.monotonic()
    first, second = agenda.take(), agenda.take()
    assert first is not None
    assert second is not None
    assert (first.name, second.name, second.failures) == ("fresh", "failed", 3)
    assert time.monotonic() - started >= 0.09


def test_a_waiting_thread_is_woken_by_a_task_and_let_go_at_the_end() -> None:
    agenda = Agenda()
    taken: list[str | None] = []

    def work() -> None:
        while task := agenda.take():
            taken.append(task.name)
            agenda.done()
        taken.append(None)

    worker = threading.Thread(target=work)
    worker.start()
    agenda.put("a")
    assert agenda.wait_until_empty(5)
    agenda.close()
    worker.join(5)
    assert taken == ["a", None]


def test_it_is_not_empty_while_a_task_is_in_hand() -> None:
    agenda = Agenda()
    agenda.put("a")
    agenda.take()
    assert not agenda.wait_until_empty(0.01)
    agenda.done()
    assert agenda.wait_until_empty(0.01)
