-- What is counted of accounts: derived from the tables above, and made anew from them at any time.

-- Accounts of which something changed that is counted. The triggers below write a row with each change, in its own transaction,
-- and a job reads them: no statement that changes a fact has to remember it, and none waits for a counter.
CREATE TABLE account_changes (
    id              UUID   PRIMARY KEY,
    account_id      UUID   NOT NULL,
    organisation_id UUID   NOT NULL
);

-- One row an account, as it was counted last.
CREATE TABLE people (
    account_id      UUID   PRIMARY KEY,
    organisation_id UUID   NOT NULL,
    -- The answers of `domain/report/facets.rs`, a bit each.
    facets          BIGINT NOT NULL,
    -- By what lists are in order: family name, given name, in small letters.
    sort_name       TEXT COLLATE "C" NOT NULL,
    -- The day, from the first of January 1970, on which somebody signed in last; 0 for never.
    signed_in_day   BIGINT NOT NULL,
    -- When to count it again though nothing changes, because something ends.
    recount_at      BIGINT
);

CREATE INDEX people_of_organisation ON people (organisation_id, sort_name, account_id, facets, signed_in_day);
CREATE INDEX people_recount ON people (recount_at) WHERE recount_at IS NOT NULL;

-- How many accounts of an organisation are alike.
CREATE TABLE figures (
    organisation_id UUID   NOT NULL,
    facets          BIGINT NOT NULL,
    accounts        BIGINT NOT NULL,
    PRIMARY KEY (organisation_id, facets)
);

-- One row: the baselines of groups that accounts were counted with.
CREATE TABLE counted_baselines (
    id        BIGINT PRIMARY KEY,
    baselines JSONB  NOT NULL
);

CREATE FUNCTION note_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO account_changes VALUES (gen_random_uuid(), NEW.id, NEW.organisation_id);
    RETURN NULL;
END
$$;

CREATE FUNCTION note_fact_of_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        INSERT INTO account_changes VALUES (gen_random_uuid(), OLD.account_id, OLD.organisation_id);
    ELSE
        INSERT INTO account_changes VALUES (gen_random_uuid(), NEW.account_id, NEW.organisation_id);
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER accounts_added AFTER INSERT ON accounts
FOR EACH ROW EXECUTE FUNCTION note_account();

CREATE TRIGGER accounts_changed AFTER UPDATE OF organisation_id, kind, display_name, given_name, family_name, status ON accounts
FOR EACH ROW EXECUTE FUNCTION note_account();

-- Once a day is enough: nobody waits at the door for a list of who came in.
CREATE TRIGGER accounts_signed_in AFTER UPDATE OF last_signed_in_at ON accounts
FOR EACH ROW
WHEN (OLD.last_signed_in_at IS NULL OR OLD.last_signed_in_at / 86400000000 <> NEW.last_signed_in_at / 86400000000)
EXECUTE FUNCTION note_account();

CREATE TRIGGER credentials_added AFTER INSERT ON credentials
FOR EACH ROW EXECUTE FUNCTION note_fact_of_account();

CREATE TRIGGER credentials_changed AFTER UPDATE OF state ON credentials
FOR EACH ROW EXECUTE FUNCTION note_fact_of_account();

CREATE TRIGGER credentials_removed AFTER DELETE ON credentials
FOR EACH ROW EXECUTE FUNCTION note_fact_of_account();

CREATE TRIGGER quarantined_credentials_added AFTER INSERT ON quarantined_credentials
FOR EACH ROW EXECUTE FUNCTION note_fact_of_account();

CREATE TRIGGER quarantined_credentials_changed AFTER UPDATE OF verdict ON quarantined_credentials
FOR EACH ROW EXECUTE FUNCTION note_fact_of_account();

CREATE TRIGGER quarantined_credentials_removed AFTER DELETE ON quarantined_credentials
FOR EACH ROW EXECUTE FUNCTION note_fact_of_account();

CREATE TRIGGER account_holds_added AFTER INSERT ON account_holds
FOR EACH ROW EXECUTE FUNCTION note_fact_of_account();

CREATE TRIGGER account_holds_changed AFTER UPDATE OF hold ON account_holds
FOR EACH ROW EXECUTE FUNCTION note_fact_of_account();

CREATE TRIGGER account_holds_removed AFTER DELETE ON account_holds
FOR EACH ROW EXECUTE FUNCTION note_fact_of_account();

CREATE TRIGGER user_exceptions_added AFTER INSERT ON user_exceptions
FOR EACH ROW EXECUTE FUNCTION note_fact_of_account();

CREATE TRIGGER user_exceptions_changed AFTER UPDATE OF standing, starts_at, ends_at ON user_exceptions
FOR EACH ROW EXECUTE FUNCTION note_fact_of_account();

CREATE TRIGGER user_exceptions_removed AFTER DELETE ON user_exceptions
FOR EACH ROW EXECUTE FUNCTION note_fact_of_account();

CREATE TRIGGER postponements_added AFTER INSERT ON postponements
FOR EACH ROW EXECUTE FUNCTION note_fact_of_account();

CREATE TRIGGER postponements_changed AFTER UPDATE OF ends_at, withdrawn_at ON postponements
FOR EACH ROW EXECUTE FUNCTION note_fact_of_account();

CREATE TRIGGER postponements_removed AFTER DELETE ON postponements
FOR EACH ROW EXECUTE FUNCTION note_fact_of_account();

CREATE TRIGGER role_grants_added AFTER INSERT ON role_grants
FOR EACH ROW EXECUTE FUNCTION note_fact_of_account();

CREATE TRIGGER role_grants_changed AFTER UPDATE OF expires_at ON role_grants
FOR EACH ROW EXECUTE FUNCTION note_fact_of_account();

CREATE TRIGGER role_grants_removed AFTER DELETE ON role_grants
FOR EACH ROW EXECUTE FUNCTION note_fact_of_account();

CREATE TRIGGER group_members_added AFTER INSERT ON group_members
FOR EACH ROW EXECUTE FUNCTION note_fact_of_account();

CREATE TRIGGER group_members_changed AFTER UPDATE OF added_at ON group_members
FOR EACH ROW EXECUTE FUNCTION note_fact_of_account();

CREATE TRIGGER group_members_removed AFTER DELETE ON group_members
FOR EACH ROW EXECUTE FUNCTION note_fact_of_account();

-- Everybody who is there already.
INSERT INTO account_changes SELECT gen_random_uuid(), id, organisation_id FROM accounts;
