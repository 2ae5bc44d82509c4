//! Backups that were restored once before they are called backups, and putting one back.

use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use wardkey_domain::audit::{AnchorLine, Event};
use wardkey_domain::op::{Actor, Op};
use wardkey_store::backup::{BackupError, RestoreReport, count_rows};
use wardkey_store::{MasterKeys, Store, StoreError, StoreSettings, audit};

use super::blocking::blocking;
use crate::audit::{Appended, Verification, append_anchor, open_anchor, verify_store};
use crate::{App, Error, Result};

/// What a backup holds, or a restore has brought back.
#[derive(Clone, Debug)]
pub struct BackupReport {
    /// Rows by table.
    pub tables: Vec<(String, u64)>,
    /// What verifying the audit in the copy found.
    pub audit: Verification,
}

impl BackupReport {
    /// All rows.
    pub fn rows(&self) -> u64 {
        self.tables.iter().map(|(_, rows)| rows).sum()
    }

    fn last_block(&self) -> Option<i64> {
        Some(self.audit.blocks).filter(|blocks| *blocks > 0)
    }
}

/// Copies the database into the new file `to` while it is in use, restores the copy into a temporary store, counts its
/// rows and verifies its audit, and then writes down that a backup was made.
///
/// `keys` open the temporary store. A copy whose audit does not verify is kept, and the report says so: it may be all
/// there is.
///
/// # Errors
/// When `to` exists, cannot be written, cannot be restored, or comes back with other rows.
pub async fn back_up(app: &App, op: &Op, to: &Path, keys: MasterKeys) -> Result<BackupReport> {
    require_operator(op)?;
    app.store().backup(to).await.map_err(|error| refused(error, to))?;
    let proof = Proof::beside(to)?;
    let settings = StoreSettings { url: proof.url(), max_connections: 2 };
    let copy = Store::open(&settings, keys, op.now).await?;
    let restored = copy.restore(to).await.map_err(|error| refused(error, to))?;
    let report = examine(&copy, restored).await?;
    drop(copy);
    drop(proof);
    let mut tx = app.store().begin().await?;
    audit::append(&mut tx, op, None, Event::BackupMade { rows: report.rows(), last_block: report.last_block() })
        .await?;
    tx.commit().await?;
    Ok(report)
}

/// Fills the empty database of `app` with the backup `from`, verifies its audit, and writes down that it was restored: in
/// the audit, and in the anchor file, where later blocks are given up.
///
/// # Errors
/// When the database is not empty, the backup is damaged, or other rows arrive than it holds.
pub async fn restore(app: &App, op: &Op, from: &Path) -> Result<BackupReport> {
    require_operator(op)?;
    let restored = app.store().restore(from).await.map_err(|error| refused(error, from))?;
    let report = examine(app.store(), restored).await?;
    if let Some(path) = app.settings().audit.anchor.clone() {
        anchor_restoration(app, &path).await?;
    }
    let mut tx = app.store().begin().await?;
    audit::append(&mut tx, op, None, Event::Restored { rows: report.rows(), last_block: report.last_block() }).await?;
    tx.commit().await?;
    Ok(report)
}

async fn anchor_restoration(app: &App, path: &Path) -> Result<()> {
    let mut tx = app.store().read().await?;
    let head = audit::last_block(&mut tx).await?;
    // A store that never sealed anything has no key, and its anchor nothing to give up.
    let Some(key) = audit::signing_key(&mut tx).await? else { return Ok(()) };
    drop(tx);
    let line = AnchorLine::restored(head.as_ref(), &key);
    loop {
        let (opened, appended) = (path.to_owned(), path.to_owned());
        let tail = blocking("read the anchor file", move || open_anchor(&opened)).await?;
        let lines = [line.clone()];
        let outcome = blocking("write the anchor file", move || append_anchor(&appended, tail.length, &lines)).await?;
        if matches!(outcome, Appended::Written(_)) {
            return Ok(());
        }
    }
}

/// Counts what arrived, and verifies its audit. The anchor is left out: it may know later blocks than the backup.
async fn examine(store: &Store, restored: RestoreReport) -> Result<BackupReport> {
    let counted = count_rows(store, &restored).await?;
    for ((table, rows), found) in restored.tables.iter().zip(counted) {
        if found != *rows {
            return Err(Error::fault(format!("restore `{table}`: {rows} rows were read and {found} are there")));
        }
    }
    let audit = verify_store(store, None).await?;
    Ok(BackupReport { tables: restored.tables, audit })
}

/// What the operator can put right is told in plain words; anything else is a fault.
fn refused(error: StoreError, file: &Path) -> Error {
    match error {
        StoreError::Backup(BackupError::File(cause)) => Error::internal(format!("use `{}`", file.display()), cause),
        StoreError::Backup(why) => Error::Conflict(format!("`{}`: {why}", file.display())),
        other => other.into(),
    }
}

/// The command line alone makes and restores backups: they hold everything.
fn require_operator(op: &Op) -> Result<()> {
    match op.actor {
        Actor::Operator(_) | Actor::System(_) => Ok(()),
        Actor::Anonymous | Actor::Account(_) | Actor::Application(_) => Err(Error::NotFound("page")),
    }
}

/// The folder of the temporary store; gone when this is dropped.
struct Proof(PathBuf);

impl Proof {
    fn beside(backup: &Path) -> Result<Self> {
        let mut name = backup.as_os_str().to_owned();
        name.push(".proof");
        let folder = PathBuf::from(name);
        // SECURITY: what is put there is the whole database.
        std::fs::DirBuilder::new()
            .mode(0o700)
            .create(&folder)
            .map_err(|error| Error::internal("make a folder for the temporary store", error))?;
        Ok(Self(folder))
    }

    fn url(&self) -> String {
        format!("sqlite:{}", self.0.join("wardkey.db").display())
    }
}

impl Drop for Proof {
    fn drop(&mut self) {
        // Left over after a fault it does no harm but for its size: the operator is told its name by the next backup.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
