//! An app uses the code that binds it.

use data_encoding::BASE32_NOPAD;
use wardkey_domain::audit::Event;
use wardkey_domain::credential::Label;
use wardkey_domain::factor::push::{AppKey, BindingCode, Signature, Statement};
use wardkey_domain::factor::totp::SEED_BYTES;
use wardkey_domain::id::CredentialId;
use wardkey_domain::op::Op;
use wardkey_domain::secret::Secret;
use wardkey_store as store;

use super::AppRefusal;
use crate::{App, Error, Result};

/// What an app brings.
#[derive(Debug)]
pub struct NewAppKey {
    /// The binding code, as the app wrote it.
    pub code: Secret<String>,
    /// The public key, as the app wrote it.
    pub key_text: String,
    /// The public key.
    pub key: Vec<u8>,
    /// What its owner calls it.
    pub device: String,
    /// The signature over all of it.
    pub signature: Vec<u8>,
}

/// What an app is told once.
#[derive(Debug)]
pub struct Bound {
    /// What it is about to become.
    pub credential: CredentialId,
    /// The name of the account's organisation.
    pub organisation: String,
    /// The account's address.
    pub address: String,
    /// What the service calls itself.
    pub service: String,
    /// The key for codes, in base 32.
    pub secret: Secret<String>,
    /// The key for which it subscribes.
    pub vapid: String,
}

/// Binds an app by the code that a page shows. It is no factor yet: its number is asked for next.
pub async fn bind(app: &App, op: &Op, new: NewAppKey) -> Result<std::result::Result<Bound, AppRefusal>> {
    match app.visits().admit(op) {
        Ok(()) => {}
        Err(Error::Unavailable { retry_after }) => return Ok(Err(AppRefusal::TooMany { retry_after })),
        Err(error) => return Err(error),
    }
    let (Ok(key), Ok(signature)) = (AppKey::parse(&new.key), Signature::parse(&new.signature)) else {
        return Ok(Err(AppRefusal::Malformed));
    };
    let Ok(device) = Label::parse(&new.device) else { return Ok(Err(AppRefusal::Malformed)) };
    let statement = Statement::Register {
        origin: app.settings().issuer.origin(),
        code: new.code.expose(),
        key: &new.key_text,
        device: &new.device,
    };
    // SECURITY: whoever binds a key holds it; nobody binds somebody else's.
    if statement.verify(&key, &signature).is_err() {
        return Ok(Err(AppRefusal::NotAccepted));
    }
    let Ok(code) = BindingCode::parse(new.code.expose()) else { return Ok(Err(AppRefusal::NotAccepted)) };
    let vapid = app.push_sender().await?.public_key().to_owned();
    let seed = Secret::new(app.random::<SEED_BYTES>().to_vec());
    let mut tx = app.store().begin().await?;
    let bound = store::credential::bind_app(&mut tx, &code.hash(), &key, device.as_str(), &seed, op.now).await?;
    let Some(bound) = bound else { return Ok(Err(AppRefusal::NotAccepted)) };
    let account = store::directory::find_account(&mut tx, bound.account).await?.ok_or(Error::NotFound("account"))?;
    let organisation = store::directory::find_organisation(&mut tx, bound.organisation).await?;
    let event = Event::AppBound { account: bound.account, credential: bound.credential };
    store::audit::append(&mut tx, op, Some(bound.organisation), event).await?;
    tx.commit().await?;
    Ok(Ok(Bound {
        credential: bound.credential,
        organisation: organisation.map(|organisation| organisation.name).unwrap_or_default(),
        address: account.address.as_str().to_owned(),
        service: app.settings().totp.issuer.clone(),
        secret: Secret::new(BASE32_NOPAD.encode(seed.expose())),
        vapid,
    }))
}
