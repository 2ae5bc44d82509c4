//! Why a backup cannot be made or restored.

/// Why a backup cannot be made or restored.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// There is a file where the backup should go.
    #[error("there is a file of that name already")]
    Exists,
    /// The file to restore is not there.
    #[error("there is no such file")]
    Missing,
    /// The database to restore to holds something already.
    #[error("the database is not empty: table `{0}` has rows")]
    NotEmpty(String),
    /// The copy is damaged.
    #[error("the backup is damaged: {0}")]
    Damaged(&'static str),
    /// A file cannot be read or written.
    #[error("a file cannot be read or written")]
    File(#[from] std::io::Error),
}
