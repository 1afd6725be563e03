"""``tracker db``: the schema."""

from __future__ import annotations

import click
from alembic import command
from alembic.util import CommandError

from tracker import schema
from tracker.cli.context import application, plain_errors
from tracker.database import db


@click.group("db")
def group() -> None:
    """数据库结构。 The database schema."""


@group.command("upgrade")
@click.argument("revision", default="head")
@plain_errors
def upgrade(revision: str) -> None:
    """升级到最新（或指定）版本。 Bring the schema up to REVISION, the newest by default."""
    with application() as app:
        schema.upgrade(app, revision)
    click.echo("数据库结构已是最新。 The schema is up to date.")


@group.command("downgrade")
@click.argument("revision")
@click.confirmation_option(prompt="降级会删除数据，确定继续？ Going back drops data. Go on?")
@plain_errors
def downgrade(revision: str) -> None:
    """退回到指定版本（会丢失数据）。 Take the schema back to REVISION; data is lost."""
    with application() as app:
        schema.downgrade(app, revision)


@group.command("check")
@plain_errors
def check() -> None:
    """检查数据库结构与程序是否一致。 Fail if the database is not what the program expects."""
    with application() as app:
        try:
            schema.difference(app)
        except CommandError as error:
            raise click.ClickException(f"{error} — tracker db upgrade") from error
    click.echo("一致。 Database and program agree.")


@group.command("revision", hidden=True)
@click.option("-m", "--message", required=True)
def revision(message: str) -> None:
    """For developers: write a migration from the difference between models and database."""
    with application(), db.engine.begin() as connection:
        config = schema.alembic_config(connection)
        command.revision(config, message=message, autogenerate=True, rev_id=schema.next_number())


COMMANDS = (group,)
