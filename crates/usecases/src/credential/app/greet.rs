//! An app says who it is.

use std::time::Duration;

use wardkey_domain::factor::push::{Signature, Statement};
use wardkey_domain::id::CredentialId;
use wardkey_domain::op::Op;
use wardkey_domain::time::Timestamp;
use wardkey_store::credential::StoredApp;
use wardkey_store::{self as store, Tx};

use super::AppRefusal;
use crate::waiting::Waiter;
use crate::{App, Result};

/// How far an app's clock may be off, and how long a statement can be repeated by whoever has read it.
const CLOCK: Duration = Duration::from_secs(120);

/// "I am this app, now."
#[derive(Clone, Debug)]
pub struct Greeting {
    /// The account, as the app wrote it.
    pub account: String,
    /// When, in seconds since 1970.
    pub at: i64,
    /// The signature.
    pub signature: Vec<u8>,
}

/// Whether an app's clock is near enough to ours.
pub(super) fn is_now(at: i64, now: Timestamp) -> bool {
    let at = Timestamp::from_seconds(at);
    at.since(now) <= CLOCK && now.since(at) <= CLOCK
}

/// The app that signed a statement about `account`; `None` when none that may speak for it did.
///
/// SECURITY: an account that is not there, a key that is not any more and a signature that does not fit are all the same.
pub(super) async fn signer(
    tx: &mut Tx,
    account: &str,
    statement: &Statement<'_>,
    signature: &[u8],
) -> Result<Option<StoredApp>> {
    let (Ok(credential), Ok(signature)) = (account.parse::<CredentialId>(), Signature::parse(signature)) else {
        return Ok(None);
    };
    let apps = store::credential::list_apps(tx, credential).await?;
    Ok(apps.into_iter().find(|app| statement.verify(&app.key, &signature).is_ok()))
}

/// The apps behind greetings, in their order; `None` for an account that the app is not bound to.
pub(super) async fn greeted(
    app: &App,
    tx: &mut Tx,
    op: &Op,
    greetings: &[Greeting],
) -> Result<std::result::Result<Vec<Option<StoredApp>>, AppRefusal>> {
    if greetings.iter().any(|greeting| !is_now(greeting.at, op.now)) {
        return Ok(Err(AppRefusal::Clock));
    }
    let origin = app.settings().issuer.origin();
    let mut apps = Vec::with_capacity(greetings.len());
    for greeting in greetings {
        let statement = Statement::Hello { origin, account: &greeting.account, at: greeting.at };
        apps.push(signer(tx, &greeting.account, &statement, &greeting.signature).await?);
    }
    Ok(Ok(apps))
}

/// Waits for requests to the apps that greet. Whoever is bound to nothing waits for nothing.
pub async fn await_requests(
    app: &App,
    op: &Op,
    greetings: &[Greeting],
) -> Result<std::result::Result<Waiter, AppRefusal>> {
    let mut tx = app.store().read().await?;
    let apps = match greeted(app, &mut tx, op, greetings).await? {
        Ok(apps) => apps,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let credentials: Vec<CredentialId> = apps.into_iter().flatten().map(|app| app.credential).collect();
    if credentials.is_empty() {
        return Ok(Err(AppRefusal::Gone));
    }
    Ok(Ok(app.waiting().wait_for(credentials)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_may_be_two_minutes_off() {
        let now = Timestamp::from_seconds(1_000);
        for (at, near) in
            [(880, true), (879, false), (1_120, true), (1_121, false), (i64::MAX, false), (i64::MIN, false)]
        {
            assert_eq!(is_now(at, now), near, "{at}");
        }
    }
}
