//! The new password's step: judged, hashed, and proved to be known.

use wardkey_domain::op::Op;
use wardkey_domain::secret::Secret;
use wardkey_domain::signin::{Event, Refusal, Step};

use crate::credential::{NewPasswordVerdict, judge_new_password};
use crate::signin::advance::{over, wrong_step};
use crate::signin::perform::{Guess, Settling};
use crate::signin::step::step;
use crate::signin::{Advance, flow_token, load};
use crate::{App, Error, Result};

/// Sets a new password in a sign-in that awaits one.
pub(super) async fn advance(
    app: &App,
    op: &Op,
    token: &str,
    password: Secret<String>,
    again: Secret<String>,
) -> Result<Advance> {
    let mut tx = app.store().begin().await?;
    let resumed = match flow_token::resume(&mut tx, op, token).await? {
        Ok(resumed) => resumed,
        Err(refusal) => return Ok(over(app, op, refusal)),
    };
    let settling = Settling::of(&resumed, Guess::none());
    // SECURITY: nobody who has not proved anything makes us hash.
    let Some(account) = resumed.flow.account().filter(|_| resumed.flow.awaits_new_password()) else {
        return settling.settle(app, op, tx, wrong_step(resumed)).await;
    };
    if password != again {
        return settling.settle(app, op, tx, Step::Refused(Some(resumed.flow), Refusal::PasswordsDiffer)).await;
    }
    drop(tx);
    let judged = match judge_new_password(app, op, account, &password).await? {
        NewPasswordVerdict::Refused(broken) => Err(broken),
        // The proof that the person knows it is that what was typed matches it, as at any sign-in.
        NewPasswordVerdict::Accepted(hash) => Ok((app.hashing().verify(hash.clone(), password, op.now).await?, hash)),
    };
    let mut tx = app.store().begin().await?;
    let step = match judged {
        Err(broken) => Step::Refused(Some(resumed.flow), Refusal::NewPasswordRefused(broken)),
        Ok((verdict, hash)) => {
            let person = load::person(app, &mut tx, op, account).await?.ok_or(Error::NotFound("account"))?;
            let event = Event::PasswordChosen { person, hash, verdict };
            step(app, op, &mut tx, resumed.flow, event).await?
        }
    };
    settling.settle(app, op, tx, step).await
}
