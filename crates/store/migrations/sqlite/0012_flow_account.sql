-- Whose sign-in is in progress, so that it can be stopped with everything else of an account.
ALTER TABLE flows ADD COLUMN account_id BLOB;
-- Whether a pass that is for enrolling has opened it.
ALTER TABLE flows ADD COLUMN enrols_only INTEGER NOT NULL DEFAULT 0;

CREATE INDEX flows_of_account ON flows (account_id);
