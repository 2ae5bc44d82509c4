//! Smartcards in a sign-in.

use wardkey_domain::op::Op;
use wardkey_domain::signin::Event;
use wardkey_store as store;

use crate::credential::{CardFor, card_of};
use crate::signin::advance::{known_person, over, wrong_step};
use crate::signin::perform::{Guess, Settling};
use crate::signin::step::step;
use crate::signin::{Advance, flow_token};
use crate::{App, Error, Result};

/// Goes on with the card that a receipt is for.
pub(super) async fn advance(app: &App, op: &Op, token: &str, receipt: &str) -> Result<Advance> {
    let mut tx = app.store().begin().await?;
    let resumed = match flow_token::resume(&mut tx, op, token).await? {
        Ok(resumed) => resumed,
        Err(refusal) => return Ok(over(app, op, refusal)),
    };
    let settling = Settling::of(&resumed, Guess::none());
    let Some(person) = known_person(app, &mut tx, op, &resumed).await? else {
        return settling.settle(app, op, tx, wrong_step(resumed)).await;
    };
    let flow = resumed.flow.id();
    let event = if resumed.flow.awaits_new_card().is_some() {
        let card = card_of(&tx, CardFor::Enrolment(flow), receipt);
        let account = store::directory::find_account(&mut tx, person.id).await?;
        let address = account.ok_or(Error::NotFound("account"))?.address;
        Event::EnrolmentCardPresented { person, address, card }
    } else {
        let card = card_of(&tx, CardFor::SignIn(flow), receipt);
        let cards = store::credential::list_cards(&mut tx, person.id).await?;
        Event::CardPresented { person, cards, card }
    };
    let step = step(app, op, &mut tx, resumed.flow, event).await?;
    settling.settle(app, op, tx, step).await
}
