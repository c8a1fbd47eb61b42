"""Options that several commands of `dosepass-keys` have in common."""

import click

from keys.ledger import REGISTER_FILE

__all__ = ["at_once_option", "dry_run_option", "register_option", "yes_option"]

register_option = click.option(
    "--register",
    "register_url",
    metavar="URL",
    envvar="DOSEPASS_REGISTER",
    show_envvar=True,
    help=f"Database URL of the register.  [default: {REGISTER_FILE} in the home directory]",
)
dry_run_option = click.option(
    "--dry-run", is_flag=True, help="Say what would be done, and change nothing."
)
yes_option = click.option("--yes", is_flag=True, help="Do not ask.")
at_once_option = click.option(
    "--sign-at-once", is_flag=True, help="Sign before verifiers can know the key."
)
