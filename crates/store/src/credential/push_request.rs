//! The queries on `push_requests`.

use serde::{Deserialize, Serialize};
use wardkey_domain::credential::NetworkPrefix;
use wardkey_domain::factor::push::{ContextText, MatchNumber, OpenRequest, PushStanding};
use wardkey_domain::id::{AccountId, CredentialId, FlowId, OrganisationId, PushRequestId};
use wardkey_domain::time::Timestamp;

use super::app::StoredApp;
use super::credentials::unknown;
use super::refused_network::network_mac;
use crate::cluster::ClusterEvent;
use crate::seal::SealedAt;
use crate::{Row, StoreError, Tx, args};

/// A request to be made.
#[derive(Debug)]
pub struct NewPushRequest<'a> {
    /// What an answer must cover.
    pub open: &'a OpenRequest,
    /// Whose.
    pub account: AccountId,
    /// The organisation of that account.
    pub organisation: OrganisationId,
    /// The sign-in that asks.
    pub flow: Option<FlowId>,
    /// Whether it is for an app that is being bound.
    pub joining: bool,
    /// Whether the browser that asks is known.
    pub known: bool,
    /// The network that it is asked from.
    pub network: Option<NetworkPrefix>,
}

/// A request that awaits an answer.
#[derive(Clone, Debug)]
pub struct StoredPushRequest {
    /// What an answer must cover.
    pub open: OpenRequest,
    /// Whose.
    pub account: AccountId,
    /// The sign-in that asks.
    pub flow: Option<FlowId>,
    /// Whether it is for an app that is being bound.
    pub joining: bool,
    /// Whether the browser that asked is known.
    pub known: bool,
    /// The keyed hash of the network that it was asked from.
    pub network: Option<[u8; 32]>,
}

/// The open request of a browser that is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownRequest {
    /// The request.
    pub id: PushRequestId,
    /// The sign-in that asked.
    pub flow: Option<FlowId>,
    /// Until when, at the latest.
    pub expires_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct Details {
    nonce: [u8; 32],
    number: String,
    context: String,
}

fn details_at(id: PushRequestId) -> SealedAt {
    SealedAt { table: "push_requests", id: id.uuid(), column: "sealed_details" }
}

/// Makes a request, and tells whoever waits for the app.
pub async fn insert_push_request(tx: &mut Tx, new: &NewPushRequest<'_>, now: Timestamp) -> Result<(), StoreError> {
    let OpenRequest { id, credential, nonce, context, number, expires_at } = new.open;
    let details = Details { nonce: *nonce, number: number.text(), context: context.as_str().to_owned() };
    let bytes = serde_json::to_vec(&details).map_err(|_| unknown("sealed_details", "no details"))?;
    let sealed = tx.seal(details_at(*id), &bytes)?;
    let network = new.network.map(|network| network_mac(tx, network));
    tx.exec(
        "INSERT INTO push_requests (id, organisation_id, account_id, credential_id, flow_id, joining, known, network_mac, \
         state, created_at, expires_at, sealed_details) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'open', $9, $10, $11)",
        args![
            *id,
            new.organisation,
            new.account,
            *credential,
            new.flow,
            new.joining,
            new.known,
            network,
            now,
            *expires_at,
            sealed,
        ],
    )
    .await?;
    tx.publish(ClusterEvent::AppNews(*credential));
    Ok(())
}

/// The open requests of an app, the oldest first.
pub async fn list_push_requests(
    tx: &mut Tx,
    app: &StoredApp,
    now: Timestamp,
) -> Result<Vec<StoredPushRequest>, StoreError> {
    let rows = tx
        .all(
            "SELECT id, account_id, credential_id, flow_id, joining, known, network_mac, expires_at, sealed_details \
             FROM push_requests WHERE credential_id = $1 AND state = 'open' AND joining = $2 AND expires_at > $3 \
             ORDER BY created_at, id LIMIT 20",
            args![app.credential, app.joining, now],
        )
        .await?;
    rows.iter().map(|row| from_row(tx, row)).collect()
}

/// A request that awaits an answer, also one whose time is over.
pub async fn find_push_request(tx: &mut Tx, id: PushRequestId) -> Result<Option<StoredPushRequest>, StoreError> {
    let row = tx
        .opt(
            "SELECT id, account_id, credential_id, flow_id, joining, known, network_mac, expires_at, sealed_details \
             FROM push_requests WHERE id = $1 AND state = 'open'",
            args![id],
        )
        .await?;
    row.map(|row| from_row(tx, &row)).transpose()
}

/// Notes what became of an open request, and tells whoever waits for it; says whether this transaction was the one to do it.
///
/// SECURITY: of any number of answers on any number of nodes one counts: the row is locked by the first, and the condition
/// is asked again of the others when they get it.
pub async fn settle_push_request(
    tx: &mut Tx,
    id: PushRequestId,
    standing: PushStanding,
    reason: Option<&str>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let settled = tx
        .opt(
            "UPDATE push_requests SET state = $2, reason = $3, answered_at = $4, sealed_details = NULL \
             WHERE id = $1 AND state = 'open' RETURNING credential_id",
            args![id, standing.as_str(), reason, now],
        )
        .await?;
    let Some(row) = settled else { return Ok(false) };
    tx.publish(ClusterEvent::AppNews(row.get("credential_id")?));
    Ok(true)
}

/// Takes back every open request to a credential, whose app was removed or moved.
pub async fn take_back_push_requests(tx: &mut Tx, credential: CredentialId, now: Timestamp) -> Result<u64, StoreError> {
    let taken = tx
        .exec(
            "UPDATE push_requests SET state = 'taken_back', answered_at = $2, sealed_details = NULL \
             WHERE credential_id = $1 AND state = 'open'",
            args![credential, now],
        )
        .await?;
    tx.publish(ClusterEvent::AppNews(credential));
    Ok(taken)
}

/// How a request stands; one that is not known any more was taken back.
pub async fn push_standing(tx: &mut Tx, id: PushRequestId) -> Result<PushStanding, StoreError> {
    push_standing_until(tx, id).await.map(|(standing, _)| standing)
}

/// The same, and from when on the request takes no answer.
pub async fn push_standing_until(tx: &mut Tx, id: PushRequestId) -> Result<(PushStanding, Timestamp), StoreError> {
    let Some(row) = tx.opt("SELECT state, expires_at FROM push_requests WHERE id = $1", args![id]).await? else {
        return Ok((PushStanding::TakenBack, Timestamp::from_seconds(0)));
    };
    let standing = PushStanding::of(&row.get::<String>("state")?);
    Ok((standing.ok_or_else(|| unknown("state", "an unknown standing"))?, row.get("expires_at")?))
}

/// The open requests of browsers that are not known to an account.
pub async fn list_unknown_push_requests(
    tx: &mut Tx,
    account: AccountId,
    now: Timestamp,
) -> Result<Vec<UnknownRequest>, StoreError> {
    let rows = tx
        .all(
            "SELECT id, flow_id, expires_at FROM push_requests \
             WHERE account_id = $1 AND state = 'open' AND known = $2 AND joining = $3 AND expires_at > $4",
            args![account, false, false, now],
        )
        .await?;
    let read = |row: &Row| {
        Ok(UnknownRequest { id: row.get("id")?, flow: row.get("flow_id")?, expires_at: row.get("expires_at")? })
    };
    rows.iter().map(read).collect()
}

/// Forgets requests that were over before `before`; says how many.
pub async fn delete_push_requests_over(tx: &mut Tx, before: Timestamp) -> Result<u64, StoreError> {
    tx.exec("DELETE FROM push_requests WHERE expires_at < $1", args![before]).await
}

fn from_row(tx: &Tx, row: &Row) -> Result<StoredPushRequest, StoreError> {
    let id: PushRequestId = row.get("id")?;
    let sealed: Vec<u8> = row.get("sealed_details")?;
    let bytes = tx.unseal(details_at(id), &sealed)?;
    let details: Details =
        serde_json::from_slice(bytes.expose()).map_err(|_| unknown("sealed_details", "no details"))?;
    let number = MatchNumber::parse(&details.number).map_err(|_| unknown("sealed_details", "no number"))?;
    Ok(StoredPushRequest {
        open: OpenRequest {
            id,
            credential: row.get("credential_id")?,
            nonce: details.nonce,
            context: ContextText::new(details.context),
            number,
            expires_at: row.get("expires_at")?,
        },
        account: row.get("account_id")?,
        flow: row.get("flow_id")?,
        joining: row.get("joining")?,
        known: row.get("known")?,
        network: row.get("network_mac")?,
    })
}
