//! The workers: they take what is due from the outbox, hand it over, and write down what came of it.
//!
//! Each message passes two transactions. In the first a worker takes it, and no other can; then it is handed over, while no
//! transaction is open; in the second the outcome is written down. A process that dies in between leaves a row that says
//! "being sent": after a while a text or a call is settled as unknown, and never sent again; an e-mail is tried again
//! ([`super::sweep`]).

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use wardkey_domain::message::{Channel, DeliveryState, Fate, HandOver as Answer, MessageKind};
use wardkey_domain::op::{Actor, Op, Origin};
use wardkey_gateway::call::CallPurpose;
use wardkey_gateway::hand_over::{HandOver, Next, Receipt, ReceiptState};
use wardkey_gateway::text::TextGateway;
use wardkey_store::message::ClaimedMessage;
use wardkey_store::{self as store};

use super::payload::Payload;
use super::sweep::count;
use super::{call, mail, push, text};
use crate::{App, Error, Result};

/// How long a worker looks away when nobody rings: another node may have written something.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// How long a worker that has taken a message is believed to live without a word. It outlasts the hand-over of a text; a call
/// renews it; a slow e-mail may go twice.
pub(super) const CLAIM_FOR: Duration = Duration::from_secs(90);
/// How old a text may be for its receipt to be asked for when a process starts: nobody looks at an older one's page.
const MISSED_FOR: Duration = Duration::from_secs(3_600);
/// How many such texts are asked for.
const MOST_MISSED: u32 = 200;

/// How many of one channel are handed over at once.
const fn at_once(channel: Channel) -> usize {
    match channel {
        // What is taken and not sent yet is unknown if the process dies just then, so it is no more than keeps a network busy.
        Channel::Text => 16,
        // Each holds a line for up to a minute; trunks have limits of their own.
        Channel::Call => 256,
        Channel::Push => 64,
        Channel::Mail => 8,
    }
}

/// The workers of one process. Dropped without [`Courier::stop`], they are cut off.
pub struct Courier {
    app: App,
    stop: CancellationToken,
    workers: JoinSet<()>,
}

impl Courier {
    /// Starts a worker for each channel that has a network, and one for each stream of receipts.
    pub fn start(app: &App) -> Self {
        let stop = CancellationToken::new();
        let mut workers = JoinSet::new();
        for channel in Channel::ALL.into_iter().filter(|channel| app.gateways().carries(*channel)) {
            let worker = Worker { app: app.clone(), channel, stop: stop.clone() };
            workers.spawn(async move { worker.work().await });
        }
        for gateway in app.gateways().text_gateways() {
            let (missed, stop_looking) = (look_up_missed(app.clone(), gateway.clone()), stop.clone());
            workers.spawn(async move {
                let _ = stop_looking.run_until_cancelled(missed).await;
            });
            if let Some(mut receipts) = gateway.receipts() {
                let (app, stop) = (app.clone(), stop.clone());
                workers.spawn(async move {
                    while let Some(Some(receipt)) = stop.run_until_cancelled(receipts.recv()).await {
                        take(&app, receipt).await;
                    }
                });
            }
        }
        Self { app: app.clone(), stop, workers }
    }

    /// Takes nothing more, waits for what is being handed over, and says goodbye to the networks.
    pub async fn stop(mut self) {
        self.stop.cancel();
        while self.workers.join_next().await.is_some() {}
        self.app.gateways().shut_down().await;
    }
}

struct Worker {
    app: App,
    channel: Channel,
    stop: CancellationToken,
}

impl Worker {
    async fn work(&self) {
        let places = Arc::new(Semaphore::new(at_once(self.channel)));
        let mut under_way = JoinSet::new();
        while !self.stop.is_cancelled() {
            while under_way.try_join_next().is_some() {}
            match self.take(&places, &mut under_way).await {
                Ok(true) => {}
                Ok(false) => self.wait().await,
                Err(error) => {
                    self.failed(&error);
                    self.wait().await;
                }
            }
        }
        while under_way.join_next().await.is_some() {}
    }

    /// Ends early when a message is written in this process, or when the server stops.
    async fn wait(&self) {
        let rung = tokio::time::timeout(LOOK_EVERY, self.app.wake().heard(self.channel));
        let _ = self.stop.run_until_cancelled(rung).await;
    }

    /// Takes what is due and hands it over, side by side; says whether there may be more.
    async fn take(&self, places: &Arc<Semaphore>, under_way: &mut JoinSet<()>) -> Result<bool> {
        let Ok(place) = Arc::clone(places).acquire_owned().await else { return Ok(false) };
        let now = self.app.now();
        let mut tx = self.app.store().read().await?;
        let due = store::message::has_due_messages(&mut tx, self.channel, now).await?;
        drop(tx);
        if !due {
            return Ok(false);
        }
        // One place is held already; as many more as are free right now.
        let mut held = vec![place];
        while let Ok(another) = Arc::clone(places).try_acquire_owned() {
            held.push(another);
        }
        let mut tx = self.app.store().begin().await?;
        let limit = u32::try_from(held.len()).unwrap_or(u32::MAX);
        let until = now.plus(CLAIM_FOR);
        let claimed = store::message::claim_messages(&mut tx, self.channel, now, until, limit).await?;
        tx.commit().await?;
        let any = !claimed.is_empty();
        for message in claimed {
            let place = held.pop();
            let (app, channel) = (self.app.clone(), self.channel);
            under_way.spawn(async move {
                let _place = place;
                if let Err(error) = deliver(&app, channel, message).await {
                    metrics::counter!("wardkey_message_failures_total", "channel" => channel.as_str()).increment(1);
                    tracing::error!(
                        channel = channel.as_str(),
                        error = &error as &dyn std::error::Error,
                        "failed to handle a message"
                    );
                }
            });
        }
        Ok(any)
    }

    fn failed(&self, error: &Error) {
        metrics::counter!("wardkey_message_failures_total", "channel" => self.channel.as_str()).increment(1);
        tracing::error!(
            channel = self.channel.as_str(),
            error = error as &dyn std::error::Error,
            "failed to look into the outbox"
        );
    }
}

/// Hands one message over and writes down what came of it.
async fn deliver(app: &App, channel: Channel, message: ClaimedMessage) -> Result<()> {
    let payload = Payload::from_bytes(&message.payload)?;
    match payload {
        Payload::Text { .. } => text::deliver(app, &message, payload).await,
        Payload::Push { credential, request } => push::deliver(app, &message, credential, request).await,
        Payload::Mail(mail) => mail::deliver(app, &message, *mail).await,
        Payload::Call { to, code, application, organisation, ods_code } => {
            let purpose = match message.kind {
                MessageKind::EnrolmentCall => CallPurpose::Enrolment,
                _ => CallPurpose::SignIn { application },
            };
            let order = call::Ordered { to, code, purpose, organisation, ods_code };
            call::deliver(app, &message, order).await
        }
    }?;
    metrics::histogram!("wardkey_message_seconds", "channel" => channel.as_str())
        .record(app.now().since(message.created_at).as_secs_f64());
    Ok(())
}

/// What a network's answer means for the message.
pub(super) fn answer_of(outcome: &HandOver) -> Answer {
    match outcome {
        HandOver::Accepted { .. } => Answer::Accepted,
        HandOver::Refused { next: Next::TryLater(wait), .. } => Answer::Later(*wait),
        HandOver::Refused { next: Next::TryAnother, .. } => Answer::Elsewhere,
        HandOver::Refused { next: Next::GiveUp, .. } => Answer::Never,
        HandOver::Unknown => Answer::Unclear,
    }
}

/// Writes down what came of handing `message` over to `gateway`.
///
/// It is tried until the database takes it: a message whose hand-over was acknowledged must not look abandoned.
pub(super) async fn settle(
    app: &App,
    message: &ClaimedMessage,
    gateway: &str,
    outcome: &HandOver,
    others: usize,
) -> Result<()> {
    let channel = message.kind.channel();
    let reference = match outcome {
        HandOver::Accepted { reference } => Some(reference.as_str()),
        HandOver::Refused { .. } | HandOver::Unknown => None,
    };
    let reason = match outcome {
        HandOver::Accepted { .. } => None,
        HandOver::Refused { .. } | HandOver::Unknown => Some(outcome.outcome()),
    };
    let now = app.now();
    let fate = Fate::after(answer_of(outcome), channel, message.tries, others, message.expires_at, now);
    let mut wait = Duration::from_millis(20);
    loop {
        match write_down(app, message, gateway, reference, reason, fate).await {
            Ok(()) => break,
            Err(error) if wait < Duration::from_secs(20) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "failed to write down what came of a message; trying again"
                );
                tokio::time::sleep(wait).await;
                wait *= 2;
            }
            Err(error) => return Err(error),
        }
    }
    match fate {
        Fate::State(state) => count(channel, state, 1),
        Fate::Again { .. } => app.wake().ring(channel),
    }
    Ok(())
}

async fn write_down(
    app: &App,
    message: &ClaimedMessage,
    gateway: &str,
    reference: Option<&str>,
    reason: Option<&str>,
    fate: Fate,
) -> Result<()> {
    let mut tx = app.store().begin().await?;
    match fate {
        Fate::State(state) => {
            let gateway = Some(gateway);
            store::message::settle_message(&mut tx, message.id, state, gateway, reference, reason, app.now()).await?;
        }
        Fate::Again { at, elsewhere } => {
            let refused_by = elsewhere.then_some(gateway);
            store::message::retry_message(&mut tx, message.id, at, refused_by, reason).await?;
        }
    }
    Ok(tx.commit().await?)
}

/// Asks what became of texts whose receipts came while no process listened.
async fn look_up_missed(app: App, gateway: TextGateway) {
    let awaited = async {
        let mut tx = app.store().read().await?;
        let since = app.now().minus(MISSED_FOR);
        Ok::<_, Error>(store::message::list_awaited_receipts(&mut tx, gateway.name(), since, MOST_MISSED).await?)
    };
    let awaited = match awaited.await {
        Ok(awaited) => awaited,
        Err(error) => {
            tracing::warn!(error = &error as &dyn std::error::Error, "failed to find texts whose receipts were missed");
            return;
        }
    };
    for message in awaited {
        if let Some(state) = gateway.look_up(&message.reference).await {
            take(&app, Receipt { gateway: gateway.name().to_owned(), reference: message.reference, state }).await;
        }
    }
}

/// Writes down what a network says of a message that it took.
async fn take(app: &App, receipt: Receipt) {
    let (state, reason) = match &receipt.state {
        ReceiptState::Delivered => (DeliveryState::Delivered, None),
        ReceiptState::Failed(why) => (DeliveryState::Failed, Some(why.as_str())),
        ReceiptState::Expired => (DeliveryState::Expired, None),
    };
    let noted = async {
        let mut tx = app.store().begin().await?;
        store::message::receive(&mut tx, &receipt.gateway, &receipt.reference, state, reason, app.now()).await?;
        Ok::<(), Error>(tx.commit().await?)
    };
    if let Err(error) = noted.await {
        tracing::warn!(gateway = receipt.gateway, error = &error as &dyn std::error::Error, "failed to note a receipt");
    }
}

/// A moment of the courier's own: what it does is nobody's request.
pub(super) fn op_of(app: &App) -> Op {
    app.op(Actor::System("deliver_messages"), Origin::default())
}
