"""A list read in pieces of any size comes to the very plan, and the very rows in the tables, that the whole file comes to."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from core.ingest import importing, originals, reading_back, streaming
from core.ingest.asking import Answers
from core.ingest.checking import as_frame
from core.ingest.judging import Batch, Judged, judge
from core.ingest.pieces import NotInPieces, pieces, survey
from core.ingest.reading import read_book
from core.ingest.streaming import Respelled, judge_stream, open_stream
from tests.ingest.samples import TUNDRA, TUNDRA_30, fill_catalogue, live, rollup_gap, scalar

HEAD = "YEAR,MONTH,CHANNEL,POS,EAN,QTY,AMOUNT,DESCRIPTION,SKU\n"
NAME = "BOXNOX - NORDLYS Monthly Sales Report FEB2025.csv"
LINE = f"2025,1,Retail,Sol,{TUNDRA},1,180.17,EDP,"
KINDS = {
    "plain": [LINE] * 9,
    "another store, another product": [LINE, f"2025,1,Retail,Luna,{TUNDRA},1,180.17,EDP,", "2025,2,Retail,Sol,,1,80,NEW,NLNEW"] * 3,
    "a total at the end": [LINE] * 6 + ["TOTAL,,,,,6,1081.02,,"],
    "signs and free goods": [LINE, f"2025,1,Retail,Sol,{TUNDRA},-1,180,EDP,", f"2025,2,Retail,Sol,{TUNDRA_30},0,-5,EDP,", LINE] * 3,
    "whole numbers first": [f"2025,1,Retail,Sol,{TUNDRA},1,180,EDP,"] * 8 + ["2025,1,Retail,Sol," + TUNDRA + ',1,"180,17",EDP,'],
    "a comma behind points": [LINE] * 8 + ["2025,1,Retail,Sol," + TUNDRA + ',1,"180,17",EDP,'],
    "three decimals until the end": [f"2025,1,Retail,Sol,{TUNDRA},1,1.234,EDP,"] * 8 + [LINE],
    "damaged cells": [LINE, f"2025,13,Retail,Sol,{TUNDRA},1,x,EDP,", "2025,1,Retail,Sol,9.52E+12,1,180.17,EDP,", ",,,,,,,,", ""] * 3,
    "nothing stated": [LINE, f"2025,1,Retail,Sol,{TUNDRA},0,0,EDP,", f"2025,1,Retail,Sol,{TUNDRA},,,EDP,"] * 4,
    "quoted line ends": [LINE, f'2025,1,Retail,Sol,{TUNDRA},1,180.17,"EDP\nof 100",', f'2025,1,Retail,"So""l",{TUNDRA},1,1,EDP,'] * 3,
}


@pytest.fixture
def shop(database):
    fill_catalogue(database)
    return database


def silent(step: str, done: int, total: int) -> None:
    return None


def written(folder: Path, data: bytes) -> Batch:
    path = folder / NAME
    path.write_bytes(data)
    return Batch(None, NAME, originals.fingerprint(path)[0], path, len(data))


def told(judged: Judged) -> dict[str, object]:
    plan = judged.plan
    slices = plan.standing.slices.drop("content_key").rows()
    return {
        "problems": as_frame(plan.problems).rows(),
        "questions": plan.questions,
        "changes": plan.changes.rows(),
        "content": (plan.content.slices.rows(), plan.content.file_key, plan.content.timeless),
        "frame": (plan.frame.set_aside, plan.frame.explicit_zeros, plan.frame.period, plan.frame.slices),
        "counts": (plan.seen.counts, plan.seen.stores, plan.seen.repeated),
        "slices": slices,
        "guess": judged.guess,
    }


def in_pieces_as_whole(shop, settings, folder: Path, data: bytes, size: int) -> bool:
    batch = written(folder, data)
    with shop.write() as connection:
        whole = judge(connection, settings, batch, Answers(), silent)
    stream = open_stream(shop, settings, batch, Answers(), size)
    streamed = judge_stream(stream, Answers(), silent)
    assert isinstance(whole, Judged) and isinstance(streamed, Judged)
    assert told(streamed) == told(whole)
    rows = pl.concat(streamed.plan.pieces())
    return rows.equals(whole.plan.rows.select(rows.columns))


@pytest.mark.parametrize("kind", KINDS)
def test_pieces_come_to_what_the_whole_comes_to(shop, settings, tmp_path, kind):
    for size in (90, 150, 400):
        assert in_pieces_as_whole(shop, settings, tmp_path, (HEAD + "\n".join(KINDS[kind]) + "\n").encode(), size)


def test_the_size_of_the_pieces_and_the_mixture_of_lines_do_not_matter(shop, settings, tmp_path):
    lines = sorted({line for kind in KINDS.values() for line in kind if line})

    @few_examples
    @given(st.lists(st.sampled_from(lines), min_size=4, max_size=30), st.integers(60, 2000), st.booleans())
    def check(chosen: list[str], size: int, ended: bool) -> None:
        assert in_pieces_as_whole(shop, settings, tmp_path, (HEAD + LINE + "\n" + "\n".join(chosen) + "\n" * ended).encode(), size)

    check()


few_examples = hypothesis_settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1250", "cp1252"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r\r\n", "\r"])
def test_cells_are_the_same_in_every_encoding(tmp_path, encoding, line_end):
    town = "Łódź żółć" if encoding != "cp1252" else "Perfumería Ñandú"
    text = line_end.join([HEAD.strip(), *(f"2025,1,Retail,{town} {n},{TUNDRA},1,180.17,EDP," for n in range(40))])
    path = tmp_path / NAME
    path.write_bytes(text.encode(encoding) + b"\x1a" * (encoding == "cp1250"))
    book = read_book(path, NAME)
    for size in (64, 333):
        file = survey(path)
        found = list(pieces(file, size))
        assert pl.concat(piece.sheet.frame for piece in found).equals(book.sheets[0].frame) and len(found) > 3
        heights = pl.Series([piece.sheet.height for piece in found[:-1]]).cum_sum()
        assert [piece.first_row for piece in found[1:]] == (heights + 1).to_list()
        assert (file.encoding, file.delimiter, file.problems) == (book.encoding, book.delimiter, book.problems)


@pytest.mark.parametrize("broken", [f'2025,1,Retail,"Sol,{TUNDRA},1,180.17,EDP,', LINE + ",one,field,more"])
def test_a_quote_out_of_place_and_a_longer_record_are_left_to_the_whole_file(shop, settings, tmp_path, broken):
    batch = written(tmp_path, (HEAD + "\n".join([LINE] * 20 + [broken] + [LINE] * 20) + "\n").encode())
    with pytest.raises(NotInPieces):
        judge_stream(open_stream(shop, settings, batch, Answers(), 200), Answers(), silent)


def test_numbers_that_turn_out_otherwise_begin_the_file_anew(shop, settings, tmp_path):
    batch = written(tmp_path, (HEAD + "\n".join(KINDS["a comma behind points"]) + "\n").encode())
    stream, seen = open_stream(shop, settings, batch, Answers(), 120), []
    with pytest.raises(Respelled):
        judge_stream(stream, Answers(), silent, lambda rows, estimate: seen.append(rows.height))
    assert seen and stream.written.whole


# Stored ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def in_small_pieces(monkeypatch):
    """Every text file counts as long, and its pieces are a few lines."""
    monkeypatch.setattr(streaming, "LONG", 0)
    monkeypatch.setattr("core.ingest.pieces.PIECE", 150)


def imported(shop, settings, folder: Path, lines: list[str], name: str = NAME, **answers: object):
    path = folder / name
    path.write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    return importing.import_file(shop, settings, path, **answers)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_stored_in_pieces_is_what_the_file_states(shop, settings, tmp_path, in_small_pieces, kind):
    path = tmp_path / NAME
    path.write_text(HEAD + "\n".join(KINDS[kind]) + "\n", encoding="utf-8")
    preview = importing.preview_file(shop, settings, path, accept_warnings=True)
    report = importing.import_file(shop, settings, path, accept_warnings=True)
    assert (report.status, report.rows_stored, report.rows_held) == ("stored", preview.rows_stored, preview.rows_held)
    columns = [name for name in reading_back.ROWS if name not in ("upload_batch_id", "live")]
    stated = preview.rows.select(columns).sort(["source_row", "source_cells"])
    assert stated.equals(reading_back.rows(shop, report.upload_batch_id).select(columns).sort(["source_row", "source_cells"]))
    assert not rollup_gap(shop)


def test_a_file_that_ends_in_a_question_leaves_nothing(shop, settings, tmp_path, in_small_pieces):
    report = imported(shop, settings, tmp_path, [LINE] * 12, NAME.replace("FEB", "JUN"))
    assert report.status == "needs_decision" and not live(shop) and scalar(shop, "select count(*) from sellout_entries2") == 0
    assert imported(shop, settings, tmp_path, [LINE] * 12, NAME.replace("FEB", "JUN"), period="2025-01").status == "stored"


def test_a_longer_list_replaces_only_what_it_states_anew(shop, settings, tmp_path, in_small_pieces):
    first = imported(shop, settings, tmp_path, [LINE] * 12, NAME.replace("FEB", "JAN"))
    second = imported(shop, settings, tmp_path, [LINE] * 12 + [LINE.replace("2025,1", "2025,2")] * 5)
    assert (second.status, second.rows_unchanged, live(shop).total()) == ("stored", 12, 17)
    assert scalar(shop, "select count(*) from sellout_entries2") == 17 and not rollup_gap(shop)
    assert first.upload_batch_id and second.changes["change"].to_list() == ["added"]


def test_an_error_while_rows_are_written_leaves_the_old_state(shop, settings, tmp_path, in_small_pieces, monkeypatch):
    def fail(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(importing.storing, "claim_slices", fail)
    with pytest.raises(RuntimeError):
        imported(shop, settings, tmp_path, [LINE] * 12, NAME.replace("FEB", "JAN"))
    assert scalar(shop, "select count(*) from sellout_entries2") == 0
    monkeypatch.undo()
    assert imported(shop, settings, tmp_path, [LINE] * 12, NAME.replace("FEB", "JAN")).status == "stored"
