-- Organisations, accounts, the words they are found by, and the roles that accounts hold.

CREATE TABLE organisations (
    id UUID PRIMARY KEY,
    ods_code TEXT COLLATE "C" NOT NULL UNIQUE,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    parent_id UUID REFERENCES organisations (id),
    -- The ancestry as `/root/…/itself/`: everything below X is a range of texts.
    path TEXT COLLATE "C" NOT NULL UNIQUE,
    status TEXT NOT NULL,
    help_contact JSONB,
    created_at BIGINT NOT NULL,
    -- Changes with the accounts, in the same transaction: reports read it and never count rows.
    account_count BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE accounts (
    id UUID PRIMARY KEY,
    organisation_id UUID NOT NULL REFERENCES organisations (id),
    kind TEXT NOT NULL,
    address TEXT COLLATE "C" NOT NULL UNIQUE,
    display_name TEXT NOT NULL,
    given_name TEXT,
    family_name TEXT,
    status TEXT NOT NULL,
    status_since BIGINT,
    created_at BIGINT NOT NULL,
    last_signed_in_at BIGINT,
    version BIGINT NOT NULL
);

CREATE INDEX accounts_of_organisation ON accounts (organisation_id, address);

-- Each word of a name and of the first half of an address, in small letters: people are found by the beginning of any.
CREATE TABLE account_words (
    word TEXT COLLATE "C" NOT NULL,
    account_id UUID NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    organisation_id UUID NOT NULL,
    PRIMARY KEY (word, account_id)
);

CREATE INDEX account_words_of_account ON account_words (account_id, word);

CREATE TABLE role_grants (
    id UUID PRIMARY KEY,
    account_id UUID NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    organisation_id UUID NOT NULL REFERENCES organisations (id),
    role TEXT NOT NULL,
    expires_at BIGINT,
    granted_at BIGINT NOT NULL,
    UNIQUE (account_id, organisation_id, role)
);

CREATE INDEX role_grants_of_organisation ON role_grants (organisation_id, role);
