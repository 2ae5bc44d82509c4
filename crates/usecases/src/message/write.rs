//! Writing codes and calls into the outbox, in the transaction that decides them.

use wardkey_domain::directory::Organisation;
use wardkey_domain::factor::Code;
use wardkey_domain::factor::sms::SentCode;
use wardkey_domain::factor::telephone::PhoneNumber;
use wardkey_domain::factor::voice_call::PlacedCall;
use wardkey_domain::id::{AccountId, FlowId, MessageId, OrganisationId};
use wardkey_domain::message::{MessageKind, ReportCode};
use wardkey_domain::op::Op;
use wardkey_domain::signin::Previous;
use wardkey_store::message::NewMessage;
use wardkey_store::{self as store, Tx};

use super::payload::Payload;
use crate::{App, Error, Result};

/// A code to be sent.
#[derive(Debug)]
pub(crate) struct TextOrder<'a> {
    pub(crate) kind: MessageKind,
    pub(crate) account: AccountId,
    pub(crate) organisation: OrganisationId,
    pub(crate) flow: Option<FlowId>,
    pub(crate) to: PhoneNumber,
    pub(crate) application: Option<String>,
    pub(crate) sent: &'a SentCode,
}

/// A call to be made.
#[derive(Debug)]
pub(crate) struct CallOrder<'a> {
    pub(crate) kind: MessageKind,
    pub(crate) account: AccountId,
    pub(crate) organisation: OrganisationId,
    pub(crate) flow: Option<FlowId>,
    pub(crate) to: PhoneNumber,
    pub(crate) application: Option<String>,
    pub(crate) call: &'a PlacedCall,
}

/// Writes a code into the outbox.
pub(crate) async fn send_text(app: &App, tx: &mut Tx, op: &Op, order: TextOrder<'_>) -> Result<()> {
    let report = ReportCode::draw(app.random());
    let payload = Payload::Text {
        to: order.to,
        code: order.sent.code.text(),
        application: order.application,
        organisation: organisation_of(tx, order.organisation).await?.name,
        minutes: order.sent.expires_at.since(order.sent.sent_at).as_secs() / 60,
        report: report.text(),
    };
    let message = NewMessage {
        id: order.sent.message,
        kind: order.kind,
        account: order.account,
        organisation: order.organisation,
        flow: order.flow,
        payload: &payload.to_bytes()?,
        expires_at: order.sent.expires_at,
        report: Some(&report),
    };
    Ok(store::message::insert_message(tx, &message, op.now).await?)
}

/// Writes a call into the outbox.
pub(crate) async fn place_call(tx: &mut Tx, op: &Op, order: CallOrder<'_>) -> Result<()> {
    let organisation = organisation_of(tx, order.organisation).await?;
    let payload = Payload::Call {
        to: order.to,
        code: order.call.code.map(Code::text),
        application: order.application,
        organisation: organisation.name,
        ods_code: organisation.ods_code,
    };
    let message = NewMessage {
        id: order.call.message,
        kind: order.kind,
        account: order.account,
        organisation: order.organisation,
        flow: order.flow,
        payload: &payload.to_bytes()?,
        expires_at: order.call.expires_at,
        report: None,
    };
    Ok(store::message::insert_message(tx, &message, op.now).await?)
}

/// What is known of a message when another is asked for in its place.
pub(crate) async fn previous(tx: &mut Tx, id: MessageId) -> Result<Previous> {
    let standing = store::message::message_standing(tx, id).await?;
    Ok(standing.map_or(Previous::Lost, |standing| standing.state.previous(standing.call)))
}

async fn organisation_of(tx: &mut Tx, id: OrganisationId) -> Result<Organisation> {
    store::directory::find_organisation(tx, id).await?.ok_or(Error::NotFound("organisation"))
}
