import bz2
import gzip
import lzma
import tarfile
from collections.abc import Callable

import pytest

from scanloft.core.blueprint import UNPACK
from scanloft.core.fates import ATTEMPTS_BEFORE_QUARANTINE
from scanloft.core.keys import InboxPrefix
from tests.functions.unpack import packed
from tests.functions.unpack.packed import PACKERS, Files, link, tarred, zipped
from tests.support.cloud import Cloud
from tests.support.disturbances import disturbed
from tests.support.events import batch, notification
from tests.support.images import CANARY, image

FILES: Files = {
    f"{CANARY}/": b"",
    f"{CANARY}/a.dcm": image(1),
    "b": image(2),
    "../../escape": image(3),
    "/absolute": image(4),
    "empty": b"",
}
CONTENT = [content for name, content in FILES.items() if not name.endswith("/")]
ZEROS = b"\0" * 2_000_000


def send(cloud: Cloud, *files: bytes, upload: str = "u1", declared: bool = True) -> None:
    cloud.send(*files, upload=upload, prefix=InboxPrefix.ARCHIVES, declared=declared)


def members(cloud: Cloud, prefix: str = "dicom/") -> dict[str, bytes]:
    return {key: cloud.inbox.get(key).body for key in cloud.keys(cloud.inbox, prefix)}


@pytest.mark.parametrize("pack", PACKERS.values(), ids=PACKERS.keys())
def test_each_way_of_packing_gives_the_same_members_by_number(
    alpha: Cloud, pack: Callable[[Files], bytes]
) -> None:
    send(alpha, pack(FILES))
    assert alpha.feed(UNPACK) == 0
    expected = {f"dicom/alpha/u1/0.{place}": body for place, body in enumerate(CONTENT)}
    assert members(alpha) == expected
    assert alpha.keys(alpha.inbox, "archives/") == []
    (fate,) = alpha.fates()
    assert (fate.kind, fate.actions) == ("unpacked", {"members": len(CONTENT)})


def test_no_name_of_a_member_is_kept_anywhere(alpha: Cloud) -> None:
    send(alpha, zipped(FILES))
    alpha.settle()
    assert CANARY not in str(alpha.snapshot())


def test_members_go_through_the_gate_and_are_found_by_their_numbers(alpha: Cloud) -> None:
    send(alpha, zipped({"one": image(1), "two": image(1), "note": b"a note"}))
    assert alpha.settle()
    fates = {fate.number: fate.kind for fate in alpha.fates()}
    assert sorted(fates) == ["0", "0.0", "0.1", "0.2"]
    assert (fates["0"], fates["0.2"]) == ("unpacked", "ignored")
    assert {fates["0.0"], fates["0.1"]} == {"archived", "duplicate"}
    assert alpha.keys(alpha.inbox) == []


REFUSED_MEMBERS = {
    "zip in zip": (zipped({"in": zipped({"a": b"a"}), "ok": b"1"}), "bad_archive_file"),
    "gzip in tar": (tarred({"in": gzip.compress(b"a"), "ok": b"1"}), "bad_archive_file"),
    "link in zip": (packed.zip_with_link(), "bad_archive_file"),
    "link in tar": (
        tarred({}, more=[link("l", "/etc/passwd"), link("m", "..")]),
        "bad_archive_file",
    ),
    "hard link in tar": (
        tarred({}, more=[link("l", "/etc/passwd", kind=tarfile.LNKTYPE)]),
        "bad_archive_file",
    ),
    "device in tar": (tarred({}, more=[link("d", "", kind=tarfile.CHRTYPE)]), "bad_archive_file"),
    "too large in zip": (zipped({"in": bytes(range(256)) * 40, "ok": b"1"}), "oversized"),
    "too large in tar": (tarred({"in": bytes(range(256)) * 40, "ok": b"1"}), "oversized"),
}


@pytest.mark.parametrize(("file", "code"), REFUSED_MEMBERS.values(), ids=REFUSED_MEMBERS.keys())
def test_a_member_that_is_not_unpacked_has_a_fate_and_keeps_no_other(
    alpha: Cloud, file: bytes, code: str
) -> None:
    alpha.configure(object_limit_bytes=10_000)
    send(alpha, file)
    assert alpha.feed(UNPACK) == 0
    whole, *refused = alpha.fates()
    holds_data = b"ok" in file  # the name of the other member, where one of them is a real file
    assert whole.kind == ("quarantined" if holds_data else "unpacked")
    assert list(members(alpha, "quarantine/").values()) == [file] * holds_data
    assert {(fate.kind, fate.code) for fate in refused} == {("ignored", code)}
    assert all(fate.reason for fate in refused)
    assert len(members(alpha)) == whole.actions["members"] - len(refused)


XZ = lzma.compress(tarred({"a": bytes(range(256)) * 100}))
REFUSED_FILES = {
    "no archive": (b"just a text, and a long one " * 50, "bad_archive_file"),
    "empty": (b"", "bad_archive_file"),
    "truncated zip": (zipped(FILES)[:-30], "bad_archive_file"),
    "zip cut in front": (zipped(FILES)[40:], "bad_archive_file"),
    "truncated tar": (tarred({"a": bytes(5000)})[:3000], "bad_archive_file"),
    "truncated gzip": (gzip.compress(tarred(FILES))[:-300], "bad_archive_file"),
    "truncated bz2": (bz2.compress(tarred(FILES))[:-300], "bad_archive_file"),
    "truncated xz": (XZ[:-100], "bad_archive_file"),
    "encrypted zip": (packed.encrypted_zip(), "bad_archive_file"),
    "zip bomb": (zipped({"a": ZEROS, "b": ZEROS}), "bad_archive_file"),
    "gzip bomb": (gzip.compress(tarred({"a": ZEROS, "b": ZEROS})), "bad_archive_file"),
    "xz bomb": (lzma.compress(tarred({"a": ZEROS, "b": ZEROS})), "bad_archive_file"),
    "too many in zip": (zipped({str(n): b"" for n in range(21)}), "bad_archive_file"),
    "too many in tar": (tarred({str(n): b"" for n in range(21)}), "bad_archive_file"),
    "huge directory": (zipped({"n" * 30_000: b""}), "bad_archive_file"),
    "too large": (bytes(500_001), "oversized"),
}


@pytest.mark.parametrize(("file", "code"), REFUSED_FILES.values(), ids=REFUSED_FILES.keys())
def test_a_file_that_cannot_be_unpacked_safely_waits_for_a_person(
    alpha: Cloud, file: bytes, code: str
) -> None:
    alpha.configure(ratio_limit=3, member_limit=20, archive_file_limit_bytes=500_000)
    send(alpha, file)
    assert alpha.feed(UNPACK) == 0
    (fate,) = (fate for fate in alpha.fates() if fate.number == "0")
    assert (fate.kind, fate.code) == ("quarantined", code)
    assert fate.reason
    assert [item.code for item in alpha.detained()] == [code]
    assert list(members(alpha, "quarantine/alpha/").values()) == [file]
    assert alpha.keys(alpha.inbox, "archives/") == []


def test_what_is_not_as_declared_is_not_unpacked(alpha: Cloud) -> None:
    send(alpha, zipped(FILES), declared=False)
    assert alpha.feed(UNPACK) == 0
    send(alpha, zipped({"a": b"1"}), upload="u2")
    alpha.forget_messages()
    alpha.inbox.put("archives/alpha/u2/0", zipped({"a": b"1", "b": b"2"}))
    assert alpha.feed(UNPACK) == 0
    assert alpha.kinds() == alpha.kinds("u2") == ["quarantined declaration_mismatch"]
    assert members(alpha) == {}


def test_other_content_of_the_declared_size_is_not_unpacked(alpha: Cloud) -> None:
    declared = zipped({"a": image(1)})
    other = declared[:-1] + bytes([declared[-1] ^ 1])
    (key,) = alpha.send(declared, prefix=InboxPrefix.ARCHIVES)
    alpha.forget_messages()
    alpha.inbox.put(str(key), other)
    assert alpha.feed(UNPACK) == 0
    assert alpha.kinds() == ["quarantined declaration_mismatch"]
    assert members(alpha) == {}


def test_a_key_that_is_none_of_ours_is_moved_away_and_shown_to_administrators(
    alpha: Cloud,
) -> None:
    alpha.inbox.put(f"archives/alpha/u1/{CANARY}.zip", zipped(FILES))
    assert alpha.settle()
    assert alpha.keys(alpha.inbox, "archives/") == []
    (entry,) = alpha.quarantine.unassigned()
    assert (entry.code, entry.project) == ("invalid_request", "")
    assert list(members(alpha, "quarantine/").values()) == [zipped(FILES)]
    assert CANARY not in str(alpha.snapshot())


def test_a_file_for_no_project_waits_for_the_site_administrator(cloud: Cloud) -> None:
    send(cloud, zipped(FILES))
    assert cloud.feed(UNPACK) == 0
    assert cloud.kinds() == ["quarantined unknown_project"]
    assert [item.code for item in cloud.quarantine.unassigned()] == ["unknown_project"]


def test_an_event_again_changes_nothing(alpha: Cloud) -> None:
    send(alpha, zipped(FILES))
    alpha.settle()
    before = alpha.snapshot()
    again = notification("archives/alpha/u1/0", size_bytes=len(zipped(FILES)))
    assert alpha.call(UNPACK, batch([again, again])) == set()
    assert alpha.snapshot() == before


def test_a_defect_of_the_code_is_retried_and_then_detained(
    alpha: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    def faulty(*_: object, **__: object) -> None:
        raise KeyError(CANARY)

    monkeypatch.setattr("functions.unpack.unpack.members", faulty)
    send(alpha, zipped(FILES))
    failed = [alpha.feed(UNPACK) for _ in range(ATTEMPTS_BEFORE_QUARANTINE)]
    assert failed == [1] * (ATTEMPTS_BEFORE_QUARANTINE - 1) + [0]
    assert alpha.kinds() == ["quarantined internal_error"]
    assert CANARY not in str(alpha.snapshot())


@pytest.mark.parametrize(
    "file",
    [
        XZ[:200] + bytes([XZ[200] ^ 0xFF]) + XZ[201:],
        packed.badly_named_zip(),
    ],
    ids=["damaged xz", "name that is not UTF-8"],
)
def test_other_damage_is_known_as_damage(alpha: Cloud, file: bytes) -> None:
    send(alpha, file)
    assert alpha.feed(UNPACK) == 0
    assert alpha.kinds() == ["quarantined bad_archive_file"]


def test_a_tar_damaged_between_its_members_is_not_called_unpacked(alpha: Cloud) -> None:
    whole = tarred({str(n): image(n) for n in (1, 2, 3)})
    second = next(n for n in range(512, len(whole), 512) if whole.startswith(b"2\0", n))
    send(alpha, whole[:second] + b"?" + whole[second + 1 :])
    alpha.feed(UNPACK)
    assert alpha.kinds()[0] == "quarantined bad_archive_file"


def test_two_oversized_files_are_both_kept(alpha: Cloud) -> None:
    alpha.configure(archive_file_limit_bytes=1000)
    send(alpha, b"1" * 2000, b"2" * 2000)
    assert alpha.settle()
    kept = sorted(members(alpha, "quarantine/").values())
    assert kept == [b"1" * 2000, b"2" * 2000]


@pytest.mark.parametrize(
    "file", [zipped({"a": image(1)}), zipped({"a": image(1)})[:-5]], ids=["good", "bad"]
)
def test_a_disturbance_at_any_call_leaves_no_trace_after_redelivery(file: bytes) -> None:
    def prepare(cloud: Cloud) -> None:
        cloud.project()
        send(cloud, file)

    calls, differing = disturbed(prepare, UNPACK)
    assert calls[-1] == "DeleteObjects"
    assert differing == []
