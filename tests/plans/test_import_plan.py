"""`manage.py import_plan FILE`: a draft, and the address where it is corrected."""

from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command

from plans.models import PlanImport
from tests.indicators.imports.support import SMALL


def run(*arguments):
    out, err = io.StringIO(), io.StringIO()
    call_command("import_plan", *map(str, arguments), stdout=out, stderr=err)
    return out.getvalue().split()[-1]


def test_a_file_becomes_a_draft_whose_address_is_printed(demo, tmp_path):
    file = tmp_path / "方案.txt"
    file.write_text(SMALL, encoding="utf-8")
    address = run(file)
    draft = PlanImport.objects.get()
    assert address == f"/import/{draft.pk}/"
    assert (draft.region.code, draft.created_by, draft.name) == ("500120", None, "方案.txt")
    assert run(file, "--user", "staff") == address
    assert PlanImport.objects.count() == 1


def test_what_is_not_read_ends_with_the_reader_s_sentence(demo, tmp_path):
    file = tmp_path / "方案.doc"
    file.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"))
    with pytest.raises(CommandError, match="另存为") as refused:
        run(file)
    assert refused.value.returncode == 2
    assert not PlanImport.objects.exists()


def test_the_system_needs_a_document_that_names_its_region(demo, tmp_path):
    file = tmp_path / "方案.txt"
    file.write_text("某某工作方案\n一、目标\n到2028年，培育企业60家。\n", encoding="utf-8")
    with pytest.raises(CommandError, match="--user"):
        run(file)
    assert run(file, "--user", "staff").startswith("/import/")
