"""``tracker import``: a file brought in from the command line, understood and checked as on the page."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import click

from tracker import clock, labels
from tracker.cli.context import application, plain_errors
from tracker.database import db
from tracker.errors import InvalidError, TrackerError
from tracker.languages import _
from tracker.models import Fate, ImportBatch
from tracker.queries.imports import import_get, import_list, issues_brought
from tracker.reading.fields import ImportKind
from tracker.reading.mapping import FileMapping
from tracker.services.importing.batches import import_begin, import_forget, import_order, import_undo
from tracker.services.importing.faults import faults_of
from tracker.services.importing.files import file_let_go
from tracker.services.importing.mappings import mappings_kept
from tracker.services.importing.notes import Level
from tracker.services.importing.tasks import ImportFolders, folders, import_work
from tracker.services.importing.window import MOST, RowShown, RowWindow
from tracker.spreadsheets.columns import letters_of
from tracker.storage import SheetFile
from workflows.importing import ImportState

_FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
_SHOWN = 40
_LIMIT = 1024 * 1024 * 1024


@click.command("import")
@_FILE
@click.option("--kind", type=click.Choice([kind.value for kind in ImportKind]), default="ledger",
              help="文件里是什么，默认问题台账 / what the rows are")  # fmt: skip
@click.option("--sheet", default="", help="工作表名，默认第一张有内容的 / the sheet to read")
@click.option("--mapping", default="", help="列与字段的对应：TOML 文件，或保存过的名称 / a TOML file or a kept name")
@click.option(
    "--reference", type=click.DateTime(["%Y-%m-%d"]), help="台账日期，没有年份的日期由它推算 / the ledger's day"
)
@click.option("--dry-run", is_flag=True, help="只核对，不写入 / check only, store nothing")
@click.option("--good-rows", is_flag=True, help="有错误时只导入无误的行 / store the good rows where others are faulty")
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出每一行 / print every row as JSON")
@plain_errors
def import_command(
    file: Path, kind: str, sheet: str, mapping: str, reference: datetime | None, dry_run: bool, good_rows: bool,
    as_json: bool,
) -> None:  # fmt: skip
    """导入已有台账或名单；同一文件不会重复导入。 Bring a ledger or a list in; the same file twice changes nothing."""
    with application() as app:
        where = folders(Path(app.config["DATA_DIR"]))
        wanted = _mapping(mapping, ImportKind(kind), sheet, reference.date() if reference else None)
        batch = _read(file, ImportKind(kind), wanted, where)
        click.echo(_as_json(batch) if as_json else _report(batch))
        if batch.state is ImportState.FAILED or dry_run:
            _forget(batch, where)
            raise SystemExit(1 if batch.state is ImportState.FAILED else 0)
        _store(batch, good_rows, where, quiet=as_json)


def _mapping(named: str, kind: ImportKind, sheet: str, reference: date | None) -> FileMapping | None:
    """Return the mapping the options name, ``None`` to have one proposed."""
    changes: dict[str, Any] = {key: value for key, value in (("sheet", sheet), ("reference", reference)) if value}
    if not named:
        return FileMapping(kind=kind, **changes) if changes else None
    if Path(named).is_file():
        return FileMapping.read(Path(named)).model_copy(update=changes)
    kept = next((one for one in mappings_kept() if one.name == named), None)
    if kept is None:
        raise InvalidError({"--mapping": _("没有文件，也没有保存过的对应关系叫“{name}”").format(name=named)})
    return FileMapping.model_validate({**kept.body, "name": kept.name, "kind": kept.kind, **changes})


def _read(file: Path, kind: ImportKind, mapping: FileMapping | None, where: ImportFolders) -> ImportBatch:
    with file.open("rb") as stream:
        incoming = where.imports.receive(stream, _LIMIT)
    kept = SheetFile(file.name, where.imports.keep(incoming.path), incoming.size)
    batch = import_begin(kind=kind, file=kept, actor=None, at=clock.now(), mapping=mapping)
    import_work(batch.id, where)
    found = import_get(batch.id)
    if found is None:
        raise TrackerError
    return found


def _forget(batch: ImportBatch, where: ImportFolders) -> None:
    sha256 = batch.file_sha256
    import_forget(batch_id=batch.id)
    file_let_go(sha256, where.imports)


def _store(batch: ImportBatch, good_rows: bool, where: ImportFolders, *, quiet: bool) -> None:
    fates: Mapping[str, int] = batch.summary.get("fates", {})
    if not fates.get(Fate.NEW, 0) + fates.get(Fate.DOUBT, 0) and not fates.get(Fate.WRONG, 0) + fates.get(Fate.ASK, 0):
        _forget(batch, where)
        return
    try:
        import_order(batch_id=batch.id, good_only=good_rows, two_persons=False, actor=None, at=clock.now())
    except TrackerError:
        _forget(batch, where)
        raise
    import_work(batch.id, where)
    stored = import_get(batch.id)
    if stored is None or stored.state is not ImportState.STORED:
        raise TrackerError(stored.failure if stored else None)
    if not quiet:
        click.echo(_("已导入 {n} 条（第 {batch} 次导入）").format(n=stored.rows, batch=stored.id))
        if stored.kind is ImportKind.LEDGER:
            click.echo(_("没人办理前可以撤销：tracker imports undo {batch}").format(batch=stored.id))
        brought = issues_brought(stored.id, MOST)
        if brought:
            click.echo(f"  {brought[0][1]} …")
        if stored.about.get("stored", {}).get("new_units"):
            click.echo(
                _("新建单位（类型待确认）：{names}").format(names="、".join(stored.about["stored"]["new_units"]))
            )


def _report(batch: ImportBatch) -> str:
    """Return what became of the file, with the first rows that wait for somebody."""
    if batch.state is ImportState.FAILED:
        return batch.failure
    about, fates = batch.about, batch.summary.get("fates", {})
    lines = [_("工作表“{sheet}”，表头第 {first}–{last} 行，台账日期 {day}（{why}）").format(
        sheet=about["sheet"], first=about["header"][0], last=about["header"][1], day=about["reference"],
        why=labels.word(labels.REFERENCE_FROM, about["reference_from"]))]  # fmt: skip
    lines += [f"  {heading} → {labels.field_words(batch.kind, field)}" for heading, field in _mapped(batch)]
    lines += [f"{labels.word(labels.FATE, fate)}: {fates[fate]}" for fate in Fate if fates.get(fate)]
    lines.append(_("将新增 {n} 条").format(n=batch.summary.get("issues", 0)))
    beyond = about["left_out"]
    if beyond["cells"]:
        lines.append(_("没有读入：{rows} 行、{cells} 个单元格超出一次导入的范围").format(**beyond))
    late = batch.summary.get("late", {})
    if late:
        words = _("台账自己写明是否逾期：与系统计算一致 {agree} 行，不一致 {differ} 行，其中逾期 {late} 行")
        lines.append(words.format(agree=late.get("agree", 0), differ=late.get("differ", 0), late=late.get("late", 0)))
    return "\n".join([*lines, *_problems(batch)])


def _mapped(batch: ImportBatch) -> Iterator[tuple[str, str]]:
    mapping = FileMapping.model_validate(batch.mapping)
    for field, headings in mapping.columns.items():
        yield from ((heading, field) for heading in headings)


def _problems(batch: ImportBatch) -> Iterator[str]:
    grave = (fault for fault in faults_of(batch) if fault.level in (Level.WRONG, Level.ASK))
    for fault in islice(grave, _SHOWN):
        place = f"{letters_of(fault.column)}{fault.row}" if fault.column is not None else str(fault.row)
        yield f"{place}: {fault.words}"


def _as_json(batch: ImportBatch) -> str:
    told: dict[str, Any] = {
        "import": batch.id, "state": batch.state.value, "kind": batch.kind.value, "file": batch.file_name,
        "failure": batch.failure, "about": {key: batch.about.get(key) for key in _ABOUT}, "mapping": batch.mapping,
        "summary": batch.summary, "rows": list(_json_rows(batch)) if batch.state is not ImportState.FAILED else [],
    }  # fmt: skip
    return json.dumps(told, ensure_ascii=False, indent=1)


_ABOUT = ("format", "sheet", "title", "header", "headings", "reference", "reference_from", "rows", "saved")


def _json_rows(batch: ImportBatch) -> Iterator[dict[str, Any]]:
    shown, offset = RowWindow(batch, clock.today()), 0
    while found := shown.rows((), offset).rows:
        yield from (_json_row(row, shown) for row in found)
        offset += len(found)
        db.session.expunge_all()


def _json_row(row: RowShown, window: RowWindow) -> dict[str, Any]:
    fields = {column.column: column.field for column in window.columns}
    return {
        "row": row.number, "fate": row.fate.value, "issues": row.issues,
        "cells": {column.heading: cell.words for column, cell in zip(window.columns, row.cells, strict=True)},
        "understood": {fields[cell.column]: cell.meaning or cell.words for cell in row.cells if fields[cell.column]},
        "notes": [*row.notes, *(words for cell in row.cells for words in cell.notes)],
    }  # fmt: skip


@click.group("imports")
def imports_group() -> None:
    """查看和撤销导入。 The imports so far, and taking one back."""


@imports_group.command("list")
@plain_errors
def imports_list() -> None:
    """列出导入记录。 List the imports."""
    with application():
        for one in import_list(list(ImportKind)):
            state = labels.word(labels.IMPORT_STATE, one.state)
            click.echo(f"{one.id}\t{clock.local(one.made_at):%Y-%m-%d %H:%M}\t{state}\t{one.rows}\t{one.file_name}")


@imports_group.command("undo")
@click.argument("number", type=int)
@plain_errors
def imports_undo(number: int) -> None:
    """撤销一次导入，只要还没有人办理。 Take an import back while nobody has worked on it."""
    with application():
        count = import_undo(batch_id=number, actor=None, at=clock.now())
        click.echo(_("已撤销：{n} 个问题退出台账，编号不再使用").format(n=count))


COMMANDS = (import_command, imports_group)
