//! Making a call, and noting how it goes.

use wardkey_domain::directory::OdsCode;
use wardkey_domain::factor::telephone::PhoneNumber;
use wardkey_domain::factor::voice_call::{CallMode, CallOutcome, CallStanding};
use wardkey_domain::message::{DeliveryState, Fate, HandOver as Answer};
use wardkey_domain::secret::Secret;
use wardkey_gateway::call::{Call, CallEnd, CallNext, CallProgress, CallPurpose};
use wardkey_store::message::{ClaimedMessage, ReportedMessage};
use wardkey_store::{self as store};

use super::courier::{CLAIM_FOR, op_of};
use super::report::report_in;
use super::sweep::count;
use crate::{App, Result};

/// A call as the outbox has it.
pub(super) struct Ordered {
    pub(super) to: PhoneNumber,
    pub(super) code: Option<String>,
    pub(super) purpose: CallPurpose,
    pub(super) organisation: String,
    pub(super) ods_code: OdsCode,
}

/// Makes a call by the first network that may take it, and stays with it to its end.
pub(super) async fn deliver(app: &App, message: &ClaimedMessage, ordered: Ordered) -> Result<()> {
    let lines = app.gateways().voices(&message.refused_by, app.now());
    let Some(line) = lines.first() else {
        return again(app, message, "none", 0).await;
    };
    let call = Call {
        id: message.id.to_string(),
        to: ordered.to.e164().to_owned(),
        extension: ordered.to.extension().map(str::to_owned),
        mode: ordered.code.map_or(CallMode::PressHash, |code| CallMode::TypeCode(Secret::new(code))),
        purpose: ordered.purpose,
        organisation: ordered.organisation,
        ods_code: ordered.ods_code,
        rules: app.settings().signin.voice_call.conversation,
        ring_for: app.settings().message.ring_for,
    };
    let (heard, mut progress) = tokio::sync::mpsc::unbounded_channel();
    let calling = line.gateway.call(call, move |step| {
        // Nobody listens once the call is settled.
        let _ = heard.send(step);
    });
    tokio::pin!(calling);
    let mut decided = false;
    // A call may take longer than a worker is believed to live without a word.
    let mut alive = tokio::time::interval_at(tokio::time::Instant::now() + CLAIM_FOR / 3, CLAIM_FOR / 3);
    let end: CallEnd = loop {
        tokio::select! {
            end = &mut calling => break end,
            Some(step) = progress.recv() => decided |= note(app, message, line.gateway.name(), step).await,
            _ = alive.tick() => keep_claim(app, message).await,
        }
    };
    while let Ok(step) = progress.try_recv() {
        decided |= note(app, message, line.gateway.name(), step).await;
    }
    line.health.learn(end.sign, message.id, app.now());
    if end.next == CallNext::TryAnother && !decided {
        return again(app, message, line.gateway.name(), lines.len() - 1).await;
    }
    if !decided {
        settle(app, message, line.gateway.name(), end.outcome).await?;
    }
    Ok(())
}

/// Notes how far a call has come; says whether that settled it. A call that has decided is settled at once: the person
/// looks at the page, not at the telephone, while the voice says goodbye.
async fn note(app: &App, message: &ClaimedMessage, gateway: &str, step: CallProgress) -> bool {
    let standing = match step {
        CallProgress::Dialling => CallStanding::Dialling,
        CallProgress::Ringing => CallStanding::Ringing,
        CallProgress::Answered => CallStanding::Answered,
        CallProgress::Decided(outcome) => return settle(app, message, gateway, outcome).await.is_ok(),
    };
    let noted = async {
        let mut tx = app.store().begin().await?;
        let until = app.now().plus(CLAIM_FOR);
        store::message::set_call_standing(&mut tx, message.id, standing, until).await?;
        Ok::<(), crate::Error>(tx.commit().await?)
    };
    if let Err(error) = noted.await {
        tracing::warn!(error = &error as &dyn std::error::Error, "failed to note how a call stands");
    }
    false
}

/// Says that this call is still under way, so that nobody takes its worker for dead.
async fn keep_claim(app: &App, message: &ClaimedMessage) {
    let kept = async {
        let mut tx = app.store().begin().await?;
        store::message::keep_claim(&mut tx, message.id, app.now().plus(CLAIM_FOR)).await?;
        Ok::<(), crate::Error>(tx.commit().await?)
    };
    if let Err(error) = kept.await {
        tracing::warn!(error = &error as &dyn std::error::Error, "failed to note that a call is under way");
    }
}

async fn settle(app: &App, message: &ClaimedMessage, gateway: &str, outcome: CallOutcome) -> Result<()> {
    let mut tx = app.store().begin().await?;
    let op = op_of(app);
    store::message::settle_call(&mut tx, message.id, outcome, gateway, op.now).await?;
    // SECURITY: whatever the row says by now. The caller was thanked for telling us.
    if outcome == CallOutcome::Reported {
        let flow = store::message::flow_of(&mut tx, message.id).await?;
        let reported = ReportedMessage {
            id: message.id,
            kind: message.kind,
            account: message.account,
            organisation: message.organisation,
            flow,
        };
        report_in(app, &mut tx, &op, reported).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// No telephone has rung: another network, or the same one later.
async fn again(app: &App, message: &ClaimedMessage, gateway: &str, others: usize) -> Result<()> {
    let channel = message.kind.channel();
    let now = app.now();
    let fate = Fate::after(Answer::Elsewhere, channel, message.tries, others, message.expires_at, now);
    let mut tx = app.store().begin().await?;
    match fate {
        // Somebody waits for a telephone to ring: a network that is down for several tries will not ring it.
        Fate::Again { .. } if message.tries >= MOST_TRIES => {
            store::message::settle_call(&mut tx, message.id, CallOutcome::ServiceError, gateway, now).await?;
            count(channel, DeliveryState::Failed, 1);
        }
        Fate::Again { at, elsewhere } => {
            let refused_by = elsewhere.then_some(gateway);
            store::message::retry_message(&mut tx, message.id, at, refused_by, Some("refused")).await?;
        }
        Fate::State(state) => {
            store::message::settle_message(&mut tx, message.id, state, Some(gateway), None, None, now).await?;
            count(channel, state, 1);
        }
    }
    tx.commit().await?;
    app.wake().ring(channel);
    Ok(())
}

/// After so many tries a call has failed, and the page says so while somebody still looks at it.
const MOST_TRIES: u32 = 4;
