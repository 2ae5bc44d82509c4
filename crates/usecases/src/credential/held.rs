//! Credentials as they are shown, to their owner and to whoever looks after the account.

use wardkey_domain::access::Unusable;
use wardkey_domain::credential::Credential;
use wardkey_domain::factor::FactorKind;
use wardkey_domain::factor::webauthn::{Attestation, KeyState};
use wardkey_store::credential::StoredCustody;
use wardkey_store::{self as store, Tx};

use crate::signin::number_bar;
use crate::{App, Result};

/// A credential as it is shown. SECURITY: also whoever looks after an account sees a number masked, like its owner.
#[derive(Clone, Debug)]
pub struct HeldCredential {
    /// The credential.
    pub credential: Credential,
    /// Its telephone number, masked.
    pub masked: Option<String>,
    /// What its maker calls a security key that has proved its model; the model's identifier where that is not known any more.
    pub model: Option<String>,
    /// What was noted when it was handed over, if an administrator registered it.
    pub custody: Option<StoredCustody>,
    /// Why it cannot be used now, if it cannot.
    pub unusable: Option<Unusable>,
}

/// `credentials` as they are shown to somebody for whom these factors are `barred`.
pub(crate) async fn held(
    app: &App,
    tx: &mut Tx,
    credentials: &[Credential],
    barred: &[(FactorKind, Unusable)],
) -> Result<Vec<HeldCredential>> {
    let mut held = Vec::with_capacity(credentials.len());
    let keys = match credentials.iter().find(|credential| credential.kind == FactorKind::WebAuthn) {
        Some(one) => store::credential::list_keys(tx, one.account).await?,
        None => Vec::new(),
    };
    let quarantined = match credentials.first() {
        Some(one) => store::access::list_quarantined(tx, one.account).await?,
        None => Vec::new(),
    };
    for credential in credentials {
        let is_quarantined = quarantined.contains(&credential.id);
        let bar = barred.iter().find(|(kind, _)| *kind == credential.kind).map(|(_, why)| *why);
        let number = store::credential::find_number(tx, credential.id).await?;
        held.push(HeldCredential {
            credential: credential.clone(),
            model: keys.iter().find(|key| key.credential == credential.id).and_then(|key| model_of(app, key)),
            custody: store::credential::find_custody(tx, credential.id).await?,
            masked: number.map(|number| number.masked()),
            unusable: match is_quarantined {
                true => Some(Unusable::Quarantined),
                false => number_bar(app, tx, credential).await?.or(bar),
            },
        });
    }
    Ok(held)
}

fn model_of(app: &App, key: &KeyState) -> Option<String> {
    let model = key.record.model()?;
    let name = match &app.settings().signin.webauthn.attestation {
        Attestation::Required { models, .. } => models.name(model).map(str::to_owned),
        Attestation::NotAsked => None,
    };
    Some(name.unwrap_or_else(|| model.to_string()))
}
