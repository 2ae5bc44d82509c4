//! The queries on `refused_networks`.

use wardkey_domain::credential::{NetworkPrefix, Subject};
use wardkey_domain::id::{AccountId, OrganisationId};
use wardkey_domain::time::Timestamp;

use crate::{StoreError, Tx, args};

/// SECURITY: from a stolen database nobody learns where people sign in from.
const PURPOSE: &str = "network of a push request";

/// The keyed hash of a network.
pub fn network_mac(tx: &Tx, network: NetworkPrefix) -> [u8; 32] {
    tx.mac(PURPOSE, &Subject::Network(network).to_bytes())
}

/// Refuses to ask an account's apps on behalf of a network until a moment.
pub async fn refuse_network(
    tx: &mut Tx,
    account: AccountId,
    organisation: OrganisationId,
    network: &[u8; 32],
    until: Timestamp,
) -> Result<(), StoreError> {
    tx.exec(
        "INSERT INTO refused_networks (account_id, network_mac, organisation_id, until) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (account_id, network_mac) DO UPDATE SET until = excluded.until",
        args![account, network, organisation, until],
    )
    .await?;
    Ok(())
}

/// Whether an account's apps are not asked on behalf of a network.
pub async fn is_network_refused(
    tx: &mut Tx,
    account: AccountId,
    network: NetworkPrefix,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let mac = network_mac(tx, network);
    let sql = "SELECT until FROM refused_networks WHERE account_id = $1 AND network_mac = $2 AND until > $3";
    Ok(tx.opt(sql, args![account, mac, now]).await?.is_some())
}

/// Forgets refusals whose time is over; says how many.
pub async fn delete_refused_networks_over(tx: &mut Tx, now: Timestamp) -> Result<u64, StoreError> {
    tx.exec("DELETE FROM refused_networks WHERE until <= $1", args![now]).await
}
