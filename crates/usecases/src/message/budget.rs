//! Counting a text or a call before it is written.

use std::time::Duration;

use wardkey_domain::message::{BudgetVerdict, Channel, Sending};
use wardkey_domain::op::Op;
use wardkey_domain::time::Timestamp;
use wardkey_store::{self as store, Tx};

use crate::{App, Result};

/// When too many calls of an organisation are under way, the next is worth asking for after this long.
const LINES_FREE_AFTER: Duration = Duration::from_secs(30);

/// Counts one more message; `None` when there may be one, or until when there may be none.
pub(crate) async fn reserve(app: &App, tx: &mut Tx, op: &Op, sending: &Sending<'_>) -> Result<Option<Timestamp>> {
    let (budgets, channel) = (app.settings().message.budgets, sending.channel);
    let refused = |why: &'static str| {
        metrics::counter!("wardkey_messages_refused_total", "channel" => channel.as_str(), "why" => why).increment(1);
    };
    let counted = store::message::lock_budgets(tx, budgets.gauges(sending, op.now)).await?;
    if let BudgetVerdict::Spent { until } = counted.judge() {
        refused("budget");
        return Ok(Some(until));
    }
    // SECURITY: the organisation's budget is locked, so nobody else orders a call for it between this look and the row.
    if channel == Channel::Call
        && store::message::count_calls_at_once(tx, sending.organisation, op.now).await?
            >= budgets.organisation_calls_at_once
    {
        refused("lines");
        return Ok(Some(op.now.plus(LINES_FREE_AFTER)));
    }
    store::message::spend_budgets(tx, &counted).await?;
    Ok(None)
}
