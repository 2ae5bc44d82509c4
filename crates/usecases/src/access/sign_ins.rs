//! What was decided of somebody's sign-ins, and why: for whoever is asked by them.

use std::net::IpAddr;

use wardkey_domain::access::history::{Experience, Reported};
use wardkey_domain::directory::Account;
use wardkey_domain::id::{AccountId, DecisionId};
use wardkey_domain::op::Op;
use wardkey_domain::permission::Action;
use wardkey_domain::time::Timestamp;
use wardkey_store::{self as store, Tx};

use super::compiled::{Compiled, compiled};
use crate::directory::load;
use crate::{App, Result};

/// A sign-in that was decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecidedSignIn {
    /// Names it.
    pub id: DecisionId,
    /// When.
    pub at: Timestamp,
    /// Where to; nothing for our own pages.
    pub application: Option<String>,
    /// The address of the connection.
    pub address: Option<IpAddr>,
    /// The place of that address, in words.
    pub place: Option<String>,
    /// Whether a session that had begun before was enough.
    pub by_session: bool,
    /// What the person met.
    pub outcome: Experience,
    /// Why, a sentence each, without a full stop, as it was true then.
    pub reasons: Vec<String>,
    /// What they would have met if the policies that only reported had been on, where that is something else.
    pub would_be: Option<Experience>,
    /// What each policy that only reported made of it.
    pub reported: Vec<(String, Reported)>,
}

/// How many sign-ins are listed.
const LISTED: u32 = 25;

/// The newest sign-ins of an account, the newest first.
///
/// # Errors
/// Not found for an account that the actor may not see.
pub async fn decided_sign_ins(app: &App, op: &Op, id: AccountId) -> Result<(Account, Vec<DecidedSignIn>)> {
    let mut tx = app.store().read().await?;
    let account = load(&mut tx, op, Action::SeeAccount, id).await?.account;
    let words = compiled(app, &mut tx, op.now).await?;
    let mut found = Vec::new();
    for kept in store::access::list_decisions_of(&mut tx, id, LISTED).await? {
        let place = kept.known.address.and_then(|address| app.settings().places.of(address)).map(str::to_owned);
        found.push(DecidedSignIn {
            id: kept.id,
            at: kept.known.at,
            application: match kept.known.application {
                Some(id) => store::application::find_application(&mut tx, id).await?.map(|found| found.name),
                None => None,
            },
            address: kept.known.address,
            place,
            by_session: kept.known.by_session,
            outcome: kept.outcome,
            reasons: kept.reasons,
            would_be: kept.would_be,
            reported: reported(&mut tx, &words, kept.id).await?,
        });
    }
    Ok((account, found))
}

async fn reported(tx: &mut Tx, words: &Compiled, id: DecisionId) -> Result<Vec<(String, Reported)>> {
    let results = store::access::list_policy_results(tx, id).await?;
    let named = results.into_iter().filter(|result| result.only_reported).map(|result| {
        let name = words.names.get(&result.policy).map_or("?", String::as_str);
        (name.to_owned(), result.result)
    });
    Ok(named.collect())
}
