-- Named locations: asked for, approved, attested, suspended and retired.
CREATE TABLE named_locations (
    id              UUID    PRIMARY KEY,
    organisation_id UUID    NOT NULL,
    -- Policies name it by this, so that it never changes.
    name            TEXT    NOT NULL,
    -- The name without capitals: no two differ by those alone, and none is given again.
    name_key        TEXT    NOT NULL UNIQUE,
    connection      TEXT    NOT NULL,
    standing        TEXT    NOT NULL,
    -- When it was rejected, suspended or retired, why, and for a suspension in which capacity somebody did.
    standing_at     BIGINT,
    standing_reason TEXT,
    standing_by     TEXT,
    -- What is in force, one range on a line, and who vouches for it until when.
    owner_id        UUID,
    ranges          TEXT,
    attested_by     UUID,
    attested_at     BIGINT,
    attested_until  BIGINT,
    -- How many of the reminders of this attestation were sent.
    reminded        BIGINT  NOT NULL DEFAULT 0,
    -- What is proposed.
    proposed_owner  UUID,
    proposed_ranges TEXT,
    proposed_by     UUID,
    proposed_at     BIGINT,
    -- Who handed that in.
    submitted_by    UUID,
    submitted_at    BIGINT,
    created_at      BIGINT  NOT NULL,
    version         BIGINT  NOT NULL
);

CREATE INDEX named_locations_organisation ON named_locations (organisation_id);
CREATE INDEX named_locations_active ON named_locations (attested_until) WHERE standing = 'active';
CREATE INDEX named_locations_waiting ON named_locations (submitted_at) WHERE submitted_at IS NOT NULL;
