"""How Alembic reaches the database: a given connection, else the one of the settings."""

from alembic import context
from alembic.util import CommandError
from sqlalchemy import Connection

from app.config import ConfigurationError, load_settings
from app.database.engine import create_writer
from app.database.schema import SchemaError, migration, refuse_foreign
from app.models import Base
from app.server.start_checks import keep_private


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,  # SQLite changes a table by copying it
        compare_server_default=True,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    keep_private()
    try:
        settings = load_settings()
        refuse_foreign(settings.database_file)
    except (ConfigurationError, SchemaError) as error:
        raise CommandError(str(error)) from None  # which alembic tells in a line
    engine = create_writer(settings.database_url)
    with migration(engine) as opened:
        run(opened)
    engine.dispose()
