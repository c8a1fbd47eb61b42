"""The command line `dosepass-issuer`: dose records in, certificates out.

A command's module is loaded when the command is asked for: all together take two seconds, and
whoever revokes one certificate needs neither spreadsheets nor pictures.
"""

from importlib import import_module
from typing import Final

import click

from keys.console import MissingPackageError

__all__ = ["cli"]

_COMMANDS: Final = {
    "account": "account:account_commands",
    "audit": "audit:audit_commands",
    "corrections": "correction:correction_commands",
    "falls": "fall:fall_commands",
    "find": "find:find",
    "import": "imports:import_records",
    "imports": "imports:list_imports",
    "issue": "issue:issue",
    "list": "certificate:list_certificates",
    "merges": "merge:merge_commands",
    "person": "person:person_commands",
    "print": "certificate:print_certificates",
    "queue": "queue:queue_commands",
    "record": "record:record_commands",
    "reinstate": "status:reinstate",
    "revoke": "status:revoke",
    "serve": "serve:serve_command",
    "show": "certificate:show",
    "sites": "site:site_commands",
    "statistics": "statistics:statistics_commands",
    "supersede": "status:supersede",
    "suspend": "status:suspend",
    "trail": "status:trail",
    "undo": "imports:undo",
    "why": "why:explain",
    "work": "work:work",
}
"""For each command its module below `issuer.commands`, and its name there."""


class _Commands(click.Group):
    """Loads a command when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, in the order of the alphabet."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name; None for none. Raises MissingPackageError."""
        if cmd_name not in _COMMANDS:
            return None
        module, name = _COMMANDS[cmd_name].split(":")
        try:
            command: click.Command = getattr(import_module(f"issuer.commands.{module}"), name)
        except ModuleNotFoundError as error:
            raise MissingPackageError(error, "issuer") from None
        return command


@click.group(cls=_Commands)
@click.version_option(package_name="dosepass", message="%(prog)s %(version)s")
def cli() -> None:
    """Turn dose records into signed vaccination certificates, and take them back."""
