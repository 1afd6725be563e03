"""``tracker account``: the operator's last resort when nobody can sign in."""

from __future__ import annotations

import click

from tracker import clock
from tracker.cli.context import application, plain_errors
from tracker.services.resets import person_reset_by_operator


@click.group("account")
def group() -> None:
    """账号。 Accounts."""


@group.command("reset")
@click.argument("login")
@plain_errors
def reset(login: str) -> None:
    """为 LOGIN 生成一次性重置链接（记入审计）。 Make a one-time link for LOGIN to set a password; audited."""
    with application():
        token = person_reset_by_operator(login=login, at=clock.now())
    click.echo(f"/reset/{token}")


COMMANDS = (group,)
