//! For how long a browser spares its owner the prompt [AUT-11, SES-5].

use std::time::Duration;

use wardkey_domain::access::history::KeptSignIn;
use wardkey_domain::access::{SignInRequest, memory};
use wardkey_domain::directory::Account;
use wardkey_domain::op::Op;
use wardkey_store::Tx;

use super::{account_facts, connection, policies};
use crate::{App, Result};

/// For how long the browser of a sign-in would be remembered; nothing where that would spare nothing.
pub(crate) async fn memory_of(app: &App, tx: &mut Tx, op: &Op, kept: &KeptSignIn) -> Result<Option<Duration>> {
    let policies = policies(app, tx, op.now).await?;
    // Where no baseline says anything nobody need look.
    let says_something = !policies.baselines().remember.is_empty();
    Ok(says_something.then(|| memory(&policies, &kept.signals())).flatten())
}

/// For how long the browser of this request would be remembered on the way to our own pages.
pub(crate) async fn memory_here(app: &App, tx: &mut Tx, op: &Op, account: &Account) -> Result<Option<Duration>> {
    let facts = account_facts(tx, op, account).await?;
    let connection = connection(app, tx, op, account.id).await?;
    let portal = SignInRequest::portal();
    memory_of(app, tx, op, &KeptSignIn::of(&facts.signals(&portal, connection), Vec::new(), false)).await
}

/// For how long the baseline of an account lets browsers be remembered at most.
pub(crate) async fn memory_of_baseline(app: &App, tx: &mut Tx, op: &Op, account: &Account) -> Result<Option<Duration>> {
    let facts = account_facts(tx, op, account).await?;
    let connection = connection(app, tx, op, account.id).await?;
    let policies = policies(app, tx, op.now).await?;
    let signals = facts.signals(&SignInRequest::portal(), connection);
    Ok(policies.baselines().memory_of(&signals.account))
}
