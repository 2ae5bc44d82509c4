//! The queries on `credentials`.

use wardkey_domain::credential::{Credential, CredentialState, Label};
use wardkey_domain::factor::FactorKind;
use wardkey_domain::factor::totp::Step;
use wardkey_domain::id::{AccountId, CredentialId, OrganisationId};
use wardkey_domain::secret::Secret;
use wardkey_domain::time::Timestamp;

use crate::seal::SealedAt;
use crate::{Row, StoreError, Tx, args};

const PENDING: &str = "pending";
const ACTIVE: &str = "active";
const REMOVED: &str = "removed";

/// Where a credential's secret is sealed.
pub(super) fn sealed_at(id: CredentialId) -> SealedAt {
    SealedAt { table: "credentials", id: id.uuid(), column: "sealed_secret" }
}

/// Makes other changes to the account's credentials wait until this transaction ends, on every node.
pub async fn lock_credentials(tx: &mut Tx, account: AccountId, organisation: OrganisationId) -> Result<(), StoreError> {
    tx.exec(
        "INSERT INTO credential_holders (account_id, organisation_id, revision) VALUES ($1, $2, 1) \
         ON CONFLICT (account_id) DO UPDATE SET organisation_id = excluded.organisation_id, \
         revision = credential_holders.revision + 1",
        args![account, organisation],
    )
    .await?;
    Ok(())
}

/// The credentials of an account that were not removed, pending ones included, oldest first.
pub async fn list_credentials(tx: &mut Tx, account: AccountId) -> Result<Vec<Credential>, StoreError> {
    let rows = tx
        .all(
            "SELECT id, account_id, organisation_id, kind, label, state, pending_session, pending_until, is_default, \
             created_at, last_used_at, removed_at, version FROM credentials \
             WHERE account_id = $1 AND state <> 'removed' ORDER BY created_at, id",
            args![account],
        )
        .await?;
    rows.iter().map(from_row).collect()
}

/// The credential with this identifier, whatever its state.
pub async fn find_credential(tx: &mut Tx, id: CredentialId) -> Result<Option<Credential>, StoreError> {
    let row = tx
        .opt(
            "SELECT id, account_id, organisation_id, kind, label, state, pending_session, pending_until, is_default, \
             created_at, last_used_at, removed_at, version FROM credentials WHERE id = $1",
            args![id],
        )
        .await?;
    row.map(|row| from_row(&row)).transpose()
}

/// Saves a new credential, with its secret sealed and, when a code has confirmed it already, that code's step spent.
pub async fn insert_credential(
    tx: &mut Tx,
    credential: &Credential,
    secret: Option<&Secret<Vec<u8>>>,
    used_step: Option<Step>,
) -> Result<(), StoreError> {
    let sealed = secret.map(|secret| tx.seal(sealed_at(credential.id), secret.expose())).transpose()?;
    let state = StateColumns::of(credential.state);
    tx.exec(
        "INSERT INTO credentials (id, account_id, organisation_id, kind, label, public_json, sealed_secret, state, \
         pending_session, pending_until, used_step, is_default, created_at, last_used_at, removed_at, version) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        args![
            credential.id,
            credential.account,
            credential.organisation,
            credential.kind.as_str(),
            credential.label.as_str(),
            serde_json::json!({}),
            sealed,
            state.name,
            state.pending_session,
            state.pending_until,
            used_step.map(Step::number),
            credential.is_default,
            credential.created_at,
            credential.last_used_at,
            state.removed_at,
            credential.version,
        ],
    )
    .await?;
    Ok(())
}

/// Saves a changed credential if nobody has changed it since it was read; says whether it did.
///
/// Its use (the spent step and its time) is not changed here; the secret of a removed one is erased.
pub async fn save_credential(tx: &mut Tx, credential: &Credential) -> Result<bool, StoreError> {
    let state = StateColumns::of(credential.state);
    let saved = tx
        .exec(
            "UPDATE credentials SET label = $3, state = $4, pending_session = $5, pending_until = $6, is_default = $7, \
             removed_at = $8, version = version + 1, \
             sealed_secret = CASE WHEN $4 = 'removed' THEN NULL ELSE sealed_secret END \
             WHERE id = $1 AND version = $2",
            args![
                credential.id,
                credential.version,
                credential.label.as_str(),
                state.name,
                state.pending_session,
                state.pending_until,
                credential.is_default,
                state.removed_at,
            ],
        )
        .await?;
    if let (1, FactorKind::WebAuthn, CredentialState::Removed { .. }) = (saved, credential.kind, credential.state) {
        super::security_key::delete_key(tx, credential.id).await?;
    }
    if let (1, FactorKind::Smartcard, CredentialState::Removed { .. }) = (saved, credential.kind, credential.state) {
        super::smartcard::delete_card(tx, credential.id).await?;
    }
    if let (1, FactorKind::HardwareToken, CredentialState::Removed { .. }) = (saved, credential.kind, credential.state)
    {
        super::hardware_token::release_token(tx, credential.id).await?;
    }
    if let (1, FactorKind::Push, CredentialState::Removed { at }) = (saved, credential.kind, credential.state) {
        // Nobody answers for it any more, and nobody is woken.
        super::delete_subscription(tx, credential.id).await?;
        super::take_back_push_requests(tx, credential.id, at).await?;
    }
    Ok(saved == 1)
}

/// Gives up the enrolments of an account that no code has confirmed, with their secrets; says how many.
pub async fn delete_enrolments(tx: &mut Tx, account: AccountId) -> Result<u64, StoreError> {
    tx.exec("DELETE FROM credentials WHERE account_id = $1 AND state = 'pending'", args![account]).await
}

/// Forgets the enrolments of one kind of factor that an account has begun.
pub async fn delete_enrolments_of(tx: &mut Tx, account: AccountId, kind: FactorKind) -> Result<u64, StoreError> {
    let sql = "DELETE FROM credentials WHERE account_id = $1 AND state = 'pending' AND kind = $2";
    tx.exec(sql, args![account, kind.as_str()]).await
}

/// Forgets enrolments that nobody confirmed in time, with their secrets; says how many.
pub async fn delete_expired_enrolments(tx: &mut Tx, now: Timestamp) -> Result<u64, StoreError> {
    tx.exec("DELETE FROM credentials WHERE state = 'pending' AND pending_until <= $1", args![now]).await
}

struct StateColumns {
    name: &'static str,
    pending_session: Option<wardkey_domain::id::SessionId>,
    pending_until: Option<Timestamp>,
    removed_at: Option<Timestamp>,
}

impl StateColumns {
    fn of(state: CredentialState) -> Self {
        let plain = Self { name: ACTIVE, pending_session: None, pending_until: None, removed_at: None };
        match state {
            CredentialState::Active => plain,
            CredentialState::Pending { session, expires_at } => {
                Self { name: PENDING, pending_session: Some(session), pending_until: Some(expires_at), ..plain }
            }
            CredentialState::Removed { at } => Self { name: REMOVED, removed_at: Some(at), ..plain },
        }
    }
}

fn from_row(row: &Row) -> Result<Credential, StoreError> {
    let state = match row.get::<String>("state")?.as_str() {
        PENDING => {
            CredentialState::Pending { session: row.get("pending_session")?, expires_at: row.get("pending_until")? }
        }
        ACTIVE => CredentialState::Active,
        REMOVED => CredentialState::Removed { at: row.get("removed_at")? },
        _other => return Err(unknown("state", "an unknown state")),
    };
    Ok(Credential {
        id: row.get("id")?,
        account: row.get("account_id")?,
        organisation: row.get("organisation_id")?,
        kind: row.get::<String>("kind")?.parse::<FactorKind>().map_err(|_| unknown("kind", "an unknown factor"))?,
        label: Label::parse(&row.get::<String>("label")?).map_err(|_| unknown("label", "no label"))?,
        state,
        is_default: row.get("is_default")?,
        created_at: row.get("created_at")?,
        last_used_at: row.get("last_used_at")?,
        version: row.get("version")?,
    })
}

pub(super) fn unknown(column: &str, found: &'static str) -> StoreError {
    StoreError::Column { column: column.to_owned(), found }
}
