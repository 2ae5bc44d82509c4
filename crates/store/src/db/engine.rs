//! Which engine an address means.

use std::path::PathBuf;

use super::{Postgres, Sqlite};
use crate::error::StoreError;

/// One of the two engines, open.
#[derive(Clone)]
pub(crate) enum Engine {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

impl Engine {
    /// Opens the database at `url`: `sqlite:path/to/file` or `postgres://…`.
    pub(crate) async fn open(url: &str, max_connections: u32) -> Result<Self, StoreError> {
        if let Some(path) = sqlite_path(url) {
            return Ok(Self::Sqlite(Sqlite::open(path, max_connections).await?));
        }
        if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            return Ok(Self::Postgres(Postgres::open(url, max_connections).await?));
        }
        Err(StoreError::Address)
    }
}

/// The file that a `sqlite:` address names.
fn sqlite_path(url: &str) -> Option<PathBuf> {
    let path = url.strip_prefix("sqlite:")?;
    let path = path.strip_prefix("//").unwrap_or(path);
    (!path.is_empty()).then(|| PathBuf::from(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_a_file() {
        assert_eq!(sqlite_path("sqlite:var/wardkey.db"), Some(PathBuf::from("var/wardkey.db")));
        assert_eq!(sqlite_path("sqlite:///srv/wardkey.db"), Some(PathBuf::from("/srv/wardkey.db")));
        assert_eq!(sqlite_path("sqlite:"), None);
        assert_eq!(sqlite_path("postgres://localhost/wardkey"), None);
    }
}
