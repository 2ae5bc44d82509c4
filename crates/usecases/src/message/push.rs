//! Waking an app: a message that says nothing but that there is something to ask for.

use std::sync::Arc;

use wardkey_domain::factor::push::AskedApp;
use wardkey_domain::id::{CredentialId, KeyId, MessageId, PushRequestId};
use wardkey_domain::message::MessageKind;
use wardkey_domain::op::Op;
use wardkey_gateway::ambient::Ambient;
use wardkey_gateway::hand_over::{HandOver, RefusedWhy};
use wardkey_gateway::push::{NewVapidKey, PushSender, PushTo, WakeUp};
use wardkey_store::message::{ClaimedMessage, NewMessage};
use wardkey_store::{self as store, Tx};

use super::courier::settle;
use super::payload::Payload;
use crate::signin::Asker;
use crate::{App, Error, Result};

/// Writes a wake-up into the outbox, if the app said where it is woken. One that did not sees the request when it is opened.
pub(crate) async fn wake_app(app: &App, tx: &mut Tx, op: &Op, asker: &Asker, asked: &AskedApp) -> Result<()> {
    if store::credential::find_subscription(tx, asked.credential).await?.is_none() {
        return Ok(());
    }
    let payload = Payload::Push { credential: asked.credential, request: asked.request };
    let message = NewMessage {
        id: MessageId::new(op.now, app.id_entropy()),
        kind: MessageKind::SignInPush,
        account: asker.account,
        organisation: asker.organisation,
        flow: asker.flow,
        payload: &payload.to_bytes()?,
        expires_at: asked.expires_at,
        report: None,
    };
    Ok(store::message::insert_message(tx, &message, op.now).await?)
}

/// Hands a wake-up over to the push service of the app's browser.
pub(super) async fn deliver(
    app: &App,
    message: &ClaimedMessage,
    credential: CredentialId,
    request: PushRequestId,
) -> Result<()> {
    let mut tx = app.store().read().await?;
    let subscription = store::credential::find_subscription(&mut tx, credential).await?;
    let is_open = store::credential::find_push_request(&mut tx, request).await?.is_some();
    drop(tx);
    if !is_open {
        // Answered or taken back while this waited for a push service: there is nothing to see any more.
        return settle(app, message, NAME, &HandOver::give_up(RefusedWhy::Expired), 0).await;
    }
    let Some(subscription) = subscription else {
        return settle(app, message, NAME, &HandOver::give_up(RefusedWhy::Recipient), 0).await;
    };
    // SECURITY: nothing personal, and never the number: the push service and the phone's lock screen are not ours.
    let plain = serde_json::json!({"v": 1, "account": credential, "request": request}).to_string();
    let topic = request.uuid().simple().to_string();
    let good_for = message.expires_at.since(app.now());
    let to = PushTo { endpoint: &subscription.endpoint, p256dh: &subscription.p256dh, auth: &subscription.auth };
    let wake_up = WakeUp { plain: plain.as_bytes(), topic: &topic, good_for };
    let outcome = app.push_sender().await?.send(app.push_outbound(), to, wake_up).await;
    if matches!(outcome, HandOver::Refused { why: RefusedWhy::Recipient, .. }) {
        // The browser has unsubscribed: the app is asked all the same, and sees it when it is opened.
        let mut tx = app.store().begin().await?;
        store::credential::delete_dead_subscription(&mut tx, credential, &subscription).await?;
        tx.commit().await?;
    }
    settle(app, message, NAME, &outcome, 0).await
}

const NAME: &str = "push";

/// Reads the key by which push services know us; the first time makes it.
pub(crate) async fn open_push_sender(app: &App) -> Result<Arc<PushSender>> {
    let mut tx = app.store().read().await?;
    let found = store::credential::find_vapid_key(&mut tx).await?;
    drop(tx);
    let key = match found {
        Some(key) => key,
        None => {
            let now = app.now();
            let new =
                NewVapidKey::generate().map_err(|error| Error::internal("make a key for push services", error))?;
            let mut tx = app.store().begin().await?;
            store::credential::insert_vapid_key(&mut tx, KeyId::new(now, app.id_entropy()), &new, now).await?;
            // Another node may have been faster.
            let kept = store::credential::find_vapid_key(&mut tx).await?.unwrap_or(new);
            tx.commit().await?;
            kept
        }
    };
    let ambient = Ambient { clock: app.clock(), random: app.random_source() };
    let sender = PushSender::new(&key, app.settings().push_contact(), ambient);
    sender.map(Arc::new).map_err(|error| Error::internal("read the key for push services", error))
}
