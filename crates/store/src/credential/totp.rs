//! The secrets and spent steps of authenticator apps and hardware tokens.

use wardkey_domain::factor::FactorKind;
use wardkey_domain::factor::totp::{CodeShape, Step, TotpState};
use wardkey_domain::id::CredentialId;
use wardkey_domain::time::Timestamp;

use super::credentials::sealed_at;
use super::hardware_token::shape;
use crate::{Row, StoreError, Tx, args};

/// The codes of one authenticator app, ours or another, or of a hardware token, also of one that awaits its confirming code; not one that was removed.
pub async fn find_totp(tx: &mut Tx, id: CredentialId) -> Result<Option<TotpState>, StoreError> {
    let row = tx
        .opt(
            "SELECT credentials.id, credentials.kind, sealed_secret, credentials.used_step, hash, seconds FROM credentials \
             LEFT JOIN hardware_tokens ON hardware_tokens.credential_id = credentials.id \
             WHERE credentials.id = $1 AND kind IN ('totp', 'push', 'hardware_token') AND state <> 'removed'",
            args![id],
        )
        .await?;
    row.map(|row| from_row(tx, &row)).transpose()
}

/// Spends a time-step; says whether this transaction was the one to do it.
///
/// SECURITY: of any number of nodes that accept one code at once, exactly one gets `true`: the row is locked by the first,
/// and the condition is asked again of the others when they get it. A proof without this `true` is void.
pub async fn spend_totp_step(tx: &mut Tx, id: CredentialId, step: Step, now: Timestamp) -> Result<bool, StoreError> {
    let spent = tx
        .exec(
            "UPDATE credentials SET used_step = $2, last_used_at = $3 \
             WHERE id = $1 AND kind IN ('totp', 'push', 'hardware_token') AND state = 'active' AND (used_step IS NULL OR used_step < $2)",
            args![id, step.number(), now],
        )
        .await?;
    Ok(spent == 1)
}

fn from_row(tx: &Tx, row: &Row) -> Result<TotpState, StoreError> {
    let credential: CredentialId = row.get("id")?;
    let sealed: Vec<u8> = row.get("sealed_secret")?;
    let is_token = row.get::<String>("kind")? == FactorKind::HardwareToken.as_str();
    Ok(TotpState {
        credential,
        is_token,
        shape: if is_token { shape(row)? } else { CodeShape::APP },
        seed: tx.unseal(sealed_at(credential), &sealed)?,
        last_used_step: row.get::<Option<i64>>("used_step")?.map(Step::from_number),
    })
}
