-- Smartcards: what each is known by. Its identifier is sealed in the row of its credential.
CREATE TABLE smartcards (
    credential_id   UUID    PRIMARY KEY,
    organisation_id UUID    NOT NULL,
    account_id      UUID    NOT NULL,
    -- The keyed hash of its identifier and of who issued it: no two accounts have the same card.
    identity_mac    BYTEA   NOT NULL UNIQUE
);

CREATE INDEX smartcards_of_account ON smartcards (account_id);
