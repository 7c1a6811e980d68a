"""The demo as a sender: what it does where a receiver breaks an association."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pynetdicom import AE, evt
from pynetdicom.events import Event

from infra.local.archive import free_port
from infra.local.demo.by_dicom import SUCCESS, Sending, send
from tests.flows.images import ct


@contextmanager
def receiver(*, aborting: set[int]) -> Iterator[tuple[int, list[str]]]:
    """A receiver that ends the association instead of answering some requests, from 0."""
    received: list[str] = []

    def store(event: Event) -> int:
        received.append(str(event.dataset.SOPInstanceUID))
        if len(received) - 1 in aborting:
            event.assoc.abort()
        return SUCCESS

    port, entity = free_port(), AE()
    entity.add_supported_context("1.2.840.10008.5.1.4.1.1.2")
    server = entity.start_server(
        ("127.0.0.1", port), block=False, evt_handlers=[(evt.EVT_C_STORE, store)]
    )
    assert server is not None
    try:
        yield port, received
    finally:
        server.shutdown()


def sent(folder: Path, *, aborting: set[int]) -> tuple[Sending, list[str]]:
    paths = [folder / f"{number}.dcm" for number in range(3)]
    for number, path in enumerate(paths):
        ct(study=1, number=number).save_as(path, enforce_file_format=True)
    with receiver(aborting=aborting) as (port, received):
        sending = send(
            host="127.0.0.1", port=port, ae_title="ANY", folder=folder, paths=paths, caller="DEMO"
        )
    return sending, received


def test_a_file_without_an_answer_is_sent_again(tmp_path: Path) -> None:
    sending, received = sent(tmp_path, aborting={1})
    assert sending.paths_by_ae_title == {"DEMO1": ["0.dcm", None], "DEMO2": ["1.dcm", "2.dcm"]}
    assert received[1] == received[2]
    assert len(received) == 4
    assert not sending.settled


def test_a_file_that_is_never_answered_is_named_and_the_rest_is_sent(tmp_path: Path) -> None:
    sending, received = sent(tmp_path, aborting={1, 2})
    assert [(one.path, one.code) for one in sending.settled] == [("1.dcm", "store_aborted")]
    assert sending.paths_by_ae_title["DEMO3"] == ["2.dcm"]
    assert len(received) == 4
