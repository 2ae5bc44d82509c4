-- Smartcards: what each is known by. Its identifier is sealed in the row of its credential.
CREATE TABLE smartcards (
    credential_id   BLOB    PRIMARY KEY,
    organisation_id BLOB    NOT NULL,
    account_id      BLOB    NOT NULL,
    -- The keyed hash of its identifier and of who issued it: no two accounts have the same card.
    identity_mac    BLOB    NOT NULL UNIQUE
) STRICT;

CREATE INDEX smartcards_of_account ON smartcards (account_id);
