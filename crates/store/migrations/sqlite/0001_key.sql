-- Data keys: random keys, wrapped by a master key that is not in the database.
CREATE TABLE data_keys (
    number INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('seal', 'mac', 'lookup')),
    state TEXT NOT NULL CHECK (state IN ('announced', 'current', 'retired')),
    wrapped BLOB NOT NULL,
    wrapped_by TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX data_keys_current ON data_keys (kind) WHERE state = 'current';

-- Leases: work that one node at a time does.
CREATE TABLE leases (
    name TEXT PRIMARY KEY,
    holder BLOB NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
