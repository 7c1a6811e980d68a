import io
import threading
from typing import Any

import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.uid import UID, CTImageStorage, ExplicitVRLittleEndian

from dicom_bridge.listener import NON_PATIENT_OBJECTS
from tests.bridge.datasets import (
    PRIVATE_SOP_CLASS,
    PRIVATE_TRANSFER_SYNTAX,
    SHARED_DATA,
    compressed_instance,
    instance,
)
from tests.bridge.site import Inbox, RawPeer, Site, associated, echo, send, store_request, wait_for


def statuses(answers: list[Dataset]) -> list[int]:
    return [answer.Status for answer in answers]


def read(body: bytes) -> pydicom.FileDataset:
    return pydicom.dcmread(io.BytesIO(body))


def test_an_echo_is_answered(site: Site) -> None:
    assert echo(site.start().address) == 0x0000


def test_a_stored_instance_lands_in_the_inbox_as_it_was_sent(site: Site, inbox: Inbox) -> None:
    sent = instance()
    assert statuses(send(site.start().address, sent)) == [0x0000]
    [key] = inbox.wait_for(1)
    kind, project, upload, number = key.split("/")
    assert (kind, project, number) == ("dicom", "trial-a", "0")
    assert upload.startswith("dicom-20")
    assert len(upload) == len("dicom-20250101T000000-0a1b2c3d")
    stored = inbox.get(key)
    assert stored.metadata == {
        "source": "dicom",
        "calling-ae": "MODALITY",
        "called-ae": "CT1",
        "calling-address": "127.0.0.1",
    }
    received = read(stored.body)
    assert received == sent
    assert received.file_meta.TransferSyntaxUID == ExplicitVRLittleEndian
    assert received.file_meta.MediaStorageSOPInstanceUID == sent.SOPInstanceUID
    wait_for(lambda: site.is_empty)


@pytest.mark.parametrize("sop_class_uid", NON_PATIENT_OBJECTS, ids=lambda uid: uid.keyword)
def test_objects_of_no_patient_are_taken_too(site: Site, inbox: Inbox, sop_class_uid: UID) -> None:
    sent = instance(sop_class_uid=sop_class_uid)
    assert statuses(send(site.start().address, sent)) == [0x0000]
    [key] = inbox.wait_for(1)
    assert read(inbox.get(key).body) == sent


def test_the_called_ae_title_chooses_the_project(site: Site, inbox: Inbox) -> None:
    send(site.start().address, instance(), called="MR 1")
    [key] = inbox.wait_for(1)
    assert key.startswith("dicom/trial-b/dicom-")
    assert inbox.get(key).metadata["called-ae"] == "MR 1"


def test_an_unknown_called_ae_title_is_rejected_for_good(site: Site) -> None:
    with associated(site.start().address, called="SCANLOFT") as association:
        assert association.is_rejected
        answer = association.acceptor.primitive
        assert answer is not None
        assert (answer.result, answer.result_source, answer.diagnostic) == (1, 1, 7)


def test_numbers_count_the_requests_of_an_association(site: Site, inbox: Inbox) -> None:
    bridge = site.start(object_limit_bytes=10_000)
    small, large = instance(), instance(pixel_bytes=20_000)
    assert statuses(send(bridge.address, small, large, small)) == [0x0000, 0xA701, 0x0000]
    keys = inbox.wait_for(2)
    assert [key.rpartition("/")[2] for key in keys] == ["0", "2"]
    assert len({key.split("/")[2] for key in keys}) == 1


def test_two_associations_are_two_uploads(site: Site, inbox: Inbox) -> None:
    bridge = site.start()
    send(bridge.address, instance())
    send(bridge.address, instance())
    uploads = {key.split("/")[2] for key in inbox.wait_for(2)}
    assert len(uploads) == 2


def test_associations_at_the_same_time_lose_nothing(site: Site, inbox: Inbox) -> None:
    bridge = site.start()
    answers: list[int] = []

    def scan() -> None:
        answers.extend(statuses(send(bridge.address, *(instance() for _ in range(10)))))

    modalities = [threading.Thread(target=scan) for _ in range(5)]
    for modality in modalities:
        modality.start()
    for modality in modalities:
        modality.join()
    assert answers == [0x0000] * 50
    assert len(inbox.wait_for(50)) == 50


def test_a_private_sop_class_is_taken(site: Site, inbox: Inbox) -> None:
    sent = instance(sop_class_uid=PRIVATE_SOP_CLASS)
    assert statuses(send(site.start().address, sent)) == [0x0000]
    [key] = inbox.wait_for(1)
    assert read(inbox.get(key).body).SOPClassUID == PRIVATE_SOP_CLASS


def test_a_compressed_transfer_syntax_is_kept_as_it_came(site: Site, inbox: Inbox) -> None:
    sent = compressed_instance()
    assert statuses(send(site.start().address, sent)) == [0x0000]
    [key] = inbox.wait_for(1)
    received = read(inbox.get(key).body)
    assert received.file_meta.TransferSyntaxUID == sent.file_meta.TransferSyntaxUID
    assert received.PixelData == sent.PixelData


def test_a_private_transfer_syntax_is_accepted(site: Site) -> None:
    contexts = [(CTImageStorage, PRIVATE_TRANSFER_SYNTAX)]
    with associated(site.start().address, *contexts) as association:
        accepted = {str(c.transfer_syntax[0]) for c in association.accepted_contexts}
    assert PRIVATE_TRANSFER_SYNTAX in accepted


def test_real_files_in_all_their_transfer_syntaxes_arrive_unchanged(
    site: Site, inbox: Inbox
) -> None:
    files = sorted((SHARED_DATA / "transfer-syntaxes" / "same-ct-in-15-syntaxes").glob("*.dcm"))
    if not files:
        pytest.skip("the shared data is not here")
    sent = [pydicom.dcmread(file) for file in files]
    # The SCU encodes data sets anew, which it cannot do for those deflated as a whole.
    sent = [d for d in sent if not d.file_meta.TransferSyntaxUID.is_deflated]
    assert statuses(send(site.start().address, *sent)) == [0x0000] * len(sent)
    received = [read(inbox.get(key).body) for key in inbox.wait_for(len(sent))]
    assert {d.file_meta.TransferSyntaxUID for d in received} == {
        d.file_meta.TransferSyntaxUID for d in sent
    }
    sent_pixels = {bytes(d.PixelData) for d in sent}
    assert {bytes(d.PixelData) for d in received} == sent_pixels


def test_a_full_disk_is_out_of_resources(site: Site, inbox: Inbox) -> None:
    bridge = site.start(spool_reserve_bytes=1 << 60)
    [answer] = send(bridge.address, instance())
    assert answer.Status == 0xA700
    assert "try again" in answer.ErrorComment
    assert site.is_empty
    assert inbox.keys == []


def test_a_disk_that_fills_up_meanwhile_is_out_of_resources(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    bridge = site.start()

    def no_space(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", no_space)
    assert statuses(send(bridge.address, instance())) == [0xA700]
    assert site.is_empty


def test_an_oversized_object_is_refused_and_never_spooled(site: Site, inbox: Inbox) -> None:
    bridge = site.start(object_limit_bytes=100_000)
    [answer] = send(bridge.address, instance(pixel_bytes=2_000_000))
    assert answer.Status == 0xA701
    assert site.is_empty
    assert inbox.keys == []
    assert echo(bridge.address) == 0x0000


@pytest.mark.parametrize(
    ("elements", "data"),
    [
        ({"AffectedSOPInstanceUID": None}, b"data"),
        ({"AffectedSOPInstanceUID": ""}, b"data"),
        ({"AffectedSOPInstanceUID": "1." * 50 + "1"}, b"data"),
        ({"AffectedSOPClassUID": None}, b"data"),
        ({"CommandDataSetType": 0x0101}, None),
        ({}, b""),
    ],
    ids=["no uid", "empty uid", "long uid", "no class", "no data set", "empty data set"],
)
@pytest.mark.usefixtures("unvalidated")
def test_a_request_without_a_usable_uid_or_data_gets_an_answer(
    site: Site, elements: dict[str, Any], data: bytes | None
) -> None:
    with RawPeer(site.start().address) as peer:
        assert peer.associate() == 2
        peer.send_command(store_request(**elements))
        if data is not None:
            peer.send_fragment(0x02, data)
        response = peer.read_response()
        assert (response.Status, response.MessageIDBeingRespondedTo) == (0xC000, 7)
    assert site.is_empty


def test_a_calling_ae_title_that_breaks_the_rules_is_not_stored(site: Site, inbox: Inbox) -> None:
    with RawPeer(site.start().address) as peer:
        assert peer.associate(calling=b"..\\X\n<b>") == 2
        peer.send_command(store_request())
        peer.send_fragment(0x02, b"data")
        assert peer.read_response().Status == 0x0000
    [key] = inbox.wait_for(1)
    assert inbox.get(key).metadata["calling-ae"] == "INVALID"


def test_an_abort_in_the_middle_of_a_data_set_leaves_nothing(site: Site, inbox: Inbox) -> None:
    with RawPeer(site.start().address) as peer:
        assert peer.associate() == 2
        peer.send_command(store_request())
        peer.send_fragment(0x00, b"half of it")
        wait_for(lambda: site.files["incoming"])
        peer.socket.sendall(bytes([7, 0, 0, 0, 0, 4, 0, 0, 0, 0]))
    wait_for(lambda: site.is_empty)
    assert inbox.keys == []


def test_a_connection_lost_in_the_middle_of_a_data_set_leaves_nothing(site: Site) -> None:
    with RawPeer(site.start().address) as peer:
        assert peer.associate() == 2
        peer.send_command(store_request())
        peer.send_fragment(0x00, b"half of it")
        wait_for(lambda: site.files["incoming"])
    wait_for(lambda: site.is_empty)
