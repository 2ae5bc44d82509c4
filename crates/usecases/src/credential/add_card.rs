//! Linking a smartcard in a session [MET-6].

use wardkey_domain::credential::{Credential, CredentialState, Credentials, Label};
use wardkey_domain::directory::Account;
use wardkey_domain::factor::FactorKind;
use wardkey_domain::factor::smartcard::{CardFailure, CardRecord, Linking, link};
use wardkey_domain::id::CredentialId;
use wardkey_domain::message::{Channel, MessageKind};
use wardkey_domain::op::Op;
use wardkey_domain::permission::Action;
use wardkey_domain::secret::Secret;
use wardkey_domain::signin::Refusal;
use wardkey_domain::time::Timestamp;
use wardkey_store::{self as store, Tx};

use super::card_ticket::{CardFor, CardTicket, card_of};
use super::own;
use crate::signin::{barred_factors, roles_of};
use crate::{App, Error, Result};

/// A card that is awaited.
#[derive(Clone, Debug)]
pub struct AwaitedCard {
    /// The credential that it becomes.
    pub id: CredentialId,
    /// What the browser takes to the address where cards are shown.
    pub ticket: Secret<String>,
    /// Until when it can be shown.
    pub expires_at: Timestamp,
}

/// What became of a card that was to be linked.
#[derive(Clone, Debug)]
pub enum CardEnrolment {
    /// It is linked.
    Enrolled(Credential),
    /// It was not taken; another one can be shown.
    Refused(CardFailure, AwaitedCard),
}

/// Begins to link a card. One that was begun before is given up.
///
/// # Errors
/// `Conflict` where there is no room, or the factor is switched off.
pub async fn begin_adding_card(app: &App, op: &Op) -> Result<CredentialId> {
    let session = own::actor(op)?.session;
    let mut tx = app.store().begin().await?;
    let (account, credentials) = own::locked_strongest(app, &mut tx, op).await?;
    let label = room(app, &mut tx, op, &account, &credentials).await?;
    let pending = Credential {
        id: CredentialId::new(op.now, app.id_entropy()),
        account: account.id,
        organisation: account.organisation,
        kind: FactorKind::Smartcard,
        label,
        state: CredentialState::Pending { session, expires_at: op.now.plus(app.settings().totp.confirm_within) },
        is_default: false,
        created_at: op.now,
        last_used_at: None,
        version: 1,
    };
    store::credential::delete_enrolments_of(&mut tx, account.id, FactorKind::Smartcard).await?;
    // Not an event yet: nothing can be signed in with until a card is shown.
    store::credential::insert_credential(&mut tx, &pending, None, None).await?;
    tx.commit().await?;
    Ok(pending.id)
}

/// The card that this session has begun to link, for a page that is shown again.
pub async fn awaited_card(app: &App, op: &Op, id: CredentialId) -> Result<AwaitedCard> {
    let session = own::actor(op)?.session;
    let mut tx = app.store().read().await?;
    let account = own::account(&mut tx, op, Action::ManageOwnCredentials).await?;
    let pending = own::pending(&mut tx, op, &account, session, (id, FactorKind::Smartcard)).await?;
    let CredentialState::Pending { expires_at, .. } = pending.state else {
        return Err(Error::NotFound("enrolment"));
    };
    let ticket = CardTicket { shown_for: CardFor::Adding(id), account: account.id, until: expires_at };
    Ok(AwaitedCard { id, ticket: ticket.text(&tx)?, expires_at })
}

/// Links the card that was shown.
pub async fn add_card(app: &App, op: &Op, id: CredentialId, receipt: &str) -> Result<CardEnrolment> {
    let session = own::actor(op)?.session;
    let mut tx = app.store().begin().await?;
    let (account, credentials) = own::locked(&mut tx, op).await?;
    let pending = own::pending(&mut tx, op, &account, session, (id, FactorKind::Smartcard)).await?;
    // Another window may have filled the last place since this one began.
    let free_label = room(app, &mut tx, op, &account, &credentials).await?;
    let rules = &app.settings().signin.smartcard;
    let card = card_of(&tx, CardFor::Adding(id), receipt);
    let linking = card.map_or_else(Linking::Refuse, |card| link(rules, &card, id, &account.address, op.now));
    let linked = match linking {
        Linking::Accept { record, .. } => enrol(&mut tx, &credentials, pending, free_label, &record, op.now).await?,
        Linking::Refuse(failure) => Err(failure),
    };
    match linked {
        Ok(enrolled) => {
            own::note_enrolment(&mut tx, op, &enrolled, None).await?;
            own::tell(app, &mut tx, op, MessageKind::FactorAdded, &enrolled).await?;
            tx.commit().await?;
            app.wake().ring(Channel::Mail);
            Ok(CardEnrolment::Enrolled(enrolled))
        }
        Err(failure) => {
            drop(tx);
            own::note_refusal(app, op, &account, FactorKind::Smartcard, &Refusal::CardFailed(failure)).await?;
            Ok(CardEnrolment::Refused(failure, awaited_card(app, op, id).await?))
        }
    }
}

/// What a card is called: by the end of its identifier, or else as `free` says.
pub(crate) fn label_of(card: &CardRecord, free: Label) -> Label {
    card.ending().and_then(|ending| Label::parse(&format!("Smartcard ending {ending}")).ok()).unwrap_or(free)
}

async fn room(app: &App, tx: &mut Tx, op: &Op, account: &Account, credentials: &Credentials) -> Result<Label> {
    let roles = roles_of(tx, op, account.id).await?;
    let barred = barred_factors(app, tx, account.organisation, &roles).await?;
    if barred.iter().any(|(kind, _)| *kind == FactorKind::Smartcard) {
        return Err(Error::Conflict("Smartcards are switched off here.".to_owned()));
    }
    own::room_beside_core(app, credentials, FactorKind::Smartcard)
}

/// Turns the pending credential into the card's. The inner error says that somebody has the card; then nothing may be committed.
async fn enrol(
    tx: &mut Tx,
    credentials: &Credentials,
    pending: Credential,
    free_label: Label,
    record: &CardRecord,
    now: Timestamp,
) -> Result<std::result::Result<Credential, CardFailure>> {
    let id = pending.id;
    let label = label_of(record, free_label.clone());
    let is_taken = credentials.as_slice().iter().any(|other| other.id != id && other.label == label);
    let enrolled = credentials.enrol(pending, if is_taken { free_label } else { label }, now);
    let secret = store::credential::card_secret(enrolled.credential.account, record);
    if !store::credential::set_pending_secret(tx, id, &secret).await? {
        return Err(own::changed_elsewhere());
    }
    if let Some(former) = &enrolled.former_default
        && !store::credential::save_credential(tx, former).await?
    {
        return Err(own::changed_elsewhere());
    }
    let enrolled = enrolled.credential;
    if !store::credential::save_credential(tx, &enrolled).await? {
        return Err(own::changed_elsewhere());
    }
    if !store::credential::insert_card(tx, &enrolled, record).await? {
        return Ok(Err(CardFailure::KnownCard));
    }
    Ok(Ok(enrolled))
}
