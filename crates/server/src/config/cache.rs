//! `[cache]`: how much is kept in memory.

use wardkey_usecases::CacheSettings;

use super::reader::Reader;

pub fn read(reader: &mut Reader) -> CacheSettings {
    let mut section = reader.section(
        "cache",
        "What is kept in memory, so that it need not be asked of the database. Memory is taken as it fills.",
    );
    let default = CacheSettings::default();
    let allowed = 100..=10_000_000;
    CacheSettings {
        sessions: section.bounded("sessions", "Sessions, at most.", default.sessions, allowed.clone()),
        tokens: section.bounded("tokens", "Token references, at most.", default.tokens, allowed),
    }
}
