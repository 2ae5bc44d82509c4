//! An app asks what is open.

use wardkey_domain::id::{CredentialId, PushRequestId};
use wardkey_domain::op::Op;
use wardkey_domain::time::Timestamp;
use wardkey_store as store;

use super::greet::greeted;
use super::{AppRefusal, Greeting};
use crate::{App, Result};

/// One open request, as an app is told of it. SECURITY: never its number.
#[derive(Clone, Debug)]
pub struct ShownRequest {
    /// The request.
    pub id: PushRequestId,
    /// The account's app.
    pub credential: CredentialId,
    /// Whether it finishes an enrolment.
    pub joining: bool,
    /// Its nonce.
    pub nonce: String,
    /// What it says of the sign-in.
    pub context: String,
    /// How long its number is.
    pub digits: usize,
    /// From when on it takes no answer.
    pub expires_at: Timestamp,
}

/// What is open for an app.
#[derive(Clone, Debug, Default)]
pub struct OpenRequests {
    /// The open requests.
    pub requests: Vec<ShownRequest>,
    /// The accounts, as the app wrote them, to which it is not bound.
    pub gone: Vec<String>,
}

/// What is open for the apps that greet.
pub async fn requests(
    app: &App,
    op: &Op,
    greetings: &[Greeting],
) -> Result<std::result::Result<OpenRequests, AppRefusal>> {
    let mut tx = app.store().read().await?;
    let apps = match greeted(app, &mut tx, op, greetings).await? {
        Ok(apps) => apps,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let mut open = OpenRequests::default();
    for (greeting, found) in greetings.iter().zip(apps) {
        let Some(found) = found else {
            open.gone.push(greeting.account.clone());
            continue;
        };
        for stored in store::credential::list_push_requests(&mut tx, &found, op.now).await? {
            open.requests.push(ShownRequest {
                id: stored.open.id,
                credential: stored.open.credential,
                joining: stored.joining,
                nonce: stored.open.nonce_text(),
                context: stored.open.context.as_str().to_owned(),
                digits: stored.open.number.digits().count(),
                expires_at: stored.open.expires_at,
            });
        }
    }
    Ok(Ok(open))
}
