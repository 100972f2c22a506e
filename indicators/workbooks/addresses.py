"""Cell addresses: `D7` is row 7, column 4; both count from 1."""

from __future__ import annotations

import re

_ADDRESS = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")


def column_letters(column: int) -> str:
    """`A` for 1, `Z` for 26, `AA` for 27."""
    letters = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def cell_address(row: int, column: int) -> str:
    """`D7` for row 7, column 4."""
    return f"{column_letters(column)}{row}"


def row_and_column(address: str) -> tuple[int, int] | None:
    """(7, 4) for `D7`; `None` for anything that is not the address of one cell."""
    found = _ADDRESS.fullmatch(address)
    if found is None:
        return None
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(found[2]), column


def numbers_text(numbers: list[int]) -> str:
    """`3、7-9` for [3, 7, 8, 9]; ascending numbers."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][1] == number - 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return "、".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)


def columns_text(columns: list[int]) -> str:
    """`B、D、E` for [2, 4, 5]."""
    return "、".join(column_letters(column) for column in columns)
