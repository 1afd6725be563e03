"""What the commands share: the application, and errors as one line in the user's words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, TypeVar

import click
from flask import Flask
from sqlalchemy.exc import OperationalError, ProgrammingError

from tracker.app import create_app
from tracker.database import db
from tracker.errors import InvalidError, TrackerError

CommandT = TypeVar("CommandT", bound=Callable[..., Any])


@contextmanager
def application(**overrides: Any) -> Iterator[Flask]:
    """Enter the application's context; leave no connection open behind."""
    app = create_app(overrides)
    with app.app_context():
        try:
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()


def plain_errors(command: CommandT) -> CommandT:
    """Turn an error the user can mend into one line and exit code 1 instead of a traceback."""

    @wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except InvalidError as error:
            for place, words in error.errors.items():
                click.echo(f"{place}: {words}", err=True)
            raise SystemExit(1) from error
        except TrackerError as error:
            raise click.ClickException(error.message) from error
        except (OperationalError, ProgrammingError) as error:
            raise click.ClickException(f"数据库无法使用 (database): {error.orig}") from error

    return wrapped  # type: ignore[return-value]
