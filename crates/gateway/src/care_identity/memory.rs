//! What is kept of the provider: its document and its keys.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use wardkey_domain::time::Timestamp;
use wardkey_wire::jose::{Algorithm, JwkSet, VerifyingKey};
use wardkey_wire::oauth::upstream::{ProviderMetadata, metadata_address};

use super::error::CareIdentityError;
use crate::outbound::{Outbound, OutboundError};

/// For how long the document and the keys are kept.
const KEPT_FOR: Duration = Duration::from_secs(3_600);
/// However many unknown keys are named, the keys are not fetched more often than this.
const AT_MOST_EVERY: Duration = Duration::from_secs(60);

/// What was fetched, and when. No lock is held while something is fetched: two sign-ins at once may both fetch, and neither
/// waits for the other's time-out.
pub(super) struct Memory {
    issuer: String,
    metadata: Mutex<Option<(Timestamp, Arc<ProviderMetadata>)>>,
    keys: Mutex<Option<FetchedKeys>>,
}

#[derive(Clone)]
struct FetchedKeys {
    address: String,
    /// When somebody last asked for them, successfully or not.
    asked_at: Timestamp,
    fetched_at: Timestamp,
    keys: Arc<[VerifyingKey]>,
}

impl Memory {
    pub(super) const fn new(issuer: String) -> Self {
        Self { issuer, metadata: Mutex::new(None), keys: Mutex::new(None) }
    }

    /// The provider's document.
    pub(super) async fn metadata(
        &self,
        outbound: &Outbound,
        now: Timestamp,
    ) -> Result<Arc<ProviderMetadata>, CareIdentityError> {
        let kept = self.metadata.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((_, metadata)) = kept.filter(|(fetched_at, _)| now.since(*fetched_at) < KEPT_FOR) {
            return Ok(metadata);
        }
        let text = outbound.get_json(&metadata_address(&self.issuer)).await?;
        let metadata = ProviderMetadata::parse(&text, &self.issuer).map_err(|_| CareIdentityError::BadMetadata)?;
        // SECURITY: the gate is passed for each request as well. Here it keeps an address from which nobody could come
        // back, or a plain one, out of a browser.
        if metadata.addresses().any(|address| outbound.check(address).is_err()) {
            return Err(CareIdentityError::BadMetadata);
        }
        let metadata = Arc::new(metadata);
        *self.metadata.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, Arc::clone(&metadata)));
        Ok(metadata)
    }

    /// The provider's keys, as they are known.
    pub(super) async fn keys(
        &self,
        outbound: &Outbound,
        address: &str,
        now: Timestamp,
    ) -> Result<Arc<[VerifyingKey]>, CareIdentityError> {
        match self.kept_keys(address) {
            Some(kept) if now.since(kept.fetched_at) < KEPT_FOR => Ok(kept.keys),
            Some(_) | None => self.fetch_keys(outbound, address, now).await,
        }
    }

    /// The provider's keys anew, because one was named that is not known; `None` when that was done a moment ago.
    pub(super) async fn newer_keys(
        &self,
        outbound: &Outbound,
        address: &str,
        now: Timestamp,
    ) -> Result<Option<Arc<[VerifyingKey]>>, CareIdentityError> {
        match self.kept_keys(address) {
            Some(kept) if now.since(kept.asked_at) < AT_MOST_EVERY => Ok(None),
            Some(_) | None => self.fetch_keys(outbound, address, now).await.map(Some),
        }
    }

    fn kept_keys(&self, address: &str) -> Option<FetchedKeys> {
        let kept = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        kept.clone().filter(|kept| kept.address == address)
    }

    async fn fetch_keys(
        &self,
        outbound: &Outbound,
        address: &str,
        now: Timestamp,
    ) -> Result<Arc<[VerifyingKey]>, CareIdentityError> {
        let read = read(outbound.get_json(address).await);
        let mut kept = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        match &read {
            Ok(keys) => {
                let (address, keys) = (address.to_owned(), Arc::clone(keys));
                *kept = Some(FetchedKeys { address, asked_at: now, fetched_at: now, keys });
            }
            Err(_) => {
                if let Some(kept) = kept.as_mut() {
                    kept.asked_at = now;
                }
            }
        }
        read
    }
}

fn read(answer: Result<String, OutboundError>) -> Result<Arc<[VerifyingKey]>, CareIdentityError> {
    let set = JwkSet::parse(&answer?).map_err(|_| CareIdentityError::BadMetadata)?;
    Ok(set.verifying_keys(Algorithm::ALL).into())
}
