from __future__ import annotations

from pathlib import Path

from ipdash.launch import stamps


def test_what_was_written_is_read_back_and_nothing_else_is_left(tmp_path: Path) -> None:
    stamp = tmp_path / "stamp.json"
    stamps.write(stamp, {"digest": "一"})
    assert stamps.read(stamp) == {"digest": "一"}
    assert list(tmp_path.iterdir()) == [stamp]


def test_a_missing_or_damaged_stamp_says_nothing_so_the_step_is_done_again(tmp_path: Path) -> None:
    stamp = tmp_path / "stamp.json"
    assert stamps.read(stamp) == {}
    for damaged in ("", '{"digest": ', "[1]"):
        stamp.write_text(damaged)
        assert stamps.read(stamp) == {}


def test_a_digest_changes_with_content_name_appearance_and_text(tmp_path: Path) -> None:
    folder = tmp_path / "migrations"
    folder.mkdir()
    seen = {stamps.digest([folder, "a"])}
    (folder / "0001.py").write_text("one")
    seen.add(stamps.digest([folder, "a"]))
    (folder / "0001.py").write_text("two")
    seen.add(stamps.digest([folder, "a"]))
    (folder / "0001.py").rename(folder / "0002.py")
    seen.add(stamps.digest([folder, "a"]))
    seen.add(stamps.digest([folder, "b"]))
    assert len(seen) == 5
    assert stamps.digest([folder, "b"]) in seen


def test_a_digest_overlooks_compiled_files(tmp_path: Path) -> None:
    before = stamps.digest([tmp_path])
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "x.pyc").write_bytes(b"0")
    assert stamps.digest([tmp_path]) == before
