"""The modes of the prearchive at the gate: automatic, manual, automatic with overwrite."""

from dataclasses import replace

import pytest

from scanloft.aws.instructions import InstructionIndex
from scanloft.aws.projects import ProjectIndex
from scanloft.core.instructions import Instruction
from scanloft.core.keys import REPLACES
from scanloft.core.model import Prearchive
from tests.functions.anonymise.large import large_image, take_as_large
from tests.support.cloud import Cloud
from tests.support.images import image

FIRST, SECOND, THIRD = (image(pixels=bytes([number]) * 32) for number in (1, 2, 3))


def mode(cloud: Cloud, wanted: Prearchive) -> None:
    projects = ProjectIndex(cloud.rows)
    projects.update(replace(projects.project("alpha"), prearchive=wanted))


def pixels(cloud: Cloud) -> list[int]:
    """The last byte of each archived object, which tells its pixels."""
    return [cloud.archive.get(key).body[-1] for key in cloud.keys(cloud.archive, "dicom/")]


def indexed_as_stored(cloud: Cloud) -> bool:
    """Whether the index says of the one object there is what the bucket says."""
    (study,) = cloud.instances.studies("alpha")
    (series,) = cloud.instances.series_of_study("alpha", study.study_uid)
    (instance,) = cloud.instances.instances("alpha", study.study_uid, series.series_uid)
    stored = cloud.archive.get(instance.location.key)
    return (instance.sha256, instance.location.length) == (
        stored.metadata["sha256"],
        len(stored.body),
    ) and series.size_bytes == len(stored.body)


def test_with_overwrite_another_object_of_a_uid_takes_the_place_of_the_first(
    alpha: Cloud,
) -> None:
    mode(alpha, Prearchive.OVERWRITE)
    for number, data in enumerate((FIRST, SECOND, THIRD)):
        alpha.send(data, upload=f"u{number}")
        assert alpha.settle()
        assert pixels(alpha) == [data[-1]]
        assert indexed_as_stored(alpha)
        assert alpha.kinds(f"u{number}") == ["archived"]
    assert alpha.detained() == []


def test_without_it_the_first_one_is_kept(alpha: Cloud) -> None:
    alpha.send(FIRST)
    alpha.settle()
    alpha.send(SECOND, upload="u2")
    assert alpha.settle()
    assert (pixels(alpha), alpha.kinds("u2")) == ([1], ["quarantined conflict"])


def test_what_was_replaced_does_not_come_back_when_its_message_does(alpha: Cloud) -> None:
    mode(alpha, Prearchive.OVERWRITE)
    alpha.send(FIRST)
    alpha.settle()
    alpha.send(SECOND, upload="u2")
    alpha.settle()
    alpha.send(FIRST)
    assert alpha.settle()
    assert pixels(alpha) == [2]
    assert alpha.kinds() == ["duplicate"]


def test_the_same_object_again_replaces_nothing(alpha: Cloud) -> None:
    mode(alpha, Prearchive.OVERWRITE)
    alpha.send(FIRST)
    alpha.settle()
    alpha.send(FIRST, upload="u2")
    assert alpha.settle()
    assert alpha.kinds("u2") == ["duplicate"]
    (key,) = alpha.keys(alpha.archive, "dicom/")
    assert REPLACES not in alpha.archive.get(key).metadata


def test_a_uid_in_another_study_is_a_conflict_even_with_overwrite(alpha: Cloud) -> None:
    mode(alpha, Prearchive.OVERWRITE)
    alpha.send(FIRST)
    alpha.settle()
    alpha.send(image(study=7, SOPInstanceUID="1.2.3.1.1.1"), upload="u2")
    assert alpha.settle()
    assert alpha.kinds("u2") == ["quarantined conflict"]


def test_replacements_that_overtake_each_other_leave_the_index_as_the_bucket_is(
    alpha: Cloud,
) -> None:
    """Ingest hears of three versions at once, when only the last one is there."""
    from scanloft.core.blueprint import ANONYMISE

    mode(alpha, Prearchive.OVERWRITE)
    for number, data in enumerate((FIRST, SECOND, THIRD)):
        alpha.send(data, upload=f"u{number}")
        assert alpha.settle(ANONYMISE)
    assert alpha.settle()
    assert pixels(alpha) == [3]
    assert indexed_as_stored(alpha)


def test_large_objects_are_replaced_too(alpha: Cloud) -> None:
    take_as_large(alpha)
    mode(alpha, Prearchive.OVERWRITE)
    first = large_image(6)
    second = first[:-4] + b"\7\7\7\7"
    for number, data in enumerate((first, second)):
        alpha.send(data, upload=f"u{number}")
        assert alpha.settle()
        assert alpha.kinds(f"u{number}") == ["archived"]
    assert indexed_as_stored(alpha)
    assert pixels(alpha) == [7]


@pytest.mark.parametrize("comment", ["AA:true", "Project:x, aa:TRUE;"])
def test_in_a_manual_prearchive_aa_true_archives_at_once(alpha: Cloud, comment: str) -> None:
    mode(alpha, Prearchive.MANUAL)
    alpha.send(image(PatientComments=comment), image(2, PatientComments="AA:false"))
    assert alpha.settle()
    assert alpha.kinds() == ["archived", "quarantined prearchive"]


def test_a_large_object_waits_in_a_manual_prearchive_and_is_copied_as_it_is(alpha: Cloud) -> None:
    take_as_large(alpha)
    mode(alpha, Prearchive.MANUAL)
    alpha.send(large_image(6))
    assert alpha.settle()
    assert alpha.kinds() == ["quarantined prearchive"]
    assert alpha.keys(alpha.archive) == []


def test_what_claims_to_be_released_and_was_not_waits_for_a_person(alpha: Cloud) -> None:
    """Whoever can put an object under such a name still cannot say that it was reviewed."""
    metadata = {"pixels-reviewed": "true", "prearchive": "automatic"}
    screen = image(Modality="US")
    alpha.send(screen, upload="review-0", declared=False, metadata=metadata)
    assert alpha.settle()
    assert alpha.kinds("review-0") == ["quarantined declaration_mismatch"]


def test_an_instruction_for_one_file_is_none_for_its_neighbour(alpha: Cloud) -> None:
    instruction = Instruction(
        project="alpha", upload="review-0", number="0", by="olga", pixels_reviewed=True
    )
    InstructionIndex(alpha.rows).put([instruction], expires_at=2_000_000_000)
    screens = (image(1, Modality="US"), image(2, Modality="US"))
    alpha.send(*screens, upload="review-0", declared=False)
    assert alpha.settle()
    assert alpha.kinds("review-0") == ["archived", "quarantined declaration_mismatch"]


def test_a_profile_that_cannot_be_used_any_more_leaves_the_object_waiting(alpha: Cloud) -> None:
    instruction = Instruction(
        project="alpha", upload="review-0", number="0", by="olga", profile={"name": "old"}
    )
    InstructionIndex(alpha.rows).put([instruction], expires_at=2_000_000_000)
    alpha.send(image(), upload="review-0", declared=False)
    assert alpha.settle()
    assert alpha.kinds("review-0") == ["quarantined invalid_profile"]
