//! Data keys as rows of `data_keys`.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use wardkey_domain::secret::Secret;
use wardkey_domain::time::Timestamp;

use super::keyring::{Keyring, Parts, SealError};
use super::master::MasterKeys;
use crate::args;
use crate::db::{Row, Tx};
use crate::error::StoreError;

/// What a data key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    /// Seals columns; replaced by a rotation.
    Seal,
    /// Authenticates rows; replaced by a rotation, and the earlier ones go on verifying.
    Mac,
    /// Finds rows by a MAC of what they are about; never replaced, or they could not be found again.
    Lookup,
}

impl Kind {
    pub(super) const ALL: [Self; 3] = [Self::Seal, Self::Mac, Self::Lookup];

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Seal => "seal",
            Self::Mac => "mac",
            Self::Lookup => "lookup",
        }
    }
}

/// One data key.
pub(super) struct DataKey {
    pub(super) number: i64,
    pub(super) kind: Kind,
    /// Whether it is the one in use, of its kind.
    pub(super) current: bool,
    pub(super) wrapped_by: String,
    pub(super) key: Secret<Vec<u8>>,
}

/// Reads and unwraps all data keys.
pub(super) async fn list(tx: &mut Tx, masters: &MasterKeys) -> Result<Vec<DataKey>, StoreError> {
    let rows =
        tx.all("SELECT number, kind, state, wrapped, wrapped_by FROM data_keys ORDER BY number", args![]).await?;
    rows.iter().map(|row| read(row, masters)).collect()
}

fn read(row: &Row, masters: &MasterKeys) -> Result<DataKey, StoreError> {
    let name: String = row.get("kind")?;
    let kind = Kind::ALL.into_iter().find(|kind| kind.as_str() == name);
    let kind =
        kind.ok_or(StoreError::Column { column: "kind".to_owned(), found: "a kind of key that is not known" })?;
    let (number, wrapped_by): (i64, String) = (row.get("number")?, row.get("wrapped_by")?);
    let key = masters.unwrap(&wrapped_by, &about(number, kind), &row.get::<Vec<u8>>("wrapped")?)?;
    Ok(DataKey { number, kind, current: row.get::<String>("state")? == "current", wrapped_by, key })
}

/// Builds the ring of all data keys.
pub(crate) async fn load(tx: &mut Tx, masters: &MasterKeys, stale: &Arc<AtomicBool>) -> Result<Keyring, StoreError> {
    let keys = list(tx, masters).await?;
    let current = |kind| keys.iter().find(|key| key.kind == kind && key.current).map(|key| key.number);
    let [sealing, macing, lookup] = Kind::ALL.map(current);
    let (Some(sealing), Some(macing), Some(lookup)) = (sealing, macing, lookup) else {
        return Err(SealError::NotPrepared.into());
    };
    let mut parts = Parts { seals: HashMap::new(), sealing, macs: HashMap::new(), macing, lookup };
    for key in keys {
        match key.kind {
            Kind::Seal => parts.seals.insert(key.number, key.key),
            Kind::Mac | Kind::Lookup => parts.macs.insert(key.number, key.key),
        };
    }
    Ok(Keyring::new(parts, stale.clone())?)
}

/// Makes the first data keys, unless they are there. Two nodes may do so at once.
pub(crate) async fn prepare(tx: &mut Tx, masters: &MasterKeys, now: Timestamp) -> Result<(), StoreError> {
    for (number, kind) in (1..).zip(Kind::ALL) {
        insert(tx, masters, number, kind, "current", now).await?;
    }
    Ok(())
}

/// Inserts a new random data key, unless one of that number, or another current one of that kind, is there.
pub(super) async fn insert(
    tx: &mut Tx,
    masters: &MasterKeys,
    number: i64,
    kind: Kind,
    state: &'static str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let mut key = Secret::new([0; 32]);
    fill(&mut key)?;
    let wrapped = masters.wrap(&about(number, kind), &Secret::new(key.expose().to_vec()))?;
    let inserted = tx
        .exec(
            "INSERT INTO data_keys (number, kind, state, wrapped, wrapped_by, created_at)
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
            args![number, kind.as_str(), state, wrapped, masters.current_id(), now],
        )
        .await?;
    Ok(inserted == 1)
}

fn fill(key: &mut Secret<[u8; 32]>) -> Result<(), SealError> {
    let mut bytes = zeroize::Zeroizing::new([0; 32]);
    aws_lc_rs::rand::fill(&mut *bytes).map_err(|_| SealError::Cipher)?;
    *key = Secret::new(*bytes);
    Ok(())
}

/// Binds a wrapped key to its number and kind.
pub(super) fn about(number: i64, kind: Kind) -> Vec<u8> {
    [b"data_keys\0".as_slice(), &number.to_be_bytes(), kind.as_str().as_bytes()].concat()
}
