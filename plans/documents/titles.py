"""Where a heading's title ends and its text begins when both stand in one paragraph."""

from __future__ import annotations

import re

from plans.documents.signs import first_sentence, fold

_LONGEST = 40
_BLANK = re.compile(r"(?<=[\u4e00-\u9fff”)])[ ]+(?=[\u4e00-\u9fff“《])")


def title_and_body(text: str) -> tuple[str, str]:
    """The leading sentence without its 。, and what follows it.

    A leading sentence too long for a title ends at its colon or blank, where it has one early on.
    """
    title = first_sentence(text)
    body = text[len(title) + 1 :].strip()
    if len(title) > _LONGEST or (body == "" and len(title) > _LONGEST // 2):
        folded = fold(title)
        colon = folded.find(":")
        blank = _BLANK.search(folded)
        if 2 < colon <= _LONGEST and not open_quote(folded[:colon]):
            return title[:colon].strip(), (title[colon + 1 :] + text[len(title) :]).strip()
        if blank and 4 <= blank.start() <= _LONGEST and "。" in text:
            return title[: blank.start()].strip(), (title[blank.end() :] + text[len(title) :]).strip()
    return title.strip().rstrip(";；:：,，.").strip(), body


def open_quote(folded: str) -> bool:
    """Whether a quotation or bracket is still open."""
    return (
        folded.count("“") > folded.count("”")
        or folded.count("《") > folded.count("》")
        or folded.count("(") > folded.count(")")
    )
