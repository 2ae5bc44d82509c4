-- Passwords that somebody else knows: never taken again, and never forgotten as the history of passwords is.
CREATE TABLE void_passwords (
    account_id      BLOB NOT NULL,
    organisation_id BLOB NOT NULL,
    hash            TEXT NOT NULL,
    PRIMARY KEY (account_id, hash)
) STRICT, WITHOUT ROWID;

INSERT INTO void_passwords (account_id, organisation_id, hash)
SELECT account_id, organisation_id, hash FROM passwords WHERE must_change = 'compromised';
