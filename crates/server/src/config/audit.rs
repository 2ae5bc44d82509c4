//! `[audit]`: how the audit is sealed.

use std::time::Duration;

use wardkey_usecases::audit::AuditSettings;

use super::reader::Reader;

pub fn read(reader: &mut Reader) -> AuditSettings {
    let mut section = reader.section(
        "audit",
        "How the audit is sealed: events are chained and signed in blocks, so that one that was edited, removed or inserted \
         shows (`wardkey audit verify`).",
    );
    let default = AuditSettings::default();
    AuditSettings {
        anchor: section.optional(
            "anchor",
            "A file that remembers each block outside the database, best on another disk. Without one, a chain whose end was \
             cut off does not show it.",
            "\"/var/lib/wardkey/audit-anchor.jsonl\"",
        ),
        seal_every: section.bounded(
            "seal_every",
            "How often new events are sealed.",
            default.seal_every,
            Duration::from_millis(50)..=Duration::from_secs(1),
        ),
        block_events: section.bounded(
            "block_events",
            "How many events a block seals, at most.",
            default.block_events,
            100..=100_000,
        ),
        gaps_kept: section.bounded(
            "gaps_kept",
            "How long a number without an event is looked at again before it counts as a change that was rolled back.",
            default.gaps_kept,
            Duration::from_secs(60)..=Duration::from_secs(86_400),
        ),
    }
}
