//! Asking the trunk whether it is there.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rsipstack::sip::{Method, SipMessage, StatusCodeKind, Uri, typed};
use rsipstack::transaction::key::{TransactionKey, TransactionRole};
use rsipstack::transaction::make_tag;
use rsipstack::transaction::transaction::Transaction;

use super::desk::Desk;
use crate::voice::trunk::TrunkHealth;

/// Asks again and again, until the trunk is shut down.
pub async fn watch(desk: Arc<Desk>, health: Arc<Mutex<TrunkHealth>>) {
    let every = desk.settings.ping_every;
    if every == Duration::ZERO {
        return;
    }
    loop {
        let answered = ask(&desk).await.is_some();
        note(&health, answered);
        tokio::select! {
            () = desk.stop.cancelled() => return,
            () = tokio::time::sleep(every) => {}
        }
    }
}

/// Nothing is logged here: this thread has no log.
fn note(health: &Mutex<TrunkHealth>, answered: bool) {
    let mut health = health.lock().unwrap_or_else(PoisonError::into_inner);
    *health = match (answered, *health) {
        (true, _) => TrunkHealth::Up,
        (false, TrunkHealth::Up | TrunkHealth::Down) => TrunkHealth::Down,
        (false, TrunkHealth::Unknown | TrunkHealth::Silent) => TrunkHealth::Silent,
    };
}

/// Sends an OPTIONS [RFC 3261 §11]. Whatever is answered, a refusal too, shows that somebody is there.
async fn ask(desk: &Desk) -> Option<()> {
    let reached = desk.server.reach(&desk.endpoint.inner).await.ok()?;
    let host = desk.server.host();
    let uri = Uri::try_from(format!("sip:{host}")).ok()?;
    let us = Uri::try_from(format!("sip:{}@{host}", desk.settings.caller_id)).ok()?;
    let from = typed::From { display_name: None, uri: us, params: Vec::new() }.with_tag(make_tag());
    let to = typed::To { display_name: None, uri: uri.clone(), params: Vec::new() };
    let mut via = desk.endpoint.inner.get_via(None, None).ok()?;
    via.transport = desk.settings.transport.into();
    let id = desk.random::<8>().map(|byte| format!("{byte:02x}")).concat();
    let id = rsipstack::sip::headers::CallId::from(format!("ping-{id}"));
    let request = desk.endpoint.inner.make_request(Method::Options, uri, via, from, to, 1, Some(id));
    let key = TransactionKey::from_request(&request, TransactionRole::Client).ok()?;
    let mut transaction = Transaction::new_client(key, request, desk.endpoint.inner.clone(), None);
    transaction.destination = Some(reached.target.clone());
    let answer = async {
        transaction.send().await.ok()?;
        loop {
            match transaction.receive().await? {
                SipMessage::Response(answer) if answer.status_code.kind() != StatusCodeKind::Provisional => {
                    // The library makes a 408 of silence and a 503 of a broken connection.
                    return (!matches!(answer.status_code.code(), 408 | 503)).then_some(());
                }
                SipMessage::Response(_) | SipMessage::Request(_) => {}
            }
        }
    };
    let answered = tokio::time::timeout(desk.settings.answer_within, answer).await.ok().flatten();
    if answered.is_none() {
        reached.give_up(&desk.endpoint.inner);
    }
    answered
}
