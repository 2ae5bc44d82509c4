-- What is counted of accounts: derived from the tables above, and made anew from them at any time.

-- Accounts of which something changed that is counted. The triggers below write a row with each change, in its own transaction,
-- and a job reads them: no statement that changes a fact has to remember it, and none waits for a counter.
CREATE TABLE account_changes (
    id              BLOB    PRIMARY KEY,
    account_id      BLOB    NOT NULL,
    organisation_id BLOB    NOT NULL
) STRICT;

-- One row an account, as it was counted last.
CREATE TABLE people (
    account_id      BLOB    PRIMARY KEY,
    organisation_id BLOB    NOT NULL,
    -- The answers of `domain/report/facets.rs`, a bit each.
    facets          INTEGER NOT NULL,
    -- By what lists are in order: family name, given name, in small letters.
    sort_name       TEXT NOT NULL,
    -- The day, from the first of January 1970, on which somebody signed in last; 0 for never.
    signed_in_day   INTEGER NOT NULL,
    -- When to count it again though nothing changes, because something ends.
    recount_at      INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX people_of_organisation ON people (organisation_id, sort_name, account_id, facets, signed_in_day);
CREATE INDEX people_recount ON people (recount_at) WHERE recount_at IS NOT NULL;

-- How many accounts of an organisation are alike.
CREATE TABLE figures (
    organisation_id BLOB    NOT NULL,
    facets          INTEGER NOT NULL,
    accounts        INTEGER NOT NULL,
    PRIMARY KEY (organisation_id, facets)
) STRICT, WITHOUT ROWID;

-- One row: the baselines of groups that accounts were counted with.
CREATE TABLE counted_baselines (
    id        INTEGER PRIMARY KEY,
    baselines TEXT NOT NULL
) STRICT;

CREATE TRIGGER accounts_added AFTER INSERT ON accounts BEGIN
    INSERT INTO account_changes VALUES (randomblob(16), NEW.id, NEW.organisation_id);
END;

CREATE TRIGGER accounts_changed AFTER UPDATE OF organisation_id, kind, display_name, given_name, family_name, status ON accounts BEGIN
    INSERT INTO account_changes VALUES (randomblob(16), NEW.id, NEW.organisation_id);
END;

-- Once a day is enough: nobody waits at the door for a list of who came in.
CREATE TRIGGER accounts_signed_in AFTER UPDATE OF last_signed_in_at ON accounts
WHEN OLD.last_signed_in_at IS NULL OR OLD.last_signed_in_at / 86400000000 <> NEW.last_signed_in_at / 86400000000 BEGIN
    INSERT INTO account_changes VALUES (randomblob(16), NEW.id, NEW.organisation_id);
END;

CREATE TRIGGER credentials_added AFTER INSERT ON credentials BEGIN
    INSERT INTO account_changes VALUES (randomblob(16), NEW.account_id, NEW.organisation_id);
END;

CREATE TRIGGER credentials_changed AFTER UPDATE OF state ON credentials BEGIN
    INSERT INTO account_changes VALUES (randomblob(16), NEW.account_id, NEW.organisation_id);
END;

CREATE TRIGGER credentials_removed AFTER DELETE ON credentials BEGIN
    INSERT INTO account_changes VALUES (randomblob(16), OLD.account_id, OLD.organisation_id);
END;

CREATE TRIGGER quarantined_credentials_added AFTER INSERT ON quarantined_credentials BEGIN
    INSERT INTO account_changes VALUES (randomblob(16), NEW.account_id, NEW.organisation_id);
END;

CREATE TRIGGER quarantined_credentials_changed AFTER UPDATE OF verdict ON quarantined_credentials BEGIN
    INSERT INTO account_changes VALUES (randomblob(16), NEW.account_id, NEW.organisation_id);
END;

CREATE TRIGGER quarantined_credentials_removed AFTER DELETE ON quarantined_credentials BEGIN
    INSERT INTO account_changes VALUES (randomblob(16), OLD.account_id, OLD.organisation_id);
END;

CREATE TRIGGER account_holds_added AFTER INSERT ON account_holds BEGIN
    INSERT INTO account_changes VALUES (randomblob(16), NEW.account_id, NEW.organisation_id);
END;

CREATE TRIGGER account_holds_changed AFTER UPDATE OF hold ON account_holds BEGIN
    INSERT INTO account_changes VALUES (randomblob(16), NEW.account_id, NEW.organisation_id);
END;

CREATE TRIGGER account_holds_removed AFTER DELETE ON account_holds BEGIN
    INSERT INTO account_changes VALUES (randomblob(16), OLD.account_id, OLD.organisation_id);
END;

CREATE TRIGGER user_exceptions_added AFTER INSERT ON user_exceptions BEGIN
    INSERT INTO account_changes VALUES (randomblob(16), NEW.account_id, NEW.organisation_id);
END;

CREATE TRIGGER user_exceptions_changed AFTER UPDATE OF standing, starts_at, ends_at ON user_exceptions BEGIN
    INSERT INTO account_changes VALUES (randomblob(16), NEW.account_id, NEW.organisation_id);
END;

CREATE TRIGGER user_exceptions_removed AFTER DELETE ON user_exceptions BEGIN
    INSERT INTO account_changes VALUES (randomblob(16), OLD.account_id, OLD.organisation_id);
END;

CREATE TRIGGER postponements_added AFTER INSERT ON postponements BEGIN
    INSERT INTO account_changes VALUES (randomblob(16), NEW.account_id, NEW.organisation_id);
END;

CREATE TRIGGER postponements_changed AFTER UPDATE OF ends_at, withdrawn_at ON postponements BEGIN
    INSERT INTO account_changes VALUES (randomblob(16), NEW.account_id, NEW.organisation_id);
END;

CREATE TRIGGER postponements_removed AFTER DELETE ON postponements BEGIN
    INSERT INTO account_changes VALUES (randomblob(16), OLD.account_id, OLD.organisation_id);
END;

CREATE TRIGGER role_grants_added AFTER INSERT ON role_grants BEGIN
    INSERT INTO account_changes VALUES (randomblob(16), NEW.account_id, NEW.organisation_id);
END;

CREATE TRIGGER role_grants_changed AFTER UPDATE OF expires_at ON role_grants BEGIN
    INSERT INTO account_changes VALUES (randomblob(16), NEW.account_id, NEW.organisation_id);
END;

CREATE TRIGGER role_grants_removed AFTER DELETE ON role_grants BEGIN
    INSERT INTO account_changes VALUES (randomblob(16), OLD.account_id, OLD.organisation_id);
END;

CREATE TRIGGER group_members_added AFTER INSERT ON group_members BEGIN
    INSERT INTO account_changes VALUES (randomblob(16), NEW.account_id, NEW.organisation_id);
END;

CREATE TRIGGER group_members_changed AFTER UPDATE OF added_at ON group_members BEGIN
    INSERT INTO account_changes VALUES (randomblob(16), NEW.account_id, NEW.organisation_id);
END;

CREATE TRIGGER group_members_removed AFTER DELETE ON group_members BEGIN
    INSERT INTO account_changes VALUES (randomblob(16), OLD.account_id, OLD.organisation_id);
END;

-- Everybody who is there already.
INSERT INTO account_changes SELECT randomblob(16), id, organisation_id FROM accounts;
