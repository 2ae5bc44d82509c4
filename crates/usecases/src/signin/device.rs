//! The device cookie: it tells a browser that has signed in before from an attacker's.

use wardkey_domain::id::DeviceId;
use wardkey_domain::secret::{Secret, constant_time_equal};
use wardkey_store::Store;

use crate::{App, Result};

const PURPOSE: &str = "device cookie";

/// The device that a cookie names, if the cookie is one of ours.
///
/// It proves nothing about who is in front of it. What hangs from it is a share of tries of its own and, where its owner has had
/// the browser remembered, one prompt that is spared: never the password.
pub async fn device_of(app: &App, cookie: &str) -> Option<DeviceId> {
    let (id, mac) = cookie.split_once('.')?;
    let id: DeviceId = id.parse().ok()?;
    let expected = mac_of(app.store(), id).await.ok()?;
    constant_time_equal(mac.as_bytes(), expected.as_bytes()).then_some(id)
}

/// The cookie of a device.
pub(super) async fn cookie_of(app: &App, device: DeviceId) -> Result<Secret<String>> {
    Ok(Secret::new(format!("{device}.{}", mac_of(app.store(), device).await?)))
}

async fn mac_of(store: &Store, device: DeviceId) -> Result<String> {
    let mac = store.mac(PURPOSE, device.uuid().as_bytes()).await?;
    Ok(mac.iter().map(|byte| format!("{byte:02x}")).collect())
}
