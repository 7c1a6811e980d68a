"""A crash or failure at every call while objects are routed, or pass as a person decided."""

from scanloft.aws.instructions import InstructionIndex
from scanloft.core.blueprint import ANONYMISE
from scanloft.core.instructions import Instruction
from scanloft.core.model import Prearchive
from tests.support.cloud import Cloud
from tests.support.disturbances import disturbed
from tests.support.images import image

SENDER = {"calling-ae": "CT1", "called-ae": "SCANNER"}


def unassigned(cloud: Cloud) -> None:
    cloud.project()
    found = image(PatientComments="Project:alpha Subject:S1")
    for number, data in enumerate((found, image(2), b"no image")):
        cloud.inbox.put(f"unassigned/SCANNER/dicom-1/{number}", data, metadata=SENDER)


def decided(cloud: Cloud) -> None:
    cloud.project()
    cloud.send(image())
    assert cloud.settle()
    instructions = [
        Instruction(
            project="alpha",
            upload="review-1",
            number=str(number),
            by="olga",
            prearchive=Prearchive.OVERWRITE,
            pixels_reviewed=True,
            was=(("u1", str(number)),),
        )
        for number in range(2)
    ]
    InstructionIndex(cloud.rows).put(instructions, expires_at=2_000_000_000)
    other = image(pixels=b"\2" * 32)
    cloud.send(other, image(2)[:-9], upload="review-1", declared=False)


def test_routing_survives_a_failure_at_every_call() -> None:
    calls, differing = disturbed(unassigned, ANONYMISE)
    assert {"GetObject", "CopyObject", "BatchWriteItem", "DeleteObjects"} <= set(calls)
    assert differing == []


def test_what_a_person_decided_survives_a_failure_at_every_call() -> None:
    calls, differing = disturbed(decided, ANONYMISE)
    assert {"BatchGetItem", "PutObject", "CopyObject", "DeleteObjects"} <= set(calls)
    assert differing == []
