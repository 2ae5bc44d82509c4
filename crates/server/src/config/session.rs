//! `[session]`: how long a session lasts.

use std::time::Duration;

use wardkey_domain::session::SessionLimits;

use super::reader::Reader;

pub fn read(reader: &mut Reader) -> SessionLimits {
    let mut section = reader.section("session", "How long a session lasts (NIST SP 800-63B, AAL2).");
    let default = SessionLimits::default();
    let (minute, month) = (Duration::from_secs(60), Duration::from_secs(30 * 86_400));
    let limits = SessionLimits {
        idle: section.bounded(
            "idle",
            "A session that was not used for this long has ended.",
            default.idle,
            minute..=month,
        ),
        absolute: section.bounded(
            "absolute",
            "A session has ended this long after its sign-in, however busy it is.",
            default.absolute,
            minute..=month,
        ),
        fresh_factor: section.bounded(
            "fresh_factor",
            "How long after a verified second factor its owner may change how they sign in.",
            default.fresh_factor,
            minute..=Duration::from_secs(3_600),
        ),
    };
    if limits.idle > limits.absolute {
        section.complain("idle", "it is longer than `session.absolute`");
    }
    limits
}
