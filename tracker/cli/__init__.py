"""The ``tracker`` command 命令行; every help text is in Chinese and in English."""

from __future__ import annotations

import gc

import click

gc.disable()  # what is loaded stays: looking through it again and again would be a tenth of the start
from tracker.cli import accounts, database, demo, doctor, imports, ledgers, relay, serving, upkeep, workflow  # noqa: E402  # see above


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="duban-tracker")
def main() -> None:
    """整改问题督办销号系统。 Run and look after the rectification tracker.

    设置以环境变量 TRACKER_<名称> 给出，例如 TRACKER_DATA_DIR、TRACKER_SQLALCHEMY_DATABASE_URI。
    Settings come from environment variables TRACKER_<NAME>, for example TRACKER_DATA_DIR.
    """


for _part in (serving, demo, database, ledgers, imports, workflow, upkeep, relay, accounts, doctor):
    for _command in _part.COMMANDS:
        main.add_command(_command)
gc.enable()
