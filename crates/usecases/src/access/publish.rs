//! Publishing policies, so that a mistake strands nobody: checked beforehand, and taken back unless it is confirmed.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use wardkey_domain::access::{DiffLine, Policies, PolicyDocument, Strands, stranded};
use wardkey_domain::audit::Event;
use wardkey_domain::op::Op;
use wardkey_domain::permission::{Action, Extent};
use wardkey_domain::time::Timestamp;
use wardkey_store::access::PolicySet;
use wardkey_store::{self as store, Tx};

use super::compiled::{self, Compiled};
use crate::audit::reason;
use crate::directory::require_fresh_factor;
use crate::{App, Error, Result};

/// How long there is to confirm what was published.
pub const CONFIRM_WITHIN: Duration = Duration::from_secs(10 * 60);

/// What publishing a text would come to.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The number of the set that is in force; nothing where none was ever published.
    pub base: Option<i64>,
    /// The text as it would be kept.
    pub text: String,
    /// What would change, line by line.
    pub diff: Vec<DiffLine>,
    /// Why it must not be published; nothing where it may be.
    pub problems: Vec<String>,
    /// Whether it can be replayed: also one that would strand somebody can, to see whom.
    pub can_be_replayed: bool,
}

/// What became of a text that was to be published.
#[derive(Clone, Debug)]
pub enum Publication {
    /// It is in force.
    Published(PolicySet),
    /// It is not, and nothing has changed.
    Refused(Vec<String>),
}

/// Says what publishing a text would come to. Changes nothing.
///
/// # Errors
/// When the actor may not manage policies.
pub async fn check_policies(app: &App, op: &Op, text: &str) -> Result<Draft> {
    op.require_everywhere(Action::ManagePolicies)?;
    let mut tx = app.store().read().await?;
    let in_force = compiled::compiled(app, &mut tx, op.now).await?;
    let base = in_force.set.as_ref().map(|set| set.version);
    match PolicyDocument::parse(text) {
        Err(error) => Ok(Draft {
            base,
            text: text.to_owned(),
            diff: Vec::new(),
            problems: vec![error.to_string()],
            can_be_replayed: false,
        }),
        Ok(document) => {
            let can_be_replayed = trial(&mut tx, op, &document).await?.is_ok();
            let problems = judge(&mut tx, op, &document).await?;
            let diff = document.diff(&in_force.document);
            Ok(Draft { base, text: document.text(), diff, problems, can_be_replayed })
        }
    }
}

/// Publishes a text in place of the set that was in force when it was written: `base` is that one's number.
///
/// A person confirms it from a session that began afterwards, or it is taken back; an operator has the command line to put things
/// right, and confirms nothing.
///
/// # Errors
/// When the actor may not, or gives no reason; `Conflict` when another set was published meanwhile.
pub async fn publish_policies(app: &App, op: &Op, text: &str, base: Option<i64>, why: &str) -> Result<Publication> {
    op.require_everywhere(Action::ManagePolicies)?;
    require_fresh_factor(app, op)?;
    let reason = reason(why)?;
    let document = match PolicyDocument::parse(text) {
        Ok(document) => document,
        Err(error) => return Ok(Publication::Refused(vec![error.to_string()])),
    };
    let mut tx = app.store().begin().await?;
    let in_force = compiled::compiled(app, &mut tx, op.now).await?;
    if in_force.set.as_ref().map(|set| set.version) != base {
        return Err(changed_meanwhile());
    }
    let problems = judge(&mut tx, op, &document).await?;
    if !problems.is_empty() {
        return Ok(Publication::Refused(problems));
    }
    store::access::policy_ids(&mut tx, &document.policy_names(), || app.id_entropy(), op.now).await?;
    let newest = store::access::list_policy_sets(&mut tx, 1).await?.first().map_or(0, |set| set.version);
    let by = op.account().map(|actor| actor.id);
    let set = PolicySet {
        version: newest + 1,
        published_at: op.now,
        published_by: by,
        reason: reason.as_str().to_owned(),
        confirm_by: by.map(|_| op.now.plus(CONFIRM_WITHIN)),
        confirmed_at: by.is_none().then_some(op.now),
        rolled_back_at: None,
    };
    if !store::access::insert_policy_set(&mut tx, &set, &document.text()).await? {
        return Err(changed_meanwhile());
    }
    let event = Event::PoliciesPublished { version: number(set.version), confirm_by: set.confirm_by, reason };
    store::audit::append(&mut tx, op, None, event).await?;
    tx.commit().await?;
    warm(app, op.now).await;
    Ok(Publication::Published(set))
}

/// Confirms the set that waits for it.
///
/// # Errors
/// `Conflict` when it does not wait any more, or the actor's session is older than it: whoever confirms has shown that people can
/// still sign in.
pub async fn confirm_policies(app: &App, op: &Op, version: i64) -> Result<()> {
    op.require_everywhere(Action::ManagePolicies)?;
    let mut tx = app.store().begin().await?;
    let (set, _) = store::access::find_policy_set(&mut tx, version).await?.ok_or(Error::NotFound("policies"))?;
    if let Some(actor) = op.account() {
        let session = store::session::session(&mut tx, actor.session).await?.ok_or(Error::NotFound("session"))?;
        // SECURITY: not one that goes on from before.
        if session.facts().started_at <= set.published_at {
            let why = "Sign out, sign in again, and confirm then: so it is sure that people can still sign in.";
            return Err(Error::Conflict(why.to_owned()));
        }
    }
    if !store::access::confirm_policy_set(&mut tx, version, op.now).await? {
        return Err(Error::Conflict("These policies do not wait to be confirmed any more.".to_owned()));
    }
    store::audit::append(&mut tx, op, None, Event::PoliciesConfirmed { version: number(version) }).await?;
    tx.commit().await?;
    warm(app, op.now).await;
    Ok(())
}

/// Takes back a set that waits to be confirmed: the one before is in force at once.
///
/// # Errors
/// `Conflict` when it does not wait any more.
pub async fn roll_back_policies(app: &App, op: &Op, version: i64) -> Result<()> {
    op.require_everywhere(Action::ManagePolicies)?;
    let mut tx = app.store().begin().await?;
    if !store::access::roll_back_policy_set(&mut tx, version, op.now).await? {
        let why = "These policies do not wait to be confirmed any more. Publish an older set anew instead.";
        return Err(Error::Conflict(why.to_owned()));
    }
    let event = Event::PoliciesRolledBack { version: number(version), by: "person".into() };
    store::audit::append(&mut tx, op, None, event).await?;
    tx.commit().await?;
    warm(app, op.now).await;
    Ok(())
}

/// Notes sets that nobody has confirmed in time; says how many. They have not been in force since that moment, whoever notes it.
pub async fn roll_back_lapsed(app: &App, op: &Op) -> Result<usize> {
    let mut tx = app.store().begin().await?;
    let mut count = 0;
    for set in store::access::list_lapsed_policy_sets(&mut tx, op.now).await? {
        if store::access::roll_back_policy_set(&mut tx, set.version, op.now).await? {
            let event = Event::PoliciesRolledBack { version: number(set.version), by: "nobody_confirmed".into() };
            store::audit::append(&mut tx, op, None, event).await?;
            count += 1;
        }
    }
    tx.commit().await?;
    Ok(count)
}

/// What is wrong with a document: in itself, and with whom it would strand.
async fn judge(tx: &mut Tx, op: &Op, document: &PolicyDocument) -> Result<Vec<String>> {
    let policies = match trial(tx, op, document).await? {
        Ok(policies) => policies,
        Err(problems) => return Ok(problems),
    };
    let administrators = store::access::list_administrators(tx, op.now).await?;
    let found = stranded(&policies, &administrators, op.now);
    let mut problems = Vec::with_capacity(found.len());
    for strands in found.iter().take(MOST_PROBLEMS) {
        problems.push(match strands {
            Strands::Organisation(id) => {
                let organisation = store::directory::find_organisation(tx, *id).await?;
                let name = organisation.map_or_else(|| id.to_string(), |organisation| organisation.name);
                format!("no administrator of {name} could sign in any more")
            }
            Strands::BreakGlass => "no account for breaking glass works: name one in `break-glass` that administers \
                                    and has a security key or a smartcard"
                .to_owned(),
        });
    }
    if found.len() > MOST_PROBLEMS {
        problems.push(format!("and {} more organisations", found.len() - MOST_PROBLEMS));
    }
    Ok(problems)
}

/// A document made ready to be tried, with the named locations that are active now; or what is wrong with it in itself.
pub(super) async fn trial(
    tx: &mut Tx,
    op: &Op,
    document: &PolicyDocument,
) -> Result<std::result::Result<Policies, Vec<String>>> {
    let names = store::access::names(tx, &document.wanted()).await?;
    let problems = document.problems(&names);
    if !problems.is_empty() {
        return Ok(Err(problems.iter().map(ToString::to_string).collect()));
    }
    let mut ids = store::access::list_policy_ids(tx).await?;
    for name in document.policy_names() {
        // It is not kept: any identifier does to try it.
        ids.entry(name).or_insert_with(|| wardkey_domain::id::PolicyId::new(op.now, [0; 10]));
    }
    let locations = compiled::locations(tx, op.now).await?;
    Ok(Ok(compiled::ready(document.clone(), names, ids, locations.ranges).await?))
}

/// How many of those who would be stranded are named.
const MOST_PROBLEMS: usize = 20;

/// Makes the policies in force ready before the next sign-in asks for them.
async fn warm(app: &App, now: Timestamp) {
    let ready = async {
        let mut tx = app.store().read().await?;
        compiled::compiled(app, &mut tx, now).await
    };
    if let Err(error) = ready.await {
        tracing::warn!(error = %error, "failed to make policies ready");
    }
}

fn number(version: i64) -> u32 {
    u32::try_from(version).unwrap_or(u32::MAX)
}

fn changed_meanwhile() -> Error {
    let why = "Other policies were published since this was written. Look at what has changed, and try again.";
    Error::Conflict(why.to_owned())
}

/// The set that is in force, and those before it.
#[derive(Clone, Debug)]
pub struct PolicyHistory {
    /// What is in force.
    pub in_force: Arc<Compiled>,
    /// The newest sets, the newest first.
    pub sets: Vec<PolicySet>,
    /// Who published them, by name.
    pub people: HashMap<wardkey_domain::id::AccountId, String>,
}

/// What is in force, and what was.
///
/// # Errors
/// When the actor may not see policies.
pub async fn policy_history(app: &App, op: &Op) -> Result<PolicyHistory> {
    require_sight(op)?;
    let mut tx = app.store().read().await?;
    let in_force = compiled::compiled(app, &mut tx, op.now).await?;
    let sets = store::access::list_policy_sets(&mut tx, 50).await?;
    let mut people = HashMap::new();
    for id in sets.iter().filter_map(|set| set.published_by) {
        if let Some(account) = store::directory::find_account(&mut tx, id).await? {
            people.insert(id, account.display_name);
        }
    }
    Ok(PolicyHistory { in_force, sets, people })
}

/// The text of a set; of the one in force where no number is given.
///
/// # Errors
/// When the actor may not see policies, or there is none of this number.
pub async fn policy_text(app: &App, op: &Op, version: Option<i64>) -> Result<String> {
    require_sight(op)?;
    let mut tx = app.store().read().await?;
    match version {
        None => Ok(compiled::compiled(app, &mut tx, op.now).await?.document.text()),
        Some(version) => {
            let found = store::access::find_policy_set(&mut tx, version).await?;
            found.map(|(_, text)| text).ok_or(Error::NotFound("policies"))
        }
    }
}

/// Whether the actor may see policies: whoever may anywhere, since they are one set for all.
pub fn may_see_policies(op: &Op) -> bool {
    op.extent(Action::SeePolicies) != Extent::Nothing
}

pub(super) fn require_sight(op: &Op) -> Result<()> {
    if may_see_policies(op) { Ok(()) } else { Err(Error::NotFound("page")) }
}
