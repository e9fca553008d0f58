"""What survives a restart: SQLAlchemy Core tables, Alembic migrations, one repository module per table.

Public names (module in brackets):
- `Database` [database]: `await Database.open(url)` migrates to head and returns it; async context managers `begin()` (a
  connection in a writing transaction) and `read()` (one that only reads); `close()`. SQLite (aiosqlite, WAL) and
  PostgreSQL (asyncpg) by URL. Raises `StoreUnavailable` [errors].
- `AccountRepository`, `DomainRepository`, `CredentialRepository`, `AccessListRepository`, `NumberRepository`,
  `TrunkRepository`, `CallRepository`, `RecordingRepository`, `NotificationRepository` [one module each, singular]:
  constructed with a connection; one method per query; take and return `model.record` values.
- `WriteBehind` [write_behind]: `put(record)` never waits; one task writes what is queued in one transaction every
  200 ms or 500 records, the newest state of a record only; `drain()` waits until all is written; bounded, and says so
  when it is full. `record_writer(database, node=...)` [record_writer] is what it writes with.
- `seed(database, settings)` [seed]: afterwards the store has what the settings file names, and nothing it named before.
- `Directory` [directory], `LiveDirectory` [live_directory]: the configuration in memory, for the call path.
- `close_interrupted(database, node=..., recordings=..., now=...)` [recovery]: closes what a crash left open.
- `RecordingFinder` [recording_finder]: a recording by SID, written already or not.
- `wave.wave_layout(path)` [wave]: where the audio of a WAV file is and how long it is, while it is still written too.
"""
