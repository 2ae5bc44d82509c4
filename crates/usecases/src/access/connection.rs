//! By what a sign-in comes: its network, country, device and risk.

use wardkey_domain::access::{Connection, Device, Risk};
use wardkey_domain::credential::NetworkPrefix;
use wardkey_domain::id::AccountId;
use wardkey_domain::op::Op;
use wardkey_store::{self as store, Tx};

use crate::{App, Result};

/// What is known of the connection by which an account signs in now.
pub(crate) async fn connection(app: &App, tx: &mut Tx, op: &Op, account: AccountId) -> Result<Connection> {
    let address = op.origin.address;
    let known = match op.origin.device {
        Some(device) => store::credential::find_device(tx, device, account).await?,
        None => None,
    };
    let device = if known.is_some() { Device::Known } else { Device::New };
    let is_reported = match address.map(NetworkPrefix::of) {
        Some(network) => store::credential::is_network_refused(tx, account, network, op.now).await?,
        None => false,
    };
    // What somebody has reported is the only thing that speaks for more than a device that nobody has seen.
    let risk = match (is_reported, device) {
        (true, _) => Risk::High,
        (false, Device::New) => Risk::Low,
        (false, Device::Known) => Risk::None,
    };
    let country = address.and_then(|address| app.settings().places.country_of(address));
    Ok(Connection {
        address,
        country,
        device,
        risk: Some(risk),
        remembered: known.and_then(|known| known.remembered),
        at: op.now,
    })
}
