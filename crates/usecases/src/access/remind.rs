//! Telling people that their prompts return soon.

use wardkey_domain::message::{Channel, MessageKind};
use wardkey_domain::op::Op;
use wardkey_store as store;

use crate::message::{Notice, notify};
use crate::{App, Result};

/// How many people one round of the job tells.
const ROUND: u32 = 100;

/// Tells people whose prompts return soon, once for each step, whichever node is first; says whether there is more. It changes
/// nothing, so it is no event.
///
/// # Errors
/// When the store fails.
pub async fn remind_of_ends(app: &App, op: &Op) -> Result<bool> {
    let soon = store::access::list_ending_soon(&mut app.store().read().await?, op.now, ROUND).await?;
    let more = soon.len() >= usize::try_from(ROUND).unwrap_or(usize::MAX);
    for (exception, was) in soon {
        let mut tx = app.store().begin().await?;
        let next = exception.next_reminder(op.now);
        if !store::access::save_reminded(&mut tx, exception.id, was, next).await? {
            continue;
        }
        let re_enrol = store::access::owes_re_enrolment(&mut tx, exception.id).await?;
        let until = exception.until(op.now);
        let notice = Notice { until, re_enrol, ..Notice::new(MessageKind::ExceptionEnding, exception.account) };
        notify(app, &mut tx, op, notice).await?;
        tx.commit().await?;
        app.wake().ring(Channel::Mail);
    }
    Ok(more)
}
