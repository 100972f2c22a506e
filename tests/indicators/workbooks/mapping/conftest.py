"""What names are looked up in: the project's own regions and catalogue, loaded once."""

from __future__ import annotations

from pathlib import Path

import pytest

from indicators.workbooks.mapping.model import Reference
from indicators.workbooks.reference_files import reference_of


@pytest.fixture(scope="session")
def reference() -> Reference:
    return reference_of(Path(__file__).resolve().parents[4] / "fixtures")
