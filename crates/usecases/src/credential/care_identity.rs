//! A smartcard that NHS Care Identity (CIS2) has seen: a sign-in at a provider above us [MET-6, OpenID Connect Core].
//!
//! It takes the place of showing the card to us: the page hands the browser the same ticket, and what comes back is the same
//! receipt. In between, what was drawn for the request travels sealed in its `state`.

use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use wardkey_domain::factor::smartcard::{CardFailure, PresentedCard};
use wardkey_domain::op::Op;
use wardkey_domain::secret::{Secret, token_text};
use wardkey_domain::time::Timestamp;
use wardkey_gateway::care_identity::{CareIdentityError, UpstreamAnswer, UpstreamRequest, code_challenge};
use wardkey_store::{SealedAt, Tx};

use super::card_ticket::CardTicket;
use super::read_card::{CardReading, refused};
use crate::{App, Error, Result};

/// What the provider sent the browser back with.
#[derive(Debug, Default)]
pub struct CareIdentityReply {
    /// What was sent with the request.
    pub state: String,
    /// The code, if there is one.
    pub code: Option<String>,
    /// Who answers [RFC 9207].
    pub iss: Option<String>,
    /// Why there is no code.
    pub error: Option<String>,
}

/// What is kept of a request, where nobody but us can read it.
///
/// SECURITY: sealed, so that the verifier in it can travel by the browser; and with the ticket, so that an answer counts for
/// what it was asked for and nothing else, whoever brings it.
#[derive(Serialize, Deserialize)]
struct State {
    ticket: CardTicket,
    nonce: String,
    verifier: String,
    until: Timestamp,
}

impl State {
    const SEALED_AT: SealedAt = SealedAt { table: "card_tickets", id: Uuid::nil(), column: "care_identity_state" };

    fn text(&self, tx: &Tx) -> Result<String> {
        let bytes = Secret::new(serde_json::to_vec(self).unwrap_or_default());
        Ok(BASE64URL_NOPAD.encode(&tx.seal(Self::SEALED_AT, bytes.expose())?))
    }

    fn read(tx: &Tx, text: &str, now: Timestamp) -> Option<Self> {
        let sealed = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
        let bytes = tx.unseal(Self::SEALED_AT, &sealed).ok()?;
        let state: Self = serde_json::from_slice(bytes.expose()).ok()?;
        (now < state.until).then_some(state)
    }
}

/// What became of asking the provider.
#[derive(Debug)]
pub enum CareIdentityStart {
    /// The browser goes there.
    Go(String),
    /// It does not.
    Refused(CardReading),
}

/// Where the browser goes to sign in at the provider with what `ticket` is for.
///
/// # Errors
/// `NotFound` where there is no provider.
pub async fn begin_care_identity(app: &App, op: &Op, ticket: &str) -> Result<CareIdentityStart> {
    let provider = app.care_identity().ok_or(Error::NotFound("provider"))?;
    let tx = app.store().read().await?;
    let Some(ticket) = CardTicket::read(&tx, ticket, op.now) else {
        return Ok(CareIdentityStart::Refused(CardReading::NoTicket));
    };
    let (nonce, verifier) = (token_text(app.random()), token_text(app.random()));
    let challenge = code_challenge(&verifier).ok_or_else(|| Error::fault("make a code challenge"))?;
    let (nonce, until) = (nonce.expose().clone(), ticket.until);
    let state = State { ticket, nonce, verifier: verifier.expose().clone(), until };
    let sealed = state.text(&tx)?;
    drop(tx);
    let request = UpstreamRequest { state: &sealed, nonce: &state.nonce, code_challenge: &challenge };
    match provider.authorization_address(&request, op.now).await {
        Ok(address) => Ok(CareIdentityStart::Go(address)),
        Err(error) => Ok(CareIdentityStart::Refused(refused(app, op, ticket, failure(&error)).await?)),
    }
}

/// Takes the provider's answer, and makes a receipt of it.
///
/// SECURITY: the receipt is for what was asked, and the browser that brings the answer gets it. So an answer
/// that somebody else planted leads to a receipt for a sign-in that this browser is not in.
pub async fn care_identity_answered(app: &App, op: &Op, reply: &CareIdentityReply) -> Result<CardReading> {
    let provider = app.care_identity().ok_or(Error::NotFound("provider"))?;
    let tx = app.store().read().await?;
    let Some(state) = State::read(&tx, &reply.state, op.now) else { return Ok(CardReading::NoTicket) };
    drop(tx);
    let State { ticket, nonce, verifier, .. } = state;
    let verifier = Secret::new(verifier);
    let Some(code) = reply.code.as_deref().filter(|_| reply.error.is_none()) else {
        return refused(app, op, ticket, CardFailure::NotVouched).await;
    };
    let answer = UpstreamAnswer { code, code_verifier: &verifier, nonce: &nonce, iss: reply.iss.as_deref() };
    match provider.redeem(&answer, op.now, token_text(app.random()).expose()).await {
        Ok(identity) => {
            let shown_at = identity.authenticated_at.unwrap_or(op.now);
            let card =
                PresentedCard::vouched(&identity.issuer, &identity.subject, identity.addresses, shown_at, op.now);
            let tx = app.store().read().await?;
            Ok(CardReading::Read { receipt: ticket.receipt(&tx, &card)?, shown_for: ticket.shown_for })
        }
        Err(error) => refused(app, op, ticket, failure(&error)).await,
    }
}

fn failure(error: &CareIdentityError) -> CardFailure {
    tracing::warn!(cause = %describe(error), "a card sign-in was not confirmed by its provider");
    match error {
        CareIdentityError::Unreachable(_) | CareIdentityError::BadMetadata => CardFailure::ProviderDown,
        CareIdentityError::BadAnswer
        | CareIdentityError::Refused { .. }
        | CareIdentityError::NotBelieved(_)
        | CareIdentityError::Key(_) => CardFailure::NotVouched,
    }
}

/// The error with what caused it, for the log.
fn describe(error: &CareIdentityError) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(deeper) = cause {
        text.push_str(": ");
        text.push_str(&deeper.to_string());
        cause = deeper.source();
    }
    text
}
