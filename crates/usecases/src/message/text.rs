//! Handing a text over.

use wardkey_domain::message::MessageKind;
use wardkey_gateway::hand_over::{HandOver, RefusedWhy};
use wardkey_gateway::text::Text;
use wardkey_gateway::words::{self, EnrolmentCode, SignInCode, TextWords};
use wardkey_store::message::ClaimedMessage;

use super::courier::settle;
use super::payload::Payload;
use crate::{App, Error, Result};

/// Hands a text over to the first network that may take it.
pub(super) async fn deliver(app: &App, message: &ClaimedMessage, payload: Payload) -> Result<()> {
    let Payload::Text { to, code, application, organisation, minutes, report } = payload else {
        return Err(Error::fault("read a text: it is none"));
    };
    let (code, host) = (code.as_str(), app.settings().issuer.host());
    let (organisation, report) = (organisation.as_str(), report.as_str());
    let words = if message.kind == MessageKind::EnrolmentText {
        TextWords::EnrolmentCode(EnrolmentCode { code, organisation, minutes, host, report })
    } else {
        let application = application.as_deref();
        TextWords::SignInCode(SignInCode { code, application, organisation, minutes, host, report })
    };
    let body = words::text(&words).map_err(|error| Error::internal("put a text into words", error))?;
    let text = Text { id: message.id.to_string(), to: to.e164().to_owned(), body, expires_at: message.expires_at };
    let lines = app.gateways().texts(&message.refused_by, app.now());
    let Some(line) = lines.first() else {
        let refused = HandOver::try_later(RefusedWhy::Unreachable, None);
        return settle(app, message, "none", &refused, 0).await;
    };
    let outcome = line.gateway.submit(&text).await;
    line.health.learn(outcome.sign(), message.id, app.now());
    settle(app, message, line.gateway.name(), &outcome, lines.len() - 1).await
}
