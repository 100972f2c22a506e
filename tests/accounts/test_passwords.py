"""How strong a password must be, by profile."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from ipdash.accounts.models import User
from ipdash.accounts.passwords import PROFILES, ProfileValidator, kinds_in, one_time_password


def complaints(password: str, profile: str = "dengbao2", username: str = "zhangsan") -> list[str]:
    try:
        ProfileValidator(profile).validate(password, User(username=username))
    except ValidationError as error:
        return error.messages
    return []


@pytest.mark.parametrize(
    ("password", "expected"),
    [
        ("Abcdef12", []),
        ("abcdef1-", []),
        ("ipdash-demo-2025", []),
        ("Abcdef1", ["密码至少8个字符，现在只有7个。"]),
        ("abcdef12", ["密码须含大写字母、小写字母、数字、符号中的至少3种，现在只有2种。"]),
        ("密码密码密码12a", ["密码须含大写字母、小写字母、数字、符号中的至少3种，现在只有2种。"]),
        ("ZhangSan-12", ["密码不能包含用户名。"]),
        ("", ["密码至少8个字符，现在只有0个。", "密码须含大写字母、小写字母、数字、符号中的至少3种，现在只有0种。"]),
    ],
)
def test_level_two_asks_for_eight_characters_of_three_kinds(password, expected):
    assert complaints(password) == expected


@pytest.mark.parametrize(
    ("profile", "enough", "too_short"),
    [
        ("dengbao2", "Abcde-12", "Abcde-1"),
        ("dengbao3", "Abcdefghi-12", "Abcdefghi-1"),
        ("modern", "abcdefghijklmno", "abcdefghijklmn"),
    ],
)
def test_each_profile_has_its_length(profile, enough, too_short):
    assert complaints(enough, profile) == []
    assert len(complaints(too_short, profile)) == 1


def test_a_very_short_user_name_may_occur_inside_a_password():
    assert complaints("Abcdef-12", username="ab") == []
    assert complaints("ab", username="AB")[-1] == "密码不能包含用户名。"


def test_the_kinds_are_counted():
    assert [kinds_in(text) for text in ("", "a", "aA", "aA1", "aA1-", "璧山 ")] == [0, 1, 2, 3, 4, 0]


def test_a_common_password_is_refused_by_the_settings():
    with pytest.raises(ValidationError, match="常见"):
        validate_password("P@ssw0rd", User(username="zhangsan"))


def test_the_sentence_beside_the_field_says_what_the_profile_asks():
    assert [ProfileValidator(profile).get_help_text() for profile in PROFILES] == [
        "至少8个字符，含大写字母、小写字母、数字、符号中的至少3种，不含用户名。",
        "至少12个字符，含大写字母、小写字母、数字、符号中的至少3种，不含用户名。",
        "至少15个字符，不含用户名，不用常见密码。",
    ]


def test_one_time_passwords_differ_and_fit_every_profile():
    made = {one_time_password() for _place in range(200)}
    assert len(made) == 200
    assert [text for text in made for profile in PROFILES if complaints(text, profile)] == []
