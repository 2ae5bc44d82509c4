//! `[database]`: where everything is kept.

use wardkey_domain::secret::Secret;

use super::reader::Reader;

/// `[database]`.
#[derive(Clone, Debug)]
pub struct DatabaseSettings {
    /// Its address, which may hold a password.
    pub url: Secret<String>,
    /// Connections, at most.
    pub connections: u32,
    /// Whether `serve` brings it up to date.
    pub migrate: bool,
}

pub fn read(reader: &mut Reader) -> DatabaseSettings {
    let mut section = reader.section("database", "Where everything is kept.");
    let url = section.value(
        "url",
        "`sqlite:` and a file for the embedded database, or `postgres://user@host/name` (PostgreSQL 15 or newer). Several \
         servers may share one PostgreSQL. Give a password through the environment rather than the file.",
        "sqlite:wardkey.db".to_owned(),
    );
    let is_known = ["sqlite:", "postgres:", "postgresql:"].iter().any(|scheme| url.starts_with(scheme));
    if !is_known {
        section.complain("url", "it must begin with `sqlite:` or `postgres:`");
    }
    DatabaseSettings {
        url: Secret::new(url),
        connections: section.bounded(
            "connections",
            "Connections, at most. SQLite uses them for reading, beside one for writing.",
            DEFAULT_CONNECTIONS,
            1..=1_000,
        ),
        migrate: section.value(
            "migrate",
            "Whether `wardkey serve` brings the database up to date when it starts. If not, run `wardkey migrate` first.",
            true,
        ),
    }
}

/// Enough to keep two processors busy; each costs memory here and at the database.
const DEFAULT_CONNECTIONS: u32 = 8;
