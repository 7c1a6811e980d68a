from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanloft.core.chain import linked, start_of, verdict
from scanloft.core.model import AuditEntry

ACT = AuditEntry("alpha", "2026-01-01T00:00:00Z", "olga", "member_set", {"user": "mia", "n": 1})


def chain(count: int) -> list[AuditEntry]:
    entries: list[AuditEntry] = []
    for number in range(count):
        act = replace(ACT, facts={"number": number})
        entries.append(linked(act, last=entries[-1] if entries else None))
    return entries


def test_a_chain_holds_as_it_was_written() -> None:
    entries = chain(5)
    found = verdict(entries, project="alpha", head=entries[2].hash)
    assert (found.entries, found.head, found.broken_at, found.fault) == (5, entries[-1].hash, 0, "")
    assert verdict([], project="alpha").head == start_of("alpha")


@given(
    place=st.integers(0, 6),
    change=st.sampled_from(
        [
            {"actor": "mia"},
            {"action": "member_remove"},
            {"at": "2026-01-02T00:00:00Z"},
            {"facts": {"number": 99}},
            {"reason": "because"},
            {"sequence": 99},
            {"previous": "0" * 64},
            {"hash": "0" * 64},
            {"project": "beta"},
        ]
    ),
)
def test_a_change_of_any_entry_is_found_where_it_is(place: int, change: dict[str, object]) -> None:
    entries = chain(7)
    entries[place] = replace(entries[place], **change)  # type: ignore[arg-type]  # any of them
    assert verdict(entries, project="alpha").broken_at == place + 1


@given(place=st.integers(0, 5))
def test_an_entry_that_is_left_out_put_in_twice_or_moved_is_found(place: int) -> None:
    entries = chain(7)
    without = entries[:place] + entries[place + 1 :]
    twice = [*entries[: place + 1], *entries[place:]]
    swapped = [*entries[:place], entries[place + 1], entries[place], *entries[place + 2 :]]
    for tampered in (without, twice, swapped):
        assert verdict(tampered, project="alpha").fault


@given(place=st.integers(0, 6))
def test_a_forger_who_links_anew_is_found_by_a_hash_that_was_kept(place: int) -> None:
    entries = chain(7)
    kept = entries[-1].hash
    forged = entries[:place]
    for entry in entries[place:]:
        actor = "eve" if entry is entries[place] else entry.actor
        forged.append(linked(replace(entry, actor=actor), last=forged[-1] if forged else None))
    assert verdict(forged, project="alpha").fault == ""
    assert verdict(forged, project="alpha", head=kept).fault


def test_an_end_that_was_cut_off_is_found_by_a_hash_that_was_kept() -> None:
    entries = chain(4)
    assert verdict(entries[:3], project="alpha").fault == ""
    assert verdict(entries[:3], project="alpha", head=entries[3].hash).fault


@pytest.mark.parametrize("other", ["beta", ""])
def test_the_chain_of_one_project_is_not_that_of_another(other: str) -> None:
    assert verdict(chain(2), project=other).broken_at == 1
