//! Hardware tokens: in stock, assigned, and in use.

use wardkey_domain::factor::hardware_token::TokenName;
use wardkey_domain::factor::totp::{CodeShape, Step, TotpState};
use wardkey_domain::id::{AccountId, CredentialId, OrganisationId};
use wardkey_domain::secret::Secret;
use wardkey_domain::time::Timestamp;

use super::credentials::unknown;
use crate::seal::SealedAt;
use crate::{Row, StoreError, Tx, args};

/// A token as it is kept, without its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredToken {
    /// Names it.
    pub id: CredentialId,
    /// The organisation whose it is.
    pub organisation: OrganisationId,
    /// Whom it was assigned to.
    pub account: Option<AccountId>,
    /// The credential that it is, once a code has activated it.
    pub credential: Option<CredentialId>,
    /// What it is known by.
    pub name: TokenName,
    /// How its codes are made.
    pub shape: CodeShape,
}

macro_rules! select {
    ($which:literal) => {
        concat!(
            "SELECT id, organisation_id, account_id, credential_id, serial, manufacturer, model, hash, seconds \
             FROM hardware_tokens WHERE ",
            $which
        )
    };
}

fn sealed_at(id: CredentialId) -> SealedAt {
    SealedAt { table: "hardware_tokens", id: id.uuid(), column: "sealed_seed" }
}

fn from_row(row: &Row) -> Result<StoredToken, StoreError> {
    Ok(StoredToken {
        id: row.get("id")?,
        organisation: row.get("organisation_id")?,
        account: row.get("account_id")?,
        credential: row.get("credential_id")?,
        name: TokenName {
            serial: row.get("serial")?,
            manufacturer: row.get("manufacturer")?,
            model: row.get("model")?,
        },
        shape: shape(row)?,
    })
}

/// How the codes of a token are made, from the columns of its row.
pub(super) fn shape(row: &Row) -> Result<CodeShape, StoreError> {
    let hash: String = row.get("hash")?;
    let hash = hash.parse().map_err(|_| unknown("hash", "no hash"))?;
    let seconds = u32::try_from(row.get::<i64>("seconds")?).map_err(|_| unknown("seconds", "no interval"))?;
    Ok(CodeShape { hash, seconds })
}

/// Saves a token; says whether its serial number was not known yet in its organisation.
pub async fn insert_token(
    tx: &mut Tx,
    token: &StoredToken,
    seed: &Secret<Vec<u8>>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sealed = tx.seal(sealed_at(token.id), seed.expose())?;
    let inserted = tx
        .exec(
            "INSERT INTO hardware_tokens (id, organisation_id, account_id, credential_id, serial, manufacturer, model, \
             hash, seconds, created_at, assigned_at, sealed_seed) \
             VALUES ($1, $2, $3, NULL, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING",
            args![
                token.id,
                token.organisation,
                token.account,
                token.name.serial.as_str(),
                token.name.manufacturer.as_str(),
                token.name.model.as_str(),
                token.shape.hash.as_str(),
                i64::from(token.shape.seconds),
                now,
                token.account.map(|_| now),
                sealed
            ],
        )
        .await?;
    Ok(inserted == 1)
}

/// The token of an organisation with this number.
pub async fn find_token(
    tx: &mut Tx,
    organisation: OrganisationId,
    serial: &str,
) -> Result<Option<StoredToken>, StoreError> {
    let row = tx.opt(select!("serial = $1 AND organisation_id = $2"), args![serial, organisation]).await?;
    row.map(|row| from_row(&row)).transpose()
}

/// The tokens with this number, of whichever organisation.
pub async fn find_tokens(tx: &mut Tx, serial: &str) -> Result<Vec<StoredToken>, StoreError> {
    let rows = tx.all(select!("serial = $1 ORDER BY id"), args![serial]).await?;
    rows.iter().map(from_row).collect()
}

/// Forgets a token that nobody has; says whether there was one.
pub async fn delete_token(tx: &mut Tx, id: CredentialId) -> Result<bool, StoreError> {
    Ok(tx.exec("DELETE FROM hardware_tokens WHERE id = $1 AND account_id IS NULL", args![id]).await? == 1)
}

/// The tokens that were assigned to an account, the last one first.
pub async fn list_tokens(tx: &mut Tx, account: AccountId) -> Result<Vec<StoredToken>, StoreError> {
    let rows = tx.all(select!("account_id = $1 ORDER BY assigned_at DESC, serial"), args![account]).await?;
    rows.iter().map(from_row).collect()
}

/// Which token an account is to activate: of several, the one that was assigned last.
pub async fn find_token_to_activate(tx: &mut Tx, account: AccountId) -> Result<Option<CredentialId>, StoreError> {
    let sql = "SELECT id FROM hardware_tokens WHERE account_id = $1 AND credential_id IS NULL \
               ORDER BY assigned_at DESC, serial LIMIT 1";
    tx.opt(sql, args![account]).await?.map(|row| row.get("id")).transpose()
}

/// Whether `seed` is the key of a token.
pub async fn has_seed(tx: &mut Tx, id: CredentialId, seed: &Secret<Vec<u8>>) -> Result<bool, StoreError> {
    let row = tx.opt("SELECT sealed_seed FROM hardware_tokens WHERE id = $1", args![id]).await?;
    let Some(row) = row else { return Ok(false) };
    Ok(unsealed(tx, id, &row)?.expose() == seed.expose())
}

/// Assigns a token that nobody has to an account, or takes one back that is not in use; says whether it was so until now.
///
/// SECURITY: of two administrators who give one token away at once, one gets `true`.
pub async fn assign_token(
    tx: &mut Tx,
    token: &StoredToken,
    account: Option<AccountId>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let changed = match token.account {
        Some(before) => {
            let sql = "UPDATE hardware_tokens SET account_id = $2, assigned_at = $3 \
                       WHERE id = $1 AND credential_id IS NULL AND account_id = $4";
            tx.exec(sql, args![token.id, account, account.map(|_| now), before]).await?
        }
        None => {
            let sql = "UPDATE hardware_tokens SET account_id = $2, assigned_at = $3 \
                       WHERE id = $1 AND credential_id IS NULL AND account_id IS NULL";
            tx.exec(sql, args![token.id, account, account.map(|_| now)]).await?
        }
    };
    Ok(changed == 1)
}

/// A token that was assigned to an account and is not in use, as what its codes are judged by.
pub async fn find_assigned_token(
    tx: &mut Tx,
    id: CredentialId,
    account: AccountId,
) -> Result<Option<TotpState>, StoreError> {
    let sql = "SELECT hash, seconds, used_step, sealed_seed FROM hardware_tokens \
               WHERE id = $1 AND account_id = $2 AND credential_id IS NULL";
    let row = tx.opt(sql, args![id, account]).await?;
    let Some(row) = row else { return Ok(None) };
    let seed = unsealed(tx, id, &row)?;
    // SECURITY: a code that signed in before the token was taken out of use does not activate it again.
    let last_used_step = row.get::<Option<i64>>("used_step")?.map(Step::from_number);
    Ok(Some(TotpState { credential: id, is_token: true, seed, shape: shape(&row)?, last_used_step }))
}

/// Puts a token into use as `credential`; gives back its key, or nothing if it was taken back or is in use already.
pub async fn activate_token(
    tx: &mut Tx,
    id: CredentialId,
    account: AccountId,
    credential: CredentialId,
) -> Result<Option<Secret<Vec<u8>>>, StoreError> {
    let sql =
        "UPDATE hardware_tokens SET credential_id = $3 WHERE id = $1 AND account_id = $2 AND credential_id IS NULL";
    if tx.exec(sql, args![id, account, credential]).await? != 1 {
        return Ok(None);
    }
    let row = tx.opt("SELECT sealed_seed FROM hardware_tokens WHERE id = $1", args![id]).await?;
    row.map(|row| unsealed(tx, id, &row)).transpose()
}

/// Takes a token out of use whose credential was removed; it stays assigned, and a code activates it again.
pub(super) async fn release_token(tx: &mut Tx, credential: CredentialId) -> Result<(), StoreError> {
    let sql = "UPDATE hardware_tokens SET credential_id = NULL, \
               used_step = (SELECT used_step FROM credentials WHERE id = $1) WHERE credential_id = $1";
    tx.exec(sql, args![credential]).await?;
    Ok(())
}

fn unsealed(tx: &Tx, id: CredentialId, row: &Row) -> Result<Secret<Vec<u8>>, StoreError> {
    let sealed: Vec<u8> = row.get("sealed_seed")?;
    tx.unseal(sealed_at(id), &sealed)
}
