"""A masked name or number is known again by who knows it, and tells nobody else."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseworker.text.mask import mask_inside, mask_name, mask_phone
from tests.hostile import HOSTILE


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("王小明", "王**"),
        ("王明", "王*"),
        ("王", "王*"),
        ("欧阳小明", "欧***"),
        ("John Smith", "J*** S***"),
        ("Al", "A***"),
        ("Élodie  d'Arc", "É***  d***"),
        ("", ""),
        ("\u202e王小明", "王**"),
    ],
)
def test_of_a_name_the_first_characters_stay(name: str, masked: str) -> None:
    assert mask_name(name) == masked


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        ("13800005521", "138****5521"),
        ("+86 138 0000 5521", "+86 138 **** 5521"),
        ("0755-12345678", "0755-****5678"),
        ("26888888", "****8888"),
        ("5551234", "***1234"),
        ("(617) 555-1234", "(61*) ***-1234"),
        ("１３８００００５５２１", "１３８****５５２１"),
        ("13800005521/13900001111", "***********/*******1111"),
        ("12345", "*****"),
        ("微信abc", "*****"),
        ("", ""),
        ("\u202d13800005521\u202c", "138****5521"),
    ],
)
def test_of_a_phone_number_the_four_before_the_last_four_go(phone: str, masked: str) -> None:
    assert mask_phone(phone) == masked


@given(st.text())
def test_a_masked_phone_field_shows_at_most_eleven_digits_and_hides_some(phone: str) -> None:
    shown = len(re.findall(r"\d", mask_phone(phone)))
    digits = len(re.findall(r"\d", phone))
    assert shown <= 11
    assert shown < digits or digits == 0


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("请打13800005521，或139-0000-1111找王", "请打138****5521，或139-****-1111找王"),
        ("电话 0755-12345678转2", "电话 0755-****5678转2"),
        ("（0755）26888888", "（0755）****8888"),
        ("座机：26888888", "座机：****8888"),
        ("call (617) 555-1234 now", "call (61*) ***-1234 now"),
        ("8613800005521", "86138****5521"),
        ("138 \u200b0000 5521", "138 **** 5521"),
        ("身份证11010519491231002X。", "身份证11**************2X。"),
        ("孩子 440302 20200101 1235", "孩子 44**** ******** **35"),
    ],
)
def test_numbers_of_people_inside_a_text_are_masked(text: str, masked: str) -> None:
    assert mask_inside(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "工单440300202611050002，催办440300202611210007",
        "2026-11-05 09:30 建设路18号 20261105",
        "12345热线，3号楼2单元1302室",
        "440302202001011232 440302202013011235",
        "101004116078 and 42.3601 -71.0589",
        "138000055211234567",
    ],
)
def test_other_numbers_are_left_alone(text: str) -> None:
    assert mask_inside(text) == text


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_are_masked_without_an_error(name: str) -> None:
    text = HOSTILE[name]
    assert mask_name(text)[:1] in text
    assert "13800005521" not in mask_phone(f"{text}13800005521")
    assert "13800005521" not in mask_inside(f"{text} 13800005521")
