"""What survives a restart: SQLAlchemy Core tables, Alembic migrations, one repository module per table.

Public names (module in brackets):
- `Database` [database]: `await Database.open(url)` migrates to head and returns it; `begin()` async context manager gives a
  connection in a transaction; `close()`. SQLite (aiosqlite, WAL) and PostgreSQL (asyncpg) by URL.
- `AccountRepository`, `DomainRepository`, `CredentialRepository`, `AccessListRepository`, `NumberRepository`, `TrunkRepository`,
  `CallRepository`, `RecordingRepository`, `NotificationRepository` [one module each, singular]: constructed with a connection;
  one method per query; take and return `model.record` values.
- `WriteBehind` [write_behind]: `put(record)` never waits; one task writes what is queued in one transaction every 200 ms or
  500 records, the newest state of a record last; `drain()` waits until all is written; bounded, and says so when it is full.
"""
