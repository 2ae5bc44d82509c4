-- Whose sign-in is in progress, so that it can be stopped with everything else of an account.
ALTER TABLE flows ADD COLUMN account_id UUID;
-- Whether a pass that is for enrolling has opened it.
ALTER TABLE flows ADD COLUMN enrols_only BOOLEAN NOT NULL DEFAULT FALSE;

CREATE INDEX flows_of_account ON flows (account_id);
