"""The uploaded file back, with its findings marked where they stand."""

from __future__ import annotations

from collections.abc import Iterable

from indicators.workbooks.marking import ANNOTATED
from indicators.workbooks.results import Finding, Refused, refusal
from indicators.workbooks.runner import USUAL, Confinement, workspace
from indicators.workbooks.sentences import finding_sentence, with_messages
from ipdash.core.errors import Invalid


def annotate(original: bytes, kind: str, findings: Iterable[Finding], confinement: Confinement = USUAL) -> bytes:
    """The same file (`kind` xlsx, xls or csv) with the cells of `findings` coloured and commented and a sheet
    上传检查结果 that lists them all; a CSV gets a column. An .xls comes back as .xlsx with the same values.

    No value and no formula changes. Works in the confined child process; raises `Invalid` with the gate's sentence
    where the file cannot be read.
    """
    marked = [finding.to_json() for finding in with_messages(findings)]
    with workspace() as space:
        try:
            answer = space.ask("annotate", space.keep(original), f"upload.{kind}", confinement, findings=marked)
            if "refused" in answer:
                raise Refused(answer["refused"], **answer["params"])
            return (space.folder / ANNOTATED).read_bytes()
        except Refused as refused:
            finding = refusal(refused).findings[0]
            raise Invalid(finding.code, finding_sentence(finding)) from None
