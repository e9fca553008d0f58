"""Runs the revisions on the connection that `ringback.store.migration` hands over. Alembic executes this file."""

from alembic import context

from ringback.store.table import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
