-- Organisations, accounts, the words they are found by, and the roles that accounts hold.

CREATE TABLE organisations (
    id BLOB NOT NULL PRIMARY KEY,
    ods_code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    parent_id BLOB REFERENCES organisations (id),
    -- The ancestry as `/root/…/itself/`: everything below X is a range of texts.
    path TEXT NOT NULL UNIQUE,
    status TEXT NOT NULL,
    help_contact TEXT,
    created_at INTEGER NOT NULL,
    -- Changes with the accounts, in the same transaction: reports read it and never count rows.
    account_count INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE accounts (
    id BLOB NOT NULL PRIMARY KEY,
    organisation_id BLOB NOT NULL REFERENCES organisations (id),
    kind TEXT NOT NULL,
    address TEXT NOT NULL UNIQUE,
    display_name TEXT NOT NULL,
    given_name TEXT,
    family_name TEXT,
    status TEXT NOT NULL,
    status_since INTEGER,
    created_at INTEGER NOT NULL,
    last_signed_in_at INTEGER,
    version INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX accounts_of_organisation ON accounts (organisation_id, address);

-- Each word of a name and of the first half of an address, in small letters: people are found by the beginning of any.
CREATE TABLE account_words (
    word TEXT NOT NULL,
    account_id BLOB NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    organisation_id BLOB NOT NULL,
    PRIMARY KEY (word, account_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX account_words_of_account ON account_words (account_id, word);

CREATE TABLE role_grants (
    id BLOB NOT NULL PRIMARY KEY,
    account_id BLOB NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    organisation_id BLOB NOT NULL REFERENCES organisations (id),
    role TEXT NOT NULL,
    expires_at INTEGER,
    granted_at INTEGER NOT NULL,
    UNIQUE (account_id, organisation_id, role)
) STRICT, WITHOUT ROWID;

CREATE INDEX role_grants_of_organisation ON role_grants (organisation_id, role);
