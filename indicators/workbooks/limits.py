"""How much of an uploaded file is looked at, and what its reader may use. One place, so that messages and checks agree."""

from __future__ import annotations

MEGABYTE = 1024 * 1024

FILE_BYTES = 10 * MEGABYTE
ZIP_PARTS = 2_000
UNPACKED_BYTES = 64 * MEGABYTE
RATIO = 200  # unpacked to packed, of one part
RATIO_FROM_BYTES = 100_000  # a small part of blanks packs better than that and harms nobody
XML_DEPTH = 64
ROWS = 110_000
COLUMNS = 256
FILLED_CELLS = 1_000_000
AREA = 6_000_000  # cells of the smallest rectangle around what is filled: the reader keeps all of them in memory
MERGES = 2_000
SHEETS = 60
TEXT_BYTES = 64 * MEGABYTE
FIGURES = 500_000  # places for a figure in all tables of a file, blank ones too
LISTED_FINDINGS = 500  # of one kind in one sheet; the rest is counted

CHILD_MEMORY = 512 * MEGABYTE
CHILD_SECONDS = 10.0  # of processor time
CHILD_PATIENCE = 3  # seconds of clock time for each of them: a busy machine is no reason to refuse a file
CHILD_OUTPUT_BYTES = 160 * MEGABYTE
