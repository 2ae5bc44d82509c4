//! Reading a smartcard at the address where browsers show one [MET-6].

use wardkey_domain::audit::Event;
use wardkey_domain::factor::FactorKind;
use wardkey_domain::factor::smartcard::{CardFailure, PresentedCard, inspect, present};
use wardkey_domain::op::Op;
use wardkey_domain::secret::Secret;
use wardkey_domain::signin::{Flow, Refusal};
use wardkey_store::{self as store, Tx};

use super::card_status::standings;
use super::card_ticket::{CardFor, CardTicket};
use super::own;
use crate::{App, Error, Result};

/// What became of a card that was shown.
#[derive(Clone, Debug)]
pub enum CardReading {
    /// It is in order. Whether it is the right one is for the page that it was shown for to say.
    Read {
        /// What the browser takes there.
        receipt: Secret<String>,
        /// What it was shown for.
        shown_for: CardFor,
    },
    /// It is not.
    Refused {
        /// Why.
        failure: CardFailure,
        /// What it was shown for.
        shown_for: CardFor,
    },
    /// No page of ours has sent the browser here, or too long ago.
    NoTicket,
}

/// Reads the card that a browser has shown with a ticket: its certificate first, then those above it.
///
/// Nobody is known here but by the ticket, and no transaction is open while authorities are asked.
pub async fn read_card(app: &App, op: &Op, ticket: &str, chain: &[Vec<u8>]) -> Result<CardReading> {
    let mut tx = app.store().read().await?;
    let Some(ticket) = CardTicket::read(&tx, ticket, op.now) else { return Ok(CardReading::NoTicket) };
    if !is_awaited(&mut tx, op, &ticket).await? {
        return Ok(CardReading::NoTicket);
    }
    drop(tx);
    let shown_for = ticket.shown_for;
    match checked(app, op, chain).await {
        Ok(card) => {
            let tx = app.store().read().await?;
            Ok(CardReading::Read { receipt: ticket.receipt(&tx, &card)?, shown_for })
        }
        Err(failure) => refused(app, op, ticket, failure).await,
    }
}

/// Whether what a ticket is for still waits: a sign-in that has ended, or a card that is linked since, waits for none.
async fn is_awaited(tx: &mut Tx, op: &Op, ticket: &CardTicket) -> Result<bool> {
    match ticket.shown_for {
        CardFor::SignIn(flow) | CardFor::Enrolment(flow) => {
            let stored = store::signin::flow_by_id(tx, flow).await?.filter(|stored| !stored.is_reported);
            let flow = stored.and_then(|stored| Flow::resume(op, &stored.saved).ok());
            Ok(flow.is_some_and(|flow| flow.account() == Some(ticket.account)))
        }
        CardFor::Adding(credential) => {
            let all = store::credential::list_credentials(tx, ticket.account).await?;
            Ok(all.iter().any(|each| each.id == credential && !each.is_active()))
        }
    }
}

/// A card that was refused, noted in the audit of the account that it was shown for.
pub(super) async fn refused(app: &App, op: &Op, ticket: CardTicket, failure: CardFailure) -> Result<CardReading> {
    let (refusal, shown_for) = (Refusal::CardFailed(failure), ticket.shown_for);
    let mut tx = app.store().begin().await?;
    let account = store::directory::find_account(&mut tx, ticket.account).await?.ok_or(Error::NotFound("account"))?;
    if let CardFor::Adding(_) = shown_for {
        drop(tx);
        own::note_refusal(app, op, &account, FactorKind::Smartcard, &refusal).await?;
        return Ok(CardReading::Refused { failure, shown_for });
    }
    metrics::counter!("wardkey_sign_in_refused_total", "refusal" => refusal.as_str()).increment(1);
    let refusal = refusal.as_str().into();
    let event = Event::SignInRefused { account: Some(account.id), application: None, refusal, count: 1 };
    store::audit::append(&mut tx, op, Some(account.organisation), event).await?;
    tx.commit().await?;
    Ok(CardReading::Refused { failure, shown_for })
}

/// Checks the card, and asks whoever issued it whether it was revoked.
async fn checked(app: &App, op: &Op, chain: &[Vec<u8>]) -> std::result::Result<PresentedCard, CardFailure> {
    let rules = &app.settings().signin.smartcard;
    let card = inspect(rules, chain, op.now)?;
    let standings = standings(app, &card, op.now).await;
    present(rules, &card, &standings, op.now)
}
