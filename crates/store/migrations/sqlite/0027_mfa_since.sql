-- Since when an account stands as it does with multi-factor authentication; nothing for those that were counted before.
ALTER TABLE people ADD COLUMN mfa_since INTEGER;
