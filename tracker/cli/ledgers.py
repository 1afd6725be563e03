"""``tracker units import``, ``tracker export``: the tree of units in, the ledger out."""

from __future__ import annotations

from pathlib import Path

import click

from tracker import clock
from tracker.cli.context import application, plain_errors
from tracker.languages import N_, _
from tracker.models import Role
from tracker.policy import Actor
from tracker.queries.filters import IssueFilter
from tracker.queries.ledger import full_ledger
from tracker.queries.paging import Order
from tracker.queries.places import county_name
from tracker.reports.ledger import write_full
from tracker.services.unit_import import units_import

_FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


_CHANGES = {
    "created": N_("新建"), "renamed": N_("更名"), "recoded": N_("换码"), "moved": N_("改隶"), "merged": N_("并入"),
    "former": N_("仍用旧名"),
}  # fmt: skip


@click.group("units")
def units() -> None:
    """组织（行政区划树）。 The tree of units."""


@units.command("import")
@_FILE
@plain_errors
def units_import_command(file: Path) -> None:
    """从区划代码 csv 建立或更新一个县的组织树。 Build or update a county's tree from a csv of division codes."""
    with application():
        report = units_import(content=file.read_bytes(), actor=None, at=clock.now())
    click.echo(_("乡镇级单位 {towns} 个，村（社区）{places} 个").format(towns=report.towns, places=report.places))
    for what, number in report.counts.items():
        click.echo(f"  {_(_CHANGES[what])}: {number}")
    click.echo(f"  {_('未改动')}: {report.unchanged}")
    for change in report.gone:
        click.echo(
            _("文件中已没有：{code} {name}（请在组织页面合并或停用）").format(code=change.code, name=change.name)
        )
    for change in report.virtual:
        click.echo(_("统计虚拟单位，请确认类型：{code} {name}").format(code=change.code, name=change.name))


@click.command("export")
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@plain_errors
def export_command(file: Path) -> None:
    """把全县问题台账导出为 Excel。 Write the county's whole ledger to an Excel file."""
    with application():
        office = Actor(person_id=0, name="", role=Role.OFFICE, today=clock.today())
        with file.open("wb") as out:
            rows = full_ledger(office, IssueFilter(states=()), Order())
            number = write_full(out, rows, actor=office, at=clock.now(), county=county_name())
    click.echo(f"{file}: {number}")


COMMANDS = (units, export_command)
