-- When its owner was asked for new codes because this one was used; once for each.
ALTER TABLE recovery_codes ADD COLUMN renewal_asked_at INTEGER;
