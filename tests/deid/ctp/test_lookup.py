import pytest

from scanloft.core.errors import InvalidProfile
from scanloft.core.lookup import NotListedError
from scanloft.deid.ctp.lookup import find, parse_lookup


def test_a_table_is_read_as_java_reads_properties() -> None:
    text = (
        "\ufeff# subjects\n! of the trial\n\nptid/1234 = SUBJECT-1\r\n"
        "  ptid / 12 : 5\\=6=SUBJECT-\\\n    2\ndate/1234:1/31/2020\nptid/\\u00e4=A\\tB\n"
    )
    assert parse_lookup(text) == {
        "ptid/1234": "SUBJECT-1",
        "ptid/12 : 5=6": "SUBJECT-2",
        "date/1234": "1/31/2020",
        "ptid/ä": "A\tB",
    }


@pytest.mark.parametrize(
    ("text", "line", "hint"),
    [
        ("ptid/1=A\n1234,SUBJECT-7\n", 2, "columns"),
        ("1234;SUBJECT-7", 1, "columns"),
        ("ptid/1=A\n\n1234\tSUBJECT-7", 3, "columns"),
        ("1234 SUBJECT-7", 1, "no ="),
        ("1234 = SUBJECT-7", 1, "no key type"),
        ("/1234 = SUBJECT-7", 1, "no key type"),
        ("ptid/ = SUBJECT-7", 1, "no key type"),
        ("ptid/1234 =", 1, "no value"),
        ("ptid/1234 = SUBJECT-7\nptid/1234 = SUBJECT-8", 2, "another value for the key of line 1"),
        ("# nothing\n", 1, "the table is empty"),
    ],
)
def test_a_line_that_ctp_would_misread_is_refused_by_its_number(
    text: str, line: int, hint: str
) -> None:
    with pytest.raises(InvalidProfile) as caught:
        parse_lookup(text)
    message = str(caught.value)
    assert message.startswith(f"CTP lookup table, line {line}: {hint}")
    assert caught.value.facts == {"line": line}
    assert "1234" not in message.replace("ptid/1234 = SUBJECT-1", "")
    assert "SUBJECT-7" not in message


def test_the_same_line_twice_is_no_matter() -> None:
    assert parse_lookup("ptid/1=A\nptid/1=A") == {"ptid/1": "A"}


def test_an_indirection_ends_after_ten_steps() -> None:
    chain = {f"k/{step}": f"@k/{step + 1}" for step in range(20)}
    assert find(chain | {"k/9": "end"}, "k", "0") == "end"
    with pytest.raises(NotListedError):
        find(chain | {"k/10": "end"}, "k", "0")


@pytest.mark.parametrize(
    "value", ["M\u00fcnchen", "S" * 65, "A\\\\B", "A\\tB", "A\x07B", "@/", "@ptid/"]
)
def test_a_value_that_no_patient_id_can_have_is_refused_where_it_would_become_one(
    value: str,
) -> None:
    text = f"ptid/1 = @mrn/1\nptid/2 = {value}\n"
    assert parse_lookup(text)["ptid/1"] == "@mrn/1"
    with pytest.raises(InvalidProfile) as caught:
        parse_lookup(text, gives_patient_ids=True)
    assert str(caught.value).startswith("CTP lookup table, line 2: a value has 1 to 64 printable")
    assert value not in str(caught.value)
