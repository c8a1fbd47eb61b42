"""Where Alembic runs the migrations: on the connection that `Register.open` hands over."""

from alembic import context

from issuer.access import models as access_models  # noqa: F401 - its tables belong to the metadata
from issuer.register import desk_models, people_models  # noqa: F401 - the same
from issuer.register.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
