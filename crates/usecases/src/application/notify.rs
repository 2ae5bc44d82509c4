//! Telling applications that a session has ended: queued with the deed, delivered by a job, tried again when it fails.

use std::time::Duration;

use wardkey_domain::audit::Event;
use wardkey_domain::id::KeyId;
use wardkey_domain::op::Op;
use wardkey_gateway::backchannel_logout::{self, Notice, NoticeError, SigningMaterial};
use wardkey_store as store;
use wardkey_store::application::LogoutNotice;

use crate::application::client;
use crate::application::signing_keys::signing_keys_for;
use crate::{App, Error, Result};

/// How many are claimed at once.
const BATCH: u32 = 16;
/// Waiting times between tries; after the last one the news is given up. The first must outlast a delivery, since it also
/// keeps other nodes away.
const WAITS: &[Duration] = &[
    Duration::from_secs(30),
    Duration::from_secs(2 * 60),
    Duration::from_secs(10 * 60),
    Duration::from_secs(60 * 60),
    Duration::from_secs(6 * 60 * 60),
];

/// Delivers the news that is due. Returns how many applications were told; call it again when it is not zero.
pub async fn deliver_logouts(app: &App, op: &Op) -> Result<usize> {
    let mut tx = app.store().read().await?;
    if !store::application::has_logout_notices(&mut tx, op.now).await? {
        return Ok(0);
    }
    drop(tx);
    let mut tx = app.store().begin().await?;
    let again_at = op.now.plus(WAITS.first().copied().unwrap_or_default());
    let notices = store::application::claim_logout_notices(&mut tx, op.now, again_at, BATCH).await?;
    tx.commit().await?;
    let mut deliveries = tokio::task::JoinSet::new();
    for notice in notices {
        let (app, op) = (app.clone(), op.clone());
        // Side by side: one application that does not answer must not keep the others from hearing.
        deliveries.spawn(async move { deliver(&app, &op, notice).await });
    }
    let mut delivered = 0;
    while let Some(outcome) = deliveries.join_next().await {
        match outcome.map_err(|error| Error::internal("deliver a logout token", error)).and_then(|outcome| outcome) {
            Ok(true) => delivered += 1,
            Ok(false) => {}
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "failed to handle a logout notice");
            }
        }
    }
    Ok(delivered)
}

async fn deliver(app: &App, op: &Op, notice: LogoutNotice) -> Result<bool> {
    let outcome = tell(app, op, &notice).await?;
    let (error, given_up) = match outcome {
        Ok(()) => return forget(app, op, &notice, None).await.map(|()| true),
        Err(None) => return forget(app, op, &notice, None).await.map(|()| false),
        Err(Some(error)) => {
            let tries = usize::try_from(notice.tries).unwrap_or(usize::MAX);
            let given_up = !error.is_passing() || tries > WAITS.len();
            (error, given_up)
        }
    };
    metrics::counter!("wardkey_backchannel_logout_failures_total").increment(1);
    tracing::warn!(
        application.id = %notice.application,
        tries = notice.tries,
        given_up,
        error = &error as &dyn std::error::Error,
        "failed to tell an application that a session has ended"
    );
    if given_up {
        forget(app, op, &notice, Some("undelivered")).await?;
    } else {
        let tries = usize::try_from(notice.tries).unwrap_or(usize::MAX);
        let wait = WAITS.get(tries.saturating_sub(1)).or(WAITS.last()).copied().unwrap_or_default();
        let mut tx = app.store().begin().await?;
        store::application::postpone_logout_notice(&mut tx, &notice, op.now.plus(wait)).await?;
        tx.commit().await?;
    }
    Ok(false)
}

/// Tells one application; `Err(None)` when it no longer wants to hear.
async fn tell(app: &App, op: &Op, notice: &LogoutNotice) -> Result<std::result::Result<(), Option<NoticeError>>> {
    let mut tx = app.store().read().await?;
    let client = client::find_by_id(&mut tx, notice.application).await?;
    drop(tx);
    let Some(client) = client else { return Ok(Err(None)) };
    let Some(address) = client.settings.backchannel_logout_uri.as_ref() else { return Ok(Err(None)) };
    let algorithm = client.settings.signing;
    let keys = signing_keys_for(app, algorithm).await?;
    let key = keys.current(algorithm).ok_or_else(|| Error::fault("find the signing key"))?;
    let kid = key.id.to_string();
    let said = Notice {
        issuer: app.settings().issuer.as_str(),
        client_id: client.client_id(),
        subject: &notice.account.to_string(),
        session: &notice.session.to_string(),
        id: &KeyId::new(op.now, app.id_entropy()).to_string(),
        now: app.now().as_seconds(),
    };
    let material = SigningMaterial { kid: &kid, algorithm, pkcs8: &key.pkcs8 };
    Ok(backchannel_logout::deliver(app.outbound(), address.as_str(), &material, &said).await.map_err(Some))
}

async fn forget(app: &App, op: &Op, notice: &LogoutNotice, undelivered: Option<&'static str>) -> Result<()> {
    let mut tx = app.store().begin().await?;
    store::application::delete_logout_notice(&mut tx, notice).await?;
    if let Some(why) = undelivered {
        let event =
            Event::LogoutUndelivered { application: notice.application, session: notice.session, why: why.into() };
        store::audit::append(&mut tx, op, Some(notice.organisation), event).await?;
    }
    tx.commit().await?;
    Ok(())
}
