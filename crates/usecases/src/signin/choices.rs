//! "Sign in another way": every factor, and why one cannot be used now.

use wardkey_domain::access::Unusable;
use wardkey_domain::factor::FactorKind;
use wardkey_domain::id::CredentialId;
use wardkey_domain::op::Op;
use wardkey_store as store;

use crate::signin::{flow_token, load};
use crate::{App, Result, access};

/// One factor, as "sign in another way" shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChoiceView {
    /// The credential.
    pub id: CredentialId,
    /// Its factor.
    pub kind: FactorKind,
    /// The name that its owner gave it.
    pub label: String,
    /// Its telephone number, masked.
    pub masked: Option<String>,
    /// Whether it is the one to ask for first.
    pub is_default: bool,
    /// Why it cannot be used here and now, if it cannot.
    pub unusable: Option<Unusable>,
}

/// Every factor of whoever signs in, the default first and then the strongest; nothing when nobody has proved anything.
pub async fn choices(app: &App, op: &Op, token: &str) -> Result<Vec<ChoiceView>> {
    let mut tx = app.store().read().await?;
    let Ok(resumed) = flow_token::resume(&mut tx, op, token).await? else { return Ok(Vec::new()) };
    let Some(account) = resumed.flow.account() else { return Ok(Vec::new()) };
    let Some(person) = load::person(app, &mut tx, op, account).await? else { return Ok(Vec::new()) };
    let mut views = Vec::new();
    let policies = access::policies(app, &mut tx, op.now).await?;
    for choice in resumed.flow.choices(&policies, &person) {
        let number = store::credential::find_number(&mut tx, choice.credential).await?;
        views.push(ChoiceView {
            id: choice.credential,
            kind: choice.kind,
            label: choice.label.to_string(),
            masked: number.map(|number| number.masked()),
            is_default: choice.is_default,
            unusable: choice.unusable,
        });
    }
    Ok(views)
}
