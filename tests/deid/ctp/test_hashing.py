"""Golden results: the test vectors of RFC 1321 A.5, read as decimal numbers by hand."""

import hashlib

import pytest

from scanloft.deid.ctp.hashing import (
    decimal_md5,
    hash_name,
    hash_patient_id,
    hash_uid,
    hashed_days,
)

ABC = "191415658344158766168031473277922803570"  # 900150983cd24fb0d6963f7d28e17f72


@pytest.mark.parametrize(
    ("text", "hexadecimal"),
    [
        ("", "d41d8cd98f00b204e9800998ecf8427e"),
        ("a", "0cc175b9c0f1b6a831c399e269772661"),
        ("abc", "900150983cd24fb0d6963f7d28e17f72"),
        ("message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
    ],
)
def test_a_hash_is_the_md5_as_one_unsigned_decimal_number(text: str, hexadecimal: str) -> None:
    assert decimal_md5(text) == str(int(hexadecimal, 16))


def test_a_limit_keeps_the_first_digits_and_zero_keeps_all() -> None:
    assert decimal_md5("abc", 10) == "1914156583"
    assert decimal_md5("abc", 0) == decimal_md5("abc", 99) == ABC


def test_text_is_hashed_as_utf_8() -> None:
    assert decimal_md5("Müller") == str(
        int.from_bytes(hashlib.md5(b"M\xc3\xbcller", usedforsecurity=False).digest(), "big")
    )


@pytest.mark.parametrize("root", ["9999", "9999.", " 9999. "])
def test_a_uid_is_root_dot_hash(root: str) -> None:
    assert hash_uid(root, "abc") == f"9999.{ABC}"


def test_a_uid_is_cut_at_64_characters() -> None:
    root = "1.3.6.1.4.1.14519.5.2.1.9999.9999"
    assert hash_uid(root, "abc") == f"{root}.{ABC}"[:64]
    assert len(hash_uid(root, "abc")) == 64


def test_the_site_goes_before_the_patient_id_in_brackets() -> None:
    expected = decimal_md5("[99]abc")
    assert hash_patient_id("99", "abc") == hash_patient_id(" 99", "abc ") == expected
    assert hash_patient_id("99", "abc", 6) == expected[:6]


def test_a_name_is_hashed_without_case_spaces_and_punctuation() -> None:
    assert hash_name("O'Neil^Mary Ann^J.", 6) == decimal_md5("ONEILMARYANNJ", 6)
    assert hash_name("O'Neil^Mary Ann^J.", 6, 2) == decimal_md5("ONEILMARYANN", 6)


def test_the_last_four_digits_modulo_ten_years_are_the_days() -> None:
    assert hashed_days("abc") == -3570
    assert hashed_days("36") == -1, "…3650 modulo 3650 is 0, which CTP makes one day"
