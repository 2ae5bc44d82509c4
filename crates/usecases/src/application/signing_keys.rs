//! The keys that sign tokens: reading them, making them, letting them take turns.

use std::sync::Arc;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use wardkey_domain::application::{KeyMove, KeySchedule, KeyState, KeyTurn, SigningAlgorithm};
use wardkey_domain::audit::Event;
use wardkey_domain::id::KeyId;
use wardkey_domain::op::{Actor, Op, Origin};
use wardkey_domain::permission::Action;
use wardkey_domain::secret::Secret;
use wardkey_store::application::StoredKey;
use wardkey_store::{self as store};

use crate::{App, Error, Result};

/// The keys that are published, one or more of each algorithm.
#[derive(Debug)]
pub struct SigningKeys {
    keys: Vec<StoredKey>,
}

impl SigningKeys {
    /// Every published key: next, current and retiring.
    pub fn iter(&self) -> impl Iterator<Item = &StoredKey> {
        self.keys.iter()
    }

    /// The key that signs with `algorithm` now.
    pub fn current(&self, algorithm: SigningAlgorithm) -> Option<&StoredKey> {
        self.keys.iter().find(|key| key.algorithm == algorithm && key.state == KeyState::Current)
    }
}

/// The published keys, from memory where that is possible.
///
/// A node that has lost touch with the others may use them a little longer than a rotation would have it: that lets nobody
/// in, since what an old key signs is still what we say.
pub async fn signing_keys(app: &App) -> Result<Arc<SigningKeys>> {
    if let Some(keys) = app.tokens().signing_keys() {
        return Ok(keys);
    }
    read(app).await
}

async fn read(app: &App) -> Result<Arc<SigningKeys>> {
    let moment = app.tokens().moment();
    let mut tx = app.store().read().await?;
    let keys = Arc::new(SigningKeys { keys: store::application::list_signing_keys(&mut tx).await? });
    app.tokens().keep_signing_keys(moment, &keys);
    Ok(keys)
}

/// The published keys, with one of `algorithm` that signs: made now if there is none yet.
pub async fn signing_keys_for(app: &App, algorithm: SigningAlgorithm) -> Result<Arc<SigningKeys>> {
    let keys = signing_keys(app).await?;
    if keys.current(algorithm).is_some() {
        return Ok(keys);
    }
    let op = app.op(Actor::System("signing keys"), Origin::default());
    let schedule = app.settings().oidc.keys;
    turn(app, &op, algorithm, |keys| schedule.due(keys, op.now)).await?;
    read(app).await
}

/// Makes the keys that are missing, so that the first sign-in need not wait for them: for when the server starts.
///
/// The RSA key, which takes a moment, is made in the background.
pub async fn prepare_signing_keys(app: &App) -> Result<()> {
    signing_keys_for(app, SigningAlgorithm::Es256).await?;
    let later = app.clone();
    app.tasks().spawn(async move {
        if let Err(error) = signing_keys_for(&later, SigningAlgorithm::Rs256).await {
            tracing::error!(error = &error as &dyn std::error::Error, "failed to make an RSA signing key");
        }
    });
    Ok(())
}

/// Lets keys take their turns when their time has come: a job, once a day or more often.
pub async fn rotate_due_signing_keys(app: &App, op: &Op) -> Result<()> {
    let schedule = app.settings().oidc.keys;
    for algorithm in SigningAlgorithm::ALL {
        turn(app, op, *algorithm, |keys| schedule.due(keys, op.now)).await?;
    }
    Ok(())
}

/// Replaces the keys that sign now, whatever their age. What they have signed can still be verified.
///
/// # Errors
/// When the actor may not.
pub async fn rotate_signing_keys(app: &App, op: &Op) -> Result<()> {
    op.require_everywhere(Action::RotateKeys)?;
    for algorithm in SigningAlgorithm::ALL {
        turn(app, op, *algorithm, KeySchedule::at_once).await?;
    }
    Ok(())
}

/// Makes the moves that `plan` wants for the keys of one algorithm.
async fn turn(
    app: &App,
    op: &Op,
    algorithm: SigningAlgorithm,
    plan: impl Fn(&[KeyTurn]) -> Vec<KeyMove>,
) -> Result<()> {
    let mut tx = app.store().read().await?;
    let moves = plan(&turns(&store::application::list_signing_keys(&mut tx).await?, algorithm));
    drop(tx);
    // Made before the transaction: an RSA key takes longer than everybody else should wait.
    let mut made = match moves.iter().find(|planned| matches!(planned, KeyMove::Make(_))) {
        Some(_) => Some(generate(algorithm).await?),
        None => None,
    };
    if moves.is_empty() {
        return Ok(());
    }
    let mut tx = app.store().begin().await?;
    if plan(&turns(&store::application::list_signing_keys(&mut tx).await?, algorithm)) != moves {
        // Another node was faster.
        return Ok(());
    }
    for planned in moves {
        let (id, state) = match planned {
            KeyMove::Make(state) => {
                let id = KeyId::new(op.now, app.id_entropy());
                let pkcs8 = made.take().ok_or_else(|| Error::fault("make two keys at once"))?;
                let key = StoredKey { id, algorithm, state, since: op.now, pkcs8 };
                match store::application::insert_signing_key(&mut tx, &key).await {
                    Err(error) if error.is_unique().is_some() => return Ok(()),
                    inserted => inserted?,
                }
                (id, state)
            }
            KeyMove::Move(id, state) => {
                let from = match state {
                    KeyState::Current | KeyState::Next => KeyState::Next,
                    KeyState::Retiring => KeyState::Current,
                    KeyState::Retired => KeyState::Retiring,
                };
                if !store::application::move_signing_key(&mut tx, id, from, state, op.now).await? {
                    return Ok(());
                }
                (id, state)
            }
        };
        if state == KeyState::Current {
            let event = Event::KeysRotated { what: algorithm.as_str().into(), key: Some(id) };
            store::audit::append(&mut tx, op, None, event).await?;
        }
    }
    match tx.commit().await {
        Err(error) if error.is_unique().is_some() => Ok(()),
        committed => Ok(committed?),
    }
}

fn turns(keys: &[StoredKey], algorithm: SigningAlgorithm) -> Vec<KeyTurn> {
    keys.iter()
        .filter(|key| key.algorithm == algorithm)
        .map(|key| KeyTurn { id: key.id, state: key.state, since: key.since })
        .collect()
}

async fn generate(algorithm: SigningAlgorithm) -> Result<Secret<Vec<u8>>> {
    let made = tokio::task::spawn_blocking(move || match algorithm {
        SigningAlgorithm::Es256 => EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)
            .and_then(|pair| pair.to_pkcs8v1())
            .map(|der| Secret::new(der.as_ref().to_vec())),
        SigningAlgorithm::Rs256 => rsa::KeyPair::generate(rsa::KeySize::Rsa2048).and_then(|pair| {
            let der: Pkcs8V1Der<'_> = pair.as_der()?;
            Ok(Secret::new(der.as_ref().to_vec()))
        }),
    });
    made.await
        .map_err(|error| Error::internal("make a signing key", error))?
        .map_err(|_| Error::fault("make a signing key"))
}
