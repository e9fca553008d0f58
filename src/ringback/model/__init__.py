"""Plain data that every floor may know: SIDs, call statuses, records, error codes, settings. Pure, no I/O."""
