//! New data keys, on a store in use.

use wardkey_domain::audit::Event;
use wardkey_domain::op::Op;
use wardkey_domain::permission::Action;
use wardkey_store as store;
use wardkey_store::seal::{RotateSettings, RotationReport, SEALED_COLUMNS};

use crate::{App, Result};

/// Wraps all data keys with the current master key, puts new ones into use and seals every secret anew.
///
/// Nobody is held up meanwhile. Afterwards earlier master keys can be taken out of the key file.
///
/// # Errors
/// When the actor may not, or keys are being rotated already. A rotation that fails can be repeated.
pub async fn rotate_data_keys(app: &App, op: &Op, settings: RotateSettings) -> Result<RotationReport> {
    op.require_everywhere(Action::RotateKeys)?;
    let report = store::seal::rotate(app.store(), SEALED_COLUMNS, settings, || app.now()).await?;
    let mut tx = app.store().begin().await?;
    store::audit::append(&mut tx, op, None, Event::KeysRotated { what: "data keys".into(), key: None }).await?;
    tx.commit().await?;
    Ok(report)
}
