import os
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from scanloft.client.upload_files import Content, Found, Look
from scanloft.client.upload_journal import InUseError, Job, Journal, RunState

JOB = Job("https://archive.example", "alpha", (Path("/data/DOE^JOHN"),))
CONTENT = Content(Look(size_bytes=3, mtime_ns=1), "ab" * 32)


def found(name: str) -> Found:
    return Found(Path("/data") / name, name)


def test_what_was_written_is_there_for_the_next_run(tmp_path: Path) -> None:
    with Journal(tmp_path, JOB) as journal:
        run = journal.told(
            journal.named(journal.begin(key="k", wishes={"label": "Monday"}), "u1"), 2
        )
        added = journal.add(run, [(found("a"), CONTENT), (found("b.zip"), CONTENT)])
    with Journal(tmp_path, JOB) as journal:
        assert journal.unfinished() == run
        assert list(journal.rows(run)) == added
        assert [(row.number, row.kind) for row in added] == [(1, "dicom"), (2, "archive")]
        assert [row.number for row in journal.add(run, [(found("c"), CONTENT)])] == [3]
        assert [row.number for row in journal.rows(run, after=1)] == [2, 3]
        assert [row.number for row in journal.between(run, 1, 2)] == [1, 2]
        assert [row.number for row in journal.chosen(run, [3, 9, 1])] == [3, 1]


def test_the_latest_row_of_a_file_counts(tmp_path: Path) -> None:
    with Journal(tmp_path, JOB) as journal:
        run = journal.begin(key="k", wishes={})
        journal.add(run, [(found("a"), CONTENT)])
        journal.change(run, 1)
        journal.add(run, [(found("a"), replace(CONTENT, sha256="cd" * 32))])
        latest = journal.latest(run, Path("/data/a"))
        assert latest is not None
        assert (latest.number, latest.changed) == (2, False)
        assert journal.latest(run, Path("/data/b")) is None
        assert [row.changed for row in journal.rows(run)] == [True, False]


def test_a_finished_run_is_not_gone_on_with_and_its_numbers_are_its_own(tmp_path: Path) -> None:
    with Journal(tmp_path, JOB) as journal:
        first = journal.begin(key="k", wishes={})
        journal.add(first, [(found("a"), CONTENT)])
        journal.reached(first, RunState.FINISHED)
        assert journal.unfinished() is None
        second = journal.begin(key="l", wishes={})
        assert [row.number for row in journal.add(second, [(found("a"), CONTENT)])] == [1]


def test_names_that_are_no_text_are_kept_as_they_are(tmp_path: Path) -> None:
    name = os.fsdecode(b"M\xfcller\n\xff.dcm")
    with Journal(tmp_path, JOB) as journal:
        run = journal.begin(key="k", wishes={})
        journal.add(run, [(found(name), CONTENT)])
        [row] = journal.rows(run)
        assert (row.name, os.fsencode(row.path)) == (name, b"/data/M\xfcller\n\xff.dcm")


def test_one_program_at_a_time_has_the_journal_of_a_job(tmp_path: Path) -> None:
    with Journal(tmp_path, JOB):
        with pytest.raises(InUseError), Journal(tmp_path, JOB):
            pytest.fail("two programs have the journal")
        with Journal(tmp_path, replace(JOB, project="beta")):
            pass
    with Journal(tmp_path, JOB):
        pass


def test_each_job_has_a_journal_whose_name_tells_nothing() -> None:
    others = [
        replace(JOB, server="https://other.example"),
        replace(JOB, project="beta"),
        replace(JOB, site="munich"),
        replace(JOB, sources=(*JOB.sources, Path("/data/more"))),
    ]
    jobs = [JOB, *others]
    assert len({job.name for job in jobs}) == len(jobs)
    assert not [job for job in jobs if "DOE" in job.name]
    swapped = replace(others[-1], sources=others[-1].sources[::-1])
    assert swapped.name == others[-1].name


def test_the_journal_of_an_older_program_is_gone_on_with(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / f"{JOB.name}.sqlite") as rows:
        rows.execute(
            "CREATE TABLE runs (run INTEGER PRIMARY KEY, key TEXT NOT NULL, upload TEXT, "
            "state TEXT NOT NULL, declared INTEGER NOT NULL DEFAULT 0)"
        )
        rows.execute("INSERT INTO runs (key, upload, state) VALUES ('k', 'u1', 'open')")
    rows.close()
    for _ in range(2):
        with Journal(tmp_path, JOB) as journal:
            run = journal.unfinished()
            assert run is not None
            assert (run.key, run.upload, run.wishes) == ("k", "u1", None)
