-- Which browsers an account has signed in with, in words, and which of them its owner has had remembered.
ALTER TABLE known_devices ADD COLUMN browser TEXT;
ALTER TABLE known_devices ADD COLUMN address TEXT;
-- When a second factor was shown, and until when it was agreed at most.
ALTER TABLE known_devices ADD COLUMN remembered_at INTEGER;
ALTER TABLE known_devices ADD COLUMN remembered_until INTEGER;
ALTER TABLE known_devices ADD COLUMN declined_at INTEGER;
