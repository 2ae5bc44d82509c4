//! Our signing keys, parsed once: parsing an RSA key costs more than twice a signature.

use std::sync::{Arc, PoisonError, RwLock};

use bytes::Bytes;
use wardkey_domain::application::SigningAlgorithm;
use wardkey_usecases::application::{SigningKeys, signing_keys, signing_keys_for};
use wardkey_usecases::{App, Error, Result};
use wardkey_wire::jose::{Algorithm, JwkSet, SigningKey, VerifyingKey};

/// Keeps the parsed form of the newest keys.
#[derive(Default)]
pub struct Signers(RwLock<Option<Arc<Prepared>>>);

/// Our keys, ready to sign and to verify.
pub struct Prepared {
    source: Arc<SigningKeys>,
    current: Vec<(SigningAlgorithm, SigningKey)>,
    verifying: Vec<VerifyingKey>,
    published: Bytes,
}

impl Signers {
    /// The keys, parsed again only when they have changed.
    pub async fn prepared(&self, app: &App) -> Result<Arc<Prepared>> {
        self.of(signing_keys(app).await?)
    }

    /// The same, with one that signs with `algorithm`: made if there is none yet.
    pub async fn prepared_for(&self, app: &App, algorithm: SigningAlgorithm) -> Result<Arc<Prepared>> {
        self.of(signing_keys_for(app, algorithm).await?)
    }

    fn of(&self, source: Arc<SigningKeys>) -> Result<Arc<Prepared>> {
        let kept = self.0.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(kept) = kept
            && Arc::ptr_eq(&kept.source, &source)
        {
            return Ok(kept);
        }
        let prepared = Arc::new(Prepared::new(source)?);
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&prepared));
        Ok(prepared)
    }
}

impl Prepared {
    fn new(source: Arc<SigningKeys>) -> Result<Self> {
        let mut keys = Vec::new();
        for stored in source.iter() {
            let key = SigningKey::from_pkcs8(wire(stored.algorithm), stored.pkcs8.expose())
                .map_err(|error| Error::internal("read a signing key", error))?;
            keys.push((stored.id, stored.algorithm, key.with_kid(stored.id.to_string())));
        }
        let set = JwkSet::new(keys.iter().map(|(_, _, key)| key.jwk()));
        let signs = |id| {
            let current = SigningAlgorithm::ALL.iter().filter_map(|algorithm| source.current(*algorithm));
            current.into_iter().any(|stored| stored.id == id)
        };
        Ok(Self {
            verifying: set.verifying_keys(&[Algorithm::Es256, Algorithm::Rs256]),
            published: set.to_json().into(),
            current: keys
                .into_iter()
                .filter(|(id, _, _)| signs(*id))
                .map(|(_, algorithm, key)| (algorithm, key))
                .collect(),
            source,
        })
    }

    /// The key that signs with `algorithm` now.
    pub fn signer(&self, algorithm: SigningAlgorithm) -> Result<&SigningKey> {
        let found = self.current.iter().find(|(own, _)| *own == algorithm).map(|(_, key)| key);
        found.ok_or_else(|| Error::fault("find the signing key"))
    }

    /// The keys that verify what we have signed.
    pub fn verifying(&self) -> &[VerifyingKey] {
        &self.verifying
    }

    /// The key set as it is published.
    pub fn published(&self) -> Bytes {
        self.published.clone()
    }
}

const fn wire(algorithm: SigningAlgorithm) -> Algorithm {
    match algorithm {
        SigningAlgorithm::Es256 => Algorithm::Es256,
        SigningAlgorithm::Rs256 => Algorithm::Rs256,
    }
}
