//! Giving up what is too old, and forgetting what is long over.

use wardkey_domain::message::{Channel, DeliveryState, Fate};
use wardkey_domain::op::Op;
use wardkey_store as store;

use crate::{App, Result};

/// How many are looked at in one round.
const BATCH: u32 = 200;

/// Gives up messages that are too old to be sent, decides about those whose worker has died, and forgets old ones.
pub async fn sweep(app: &App, op: &Op) -> Result<()> {
    let mut tx = app.store().begin().await?;
    let expired = store::message::expire_messages(&mut tx, op.now).await?;
    let abandoned = store::message::list_abandoned_messages(&mut tx, op.now, BATCH).await?;
    for (id, channel) in &abandoned {
        match Fate::of_abandoned(*channel, op.now) {
            Fate::Again { at, .. } => {
                store::message::retry_message(&mut tx, *id, at, None, Some("abandoned")).await?;
            }
            Fate::State(state) => {
                let why = Some("abandoned");
                store::message::settle_message(&mut tx, *id, state, None, None, why, op.now).await?;
                count(*channel, state, 1);
            }
        }
    }
    store::message::delete_old_messages(&mut tx, op.now.minus(app.settings().message.keep)).await?;
    store::message::delete_ended_budgets(&mut tx, op.now).await?;
    tx.commit().await?;
    if expired > 0 {
        metrics::counter!("wardkey_messages_expired_total").increment(expired);
    }
    Ok(())
}

/// Counts messages that came to an end.
pub(super) fn count(channel: Channel, state: DeliveryState, number: u64) {
    metrics::counter!("wardkey_messages_total", "channel" => channel.as_str(), "state" => state.as_str())
        .increment(number);
}
