//! Keeping what was decided of sign-ins, for whoever asks why, for impact and for replay [CA-9, CA-11].

use std::time::Duration;

use wardkey_domain::access::history::{Experience, KeptSignIn, Shown, report};
use wardkey_domain::access::{PolicyState, SignInRequest, evaluate};
use wardkey_domain::id::{AccountId, DecisionId, OrganisationId};
use wardkey_domain::op::Op;
use wardkey_domain::session::Session;
use wardkey_store::access::{KeptDecision, PolicyResult};
use wardkey_store::{self as store, Tx};

use super::explain::reasons;
use super::{account_facts, compiled::compiled, connection};
use crate::{App, Error, Result};

/// How long decisions are kept: as long as a replay looks back, and a day.
pub const KEPT_FOR: Duration = Duration::from_secs(31 * 86_400);

/// How many are forgotten at once.
const PURGE: u32 = 2_000;

/// Keeps what was decided of a sign-in that has come to its end.
pub(crate) async fn record_sign_in(app: &App, tx: &mut Tx, op: &Op, kept: KeptSignIn) -> Result<()> {
    record(app, tx, op, kept, Experience::Unprompted).await
}

/// Keeps what was decided of a sign-in that was refused to somebody who has proved their password.
pub(crate) async fn record_refused(
    app: &App,
    tx: &mut Tx,
    op: &Op,
    account: AccountId,
    request: &SignInRequest,
) -> Result<()> {
    let Some(account) = store::directory::find_account(tx, account).await? else { return Ok(()) };
    let facts = account_facts(tx, op, &account).await?;
    let connection = connection(app, tx, op, account.id).await?;
    let kept = KeptSignIn::of(&facts.signals(request, connection), Vec::new(), false);
    record(app, tx, op, kept, Experience::Stranded).await
}

/// What is known of a session that goes on to where a request leads.
pub(super) async fn known_of_session(
    app: &App,
    tx: &mut Tx,
    op: &Op,
    session: &Session,
    request: &SignInRequest,
) -> Result<Option<KeptSignIn>> {
    let Some(account) = store::directory::find_account(tx, session.account()).await? else { return Ok(None) };
    let facts = account_facts(tx, op, &account).await?;
    let connection = connection(app, tx, op, account.id).await?;
    let shown = session.facts().proofs.iter();
    let shown = shown.map(|proof| Shown { factor: proof.factor, at: proof.at, is_enrolment: proof.is_enrolment });
    Ok(Some(KeptSignIn::of(&facts.signals(request, connection), shown.collect(), true)))
}

/// Keeps it; what was met was at least as hard as `least`.
async fn record(app: &App, tx: &mut Tx, op: &Op, known: KeptSignIn, least: Experience) -> Result<()> {
    let compiled = compiled(app, tx, op.now).await?;
    let decision = evaluate(&compiled.policies, &known.signals());
    let outcome = known.experience_of(&decision.access).max(least);
    let would_be = decision.would_be.as_ref().map(|access| known.experience_of(access).max(least));
    let results = report(&compiled.policies, &known, &decision);
    let only_reports = |id| {
        let policy = compiled.policies.list().iter().find(|policy| policy.id == id);
        policy.is_some_and(|policy| policy.state == PolicyState::ReportOnly)
    };
    let results: Vec<_> = results
        .into_iter()
        .map(|(policy, result)| PolicyResult { policy, only_reported: only_reports(policy), result })
        .collect();
    let organisation: OrganisationId =
        known.organisations.first().copied().ok_or_else(|| Error::fault("find the organisation of a sign-in"))?;
    let kept = KeptDecision {
        id: DecisionId::new(op.now, app.id_entropy()),
        organisation,
        outcome,
        would_be: would_be.filter(|would_be| *would_be != outcome),
        reasons: reasons(&compiled, &decision.access),
        known,
    };
    store::access::insert_decision(tx, &kept, &results).await?;
    Ok(())
}

/// Forgets decisions and replays that are older than is looked back; says whether there is more to do.
///
/// # Errors
/// When the database does not answer.
pub async fn purge_decisions(app: &App, op: &Op) -> Result<bool> {
    let mut tx = app.store().begin().await?;
    let before = op.now.minus(KEPT_FOR);
    let purged = store::access::purge_decisions(&mut tx, before, PURGE).await?;
    store::access::purge_replays(&mut tx, before).await?;
    tx.commit().await?;
    Ok(purged >= u64::from(PURGE))
}
