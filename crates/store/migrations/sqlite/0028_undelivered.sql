-- What did not arrive, and all that was sent to somebody, the newest first: an identifier begins with the time.

CREATE INDEX messages_undelivered ON messages (id)
    WHERE state IN ('failed', 'expired', 'unknown') AND channel <> 'push';
CREATE INDEX messages_account ON messages (account_id, id);
