//! What carries a smartcard from our pages to its own address and back: a ticket and a receipt.
//!
//! A browser shows a card while it connects, so cards are shown at an address of their own, where nobody has a cookie of ours.
//! A page hands the browser a *ticket*, which says what the card is shown for; the card's address reads the card and hands back
//! a *receipt*. Both are sealed, so that nobody else can write or read one, and both travel in forms, never in an address.
//!
//! SECURITY: a receipt counts for the one sign-in, or the one enrolment, that its ticket was for, and only the browser that has
//! shown the card gets it. So who sends somebody else a ticket of their own gets nothing back.

use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use wardkey_domain::factor::smartcard::{CardFailure, PresentedCard};
use wardkey_domain::id::{AccountId, CredentialId, FlowId};
use wardkey_domain::secret::Secret;
use wardkey_domain::time::Timestamp;
use wardkey_store::{SealedAt, Tx};

use crate::Result;

/// What a card is shown for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CardFor {
    /// To sign in.
    SignIn(FlowId),
    /// To be linked on the way in.
    Enrolment(FlowId),
    /// To be linked in a session.
    Adding(CredentialId),
}

/// What a ticket says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CardTicket {
    pub(crate) shown_for: CardFor,
    pub(crate) account: AccountId,
    pub(crate) until: Timestamp,
}

impl CardFor {
    const fn uuid(self) -> Uuid {
        match self {
            Self::SignIn(flow) | Self::Enrolment(flow) => flow.uuid(),
            Self::Adding(credential) => credential.uuid(),
        }
    }
}

impl CardTicket {
    const SEALED_AT: SealedAt = SealedAt { table: "card_tickets", id: Uuid::nil(), column: "ticket" };

    /// The ticket as a form carries it.
    pub(crate) fn text(&self, tx: &Tx) -> Result<Secret<String>> {
        let bytes = serde_json::to_vec(self).unwrap_or_default();
        Ok(Secret::new(BASE64URL_NOPAD.encode(&tx.seal(Self::SEALED_AT, &bytes)?)))
    }

    /// Reads a ticket of ours that is still good; nothing otherwise.
    pub(crate) fn read(tx: &Tx, text: &str, now: Timestamp) -> Option<Self> {
        let sealed = BASE64URL_NOPAD.decode(text.trim().as_bytes()).ok()?;
        let bytes = tx.unseal(Self::SEALED_AT, &sealed).ok()?;
        let ticket: Self = serde_json::from_slice(bytes.expose()).ok()?;
        (now < ticket.until).then_some(ticket)
    }

    /// The receipt for a card that was shown with this ticket.
    pub(crate) fn receipt(&self, tx: &Tx, card: &PresentedCard) -> Result<Secret<String>> {
        let sealed = tx.seal(receipt_at(self.shown_for), &card.to_bytes())?;
        Ok(Secret::new(BASE64URL_NOPAD.encode(&sealed)))
    }
}

/// The card that a receipt is for, if it was shown for this.
///
/// # Errors
/// [`CardFailure::Unreadable`] for what is no receipt, or is one for something else.
pub(crate) fn card_of(tx: &Tx, shown_for: CardFor, receipt: &str) -> std::result::Result<PresentedCard, CardFailure> {
    let sealed = BASE64URL_NOPAD.decode(receipt.trim().as_bytes()).map_err(|_| CardFailure::Unreadable)?;
    let bytes = tx.unseal(receipt_at(shown_for), &sealed).map_err(|_| CardFailure::Unreadable)?;
    PresentedCard::restore(bytes.expose()).map_err(|_| CardFailure::Unreadable)
}

const fn receipt_at(shown_for: CardFor) -> SealedAt {
    let column = match shown_for {
        CardFor::SignIn(_) => "sign_in_receipt",
        CardFor::Enrolment(_) => "enrolment_receipt",
        CardFor::Adding(_) => "adding_receipt",
    };
    SealedAt { table: "card_tickets", id: shown_for.uuid(), column }
}
