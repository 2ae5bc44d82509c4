//! Showing a sign-in's page again.

use wardkey_domain::op::Op;
use wardkey_domain::signin::{Event, Step};
use wardkey_store::signin as rows;

use crate::signin::present::{self, Shown};
use crate::signin::step::step;
use crate::signin::{Screen, flow_token, load};
use crate::{App, Result};

/// The page that a browser's sign-in stands at; an ended one shows why.
///
/// The account is looked at anew, so a page never outlives a change to it.
pub async fn view(app: &App, op: &Op, token: &str) -> Result<Screen> {
    let mut tx = app.store().read().await?;
    let resumed = match flow_token::resume(&mut tx, op, token).await? {
        Ok(resumed) => resumed,
        Err(refusal) => return Ok(present::ended(app, refusal, op.now)),
    };
    let person = match resumed.flow.account() {
        None => None,
        Some(id) => load::person(app, &mut tx, op, id).await?,
    };
    let (shown, before) = (Shown::of(&resumed.flow), resumed.flow.save());
    match step(app, op, &mut tx, resumed.flow, Event::Looked { person }).await? {
        Step::Ask(flow, challenge, _) => {
            let screen = present::screen(app, &mut tx, Shown::of(&flow), challenge).await?;
            // Mostly nothing has changed, and a page that is only looked at must not get in the way of the one that is sent.
            if flow.save() != before {
                drop(tx);
                let mut tx = app.store().begin().await?;
                if rows::save_flow(&mut tx, &flow, resumed.version).await? {
                    tx.commit().await?;
                }
            }
            Ok(screen)
        }
        Step::Refused(_, refusal) => present::refused(app, &mut tx, shown, refusal, None).await,
        // Looking proves nothing, so neither can happen; both would be a fault of the engine.
        Step::Wait(_) | Step::Done(..) => Err(crate::Error::fault("look at a sign-in: it moved on by itself")),
    }
}
