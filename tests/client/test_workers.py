import threading

import pytest

from scanloft.client.workers import Workers


def test_results_come_in_order_and_errors_in_their_places() -> None:
    workers = Workers(3)
    results = workers.attempt(lambda n: 6 // n, [1, 0, 3])
    assert (results[0], type(results[1]), results[2]) == (6, ZeroDivisionError, 2)
    with pytest.raises(ZeroDivisionError):
        workers.map(lambda n: 6 // n, [1, 0])
    assert workers.map(str, range(50)) == [str(n) for n in range(50)]
    workers.dismiss()


def test_so_many_work_side_by_side_and_no_more() -> None:
    workers, together, running, most = Workers(3), threading.Barrier(3), [0], [0]
    lock = threading.Lock()

    def act(_: int) -> None:
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        together.wait(10)
        with lock:
            running[0] -= 1

    workers.map(act, range(6))
    workers.dismiss()
    assert most == [3]
