"""How Alembic runs a revision here: on the connection it is handed, inside the transaction that is open."""

from alembic import context

from callcenter.store.tables import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
)
context.run_migrations()
