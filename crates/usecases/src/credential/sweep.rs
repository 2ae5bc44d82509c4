//! Forgetting what time has made worthless.

use std::time::Duration;

use wardkey_domain::op::Op;
use wardkey_store as store;

use crate::{App, Result};

/// A browser that has not been seen for this long is a stranger again.
const DEVICE_MEMORY: Duration = Duration::from_secs(400 * 24 * 60 * 60);

/// What was asked of apps is forgotten after this long: until then pages may look what became of it.
const APP_MEMORY: Duration = Duration::from_secs(3_600);

/// What became of a pass can be looked up for this long.
const PASS_MEMORY: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// How many rows were forgotten.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Enrolments that nobody confirmed.
    pub enrolments: u64,
    /// Activation codes that nobody used.
    pub activations: u64,
    /// Temporary access passes whose time is long over.
    pub passes: u64,
    /// Counters that say nothing any more.
    pub throttles: u64,
    /// Browsers that were not seen for long.
    pub devices: u64,
    /// Codes that bind an app, requests to apps, and networks that were refused, whose time is over.
    pub apps: u64,
}

/// Forgets enrolments, activation codes, counters and browsers whose time is over. Nothing that it forgets was usable, so
/// it is no event.
pub async fn sweep(app: &App, op: &Op) -> Result<Swept> {
    let mut tx = app.store().begin().await?;
    let over = op.now.minus(APP_MEMORY);
    let apps = store::credential::delete_bindings_over(&mut tx, over).await?
        + store::credential::delete_push_requests_over(&mut tx, over).await?
        + store::credential::delete_refused_networks_over(&mut tx, op.now).await?;
    let passes = store::credential::delete_passes_over(&mut tx, op.now.minus(PASS_MEMORY)).await?;
    let swept = Swept {
        passes,
        enrolments: store::credential::delete_expired_enrolments(&mut tx, op.now).await?,
        activations: store::credential::delete_expired_activations(&mut tx, op.now).await?,
        throttles: store::credential::delete_forgotten_throttles(&mut tx, op.now).await?,
        devices: store::credential::delete_devices_unseen_since(&mut tx, op.now.minus(DEVICE_MEMORY)).await?,
        apps,
    };
    tx.commit().await?;
    Ok(swept)
}
