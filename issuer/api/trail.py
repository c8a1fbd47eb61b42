"""What the service adds to the audit trail itself; the doors of the register add their own."""

from sqlalchemy import Connection

from issuer.access import audit
from issuer.api.call import Call

__all__ = ["tell"]


def tell(
    connection: Connection, call: Call, action: str, subject: str, **details: str | int | None
) -> None:
    """Add what an account did: the last thing in its transaction."""
    audit.append(
        connection,
        at=call.now,
        actor=call.actor.name,
        action=action,
        subject=subject,
        **details,
    )
