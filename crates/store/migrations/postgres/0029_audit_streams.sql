-- How far each stream of the audit has come, whichever node hands it over.
CREATE TABLE audit_streams (
    name           TEXT NOT NULL PRIMARY KEY,
    -- All of this block, and of those before it, was taken; of the next one, events up to this number.
    block          BIGINT NOT NULL,
    event          BIGINT NOT NULL,
    begun_at       BIGINT NOT NULL,
    handed_over_at BIGINT,
    -- Empty unless the last try failed.
    failing_since  BIGINT,
    tries          BIGINT NOT NULL,
    error          TEXT,
    next_try_at    BIGINT
);
