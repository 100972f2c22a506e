"""The documents a plan says it carries out, from the paragraphs before its first heading."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from plans.documents.blocks import Block, Reference
from plans.documents.signs import brackets, fold, squeezed

_CARRIES_OUT = re.compile(r"根据|按照|依据|贯彻|落实|遵循|依照|参照|围绕|结合")
_GIVEN_OUT = re.compile(r"(?:现将|制定了?|编制了?|研究制定|修订了?|形成了?|印发的?)\s*$")
_NUMBER = re.compile(
    r"\(\s?([\u4e00-\u9fff]{2,12}\s?[〔\[(]?\s?\d{4}\s?[〕\])]?\s?(?:第\s?)?\d{1,4}\s?号?)\s?(?:[,;)]|$)"
)


def references_of(paragraphs: Sequence[Block], title: str | None) -> list[Reference]:
    """Titles in 《》 that follow 根据, 按照, 贯彻 … in the same sentence, each with the number printed after it."""
    found: dict[str, Reference] = {}
    for block in paragraphs:
        for reference in _in_paragraph(block):
            key = squeezed(reference.title)
            if key != squeezed(title or "") and len(key) > 3:
                found.setdefault(key, reference)
    return list(found.values())


def _in_paragraph(block: Block) -> Iterable[Reference]:
    folded = fold(block.text)
    for start, end in brackets(folded, "《"):
        if end < 0:
            return
        sentence = folded[folded.rfind("。", 0, start) + 1 : start]
        outside = re.sub(r"《[^》]*》", "", sentence)
        if (
            sentence.rstrip("“ ").endswith(("简称", "下称", "称为"))
            or not _CARRIES_OUT.search(outside)
            or _GIVEN_OUT.search(sentence)
        ):
            continue
        number = _NUMBER.match(folded, end + 1)
        printed = "".join(block.text[number.start(1) : number.end(1)].split()) if number else None
        yield Reference(block.text[start + 1 : end].strip(), printed, block.line)
