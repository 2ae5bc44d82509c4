//! Handing an e-mail over.

use wardkey_domain::message::MessageKind;
use wardkey_domain::time::Timestamp;
use wardkey_gateway::hand_over::{HandOver, RefusedWhy};
use wardkey_gateway::mail::Mail;
use wardkey_gateway::words::{self, About, Addressee, Factor, Location, MailWords};
use wardkey_store::message::ClaimedMessage;

use super::courier::settle;
use super::payload::MailPayload;
use crate::moment::moment;
use crate::{App, Error, Result};

/// Hands an e-mail over to the first network that may take it.
pub(super) async fn deliver(app: &App, message: &ClaimedMessage, payload: MailPayload) -> Result<()> {
    let mail = in_words(message, &payload)?;
    let lines = app.gateways().mails(&message.refused_by, app.now());
    let Some(line) = lines.first() else {
        let refused = HandOver::try_later(RefusedWhy::Unreachable, None);
        return settle(app, message, "none", &refused, 0).await;
    };
    let outcome = line.gateway.send(&mail).await;
    line.health.learn(outcome.sign(), message.id, app.now());
    settle(app, message, line.gateway.name(), &outcome, lines.len() - 1).await
}

fn in_words(message: &ClaimedMessage, payload: &MailPayload) -> Result<Mail> {
    let happened = moment(Timestamp::from_seconds(payload.at));
    let until = payload.until.map_or_else(String::new, |until| moment(Timestamp::from_seconds(until)));
    let until = until.as_str();
    let number = payload.number.as_deref();
    let factor = Factor {
        factor: payload.factor.as_deref().unwrap_or("way to sign in"),
        label: payload.label.as_deref(),
        number,
    };
    let application = payload.application.as_deref();
    let masked = number.unwrap_or("a number");
    let about = payload.about.as_ref();
    let about = About {
        person: about.map_or("Somebody", |about| &about.name),
        person_organisation: about.map_or("", |about| &about.organisation),
        account: about.map_or("", |about| &about.address),
    };
    let told = payload.location.as_ref();
    let location = Location {
        location: told.map_or("a named location", |told| &told.name),
        location_organisation: told.map_or("", |told| &told.organisation),
        change: told.is_some_and(|told| told.change),
    };
    let ends = Timestamp::from_seconds(told.and_then(|told| told.until).unwrap_or(payload.at));
    let days = ends.since(Timestamp::from_seconds(payload.at)).as_secs().div_ceil(86_400);
    let (moment, lapses) = (happened.as_str(), moment(ends));
    let lapses = lapses.as_str();
    let facts = match message.kind {
        MessageKind::FactorAdded => MailWords::FactorAdded { factor, moment },
        MessageKind::FactorRemoved => MailWords::FactorRemoved { factor, moment },
        MessageKind::FactorMoved => MailWords::FactorMoved { factor, moment },
        MessageKind::PassIssued => MailWords::PassIssued { moment },
        MessageKind::PassUsed => MailWords::PassUsed { moment },
        MessageKind::RecoveryCodesMade => MailWords::RecoveryCodesMade { moment },
        MessageKind::RecoveryCodeUsed => {
            MailWords::RecoveryCodeUsed { left: u64::from(payload.left.unwrap_or(0)), moment }
        }
        MessageKind::ReEnrolled => MailWords::ReEnrolled { moment },
        MessageKind::PasswordChanged => MailWords::PasswordChanged { moment },
        MessageKind::PasswordReset => MailWords::PasswordReset { moment },
        MessageKind::ExceptionGiven => MailWords::ExceptionGiven { until, re_enrol: payload.re_enrol, moment },
        MessageKind::ExceptionEnding => MailWords::ExceptionEnding { until, re_enrol: payload.re_enrol },
        MessageKind::ExceptionEnded => {
            let early = payload.until.is_some_and(|until| payload.at < until);
            MailWords::ExceptionEnded { early, re_enrol: payload.re_enrol, moment }
        }
        MessageKind::ExceptionRejected => {
            MailWords::ExceptionRejected { accounts: u64::from(payload.accounts.unwrap_or(0)), moment }
        }
        MessageKind::RegistrationPostponed => MailWords::RegistrationPostponed { until, moment },
        MessageKind::RegistrationReminder => MailWords::RegistrationReminder {},
        MessageKind::DefaultChanged => MailWords::DefaultChanged { factor, moment },
        MessageKind::NumberChanged => {
            MailWords::NumberChanged { old_number: payload.old_number.as_deref(), number: masked, moment }
        }
        MessageKind::FraudReported => MailWords::FraudReported { factor, application, locked: payload.locked, moment },
        MessageKind::FraudReportedAdmin => {
            MailWords::FraudReportedAdmin { about, factor, application, locked: payload.locked, moment }
        }
        MessageKind::NumberSharedAdmin => {
            let accounts = u64::from(payload.accounts.unwrap_or(0));
            MailWords::NumberSharedAdmin { number: masked, accounts, about, moment }
        }
        MessageKind::NamedLocationApproved => MailWords::NamedLocationApproved { location, moment },
        MessageKind::NamedLocationRejected => {
            let reason = told.and_then(|told| told.reason.as_deref()).unwrap_or_default();
            MailWords::NamedLocationRejected { location, reason, moment }
        }
        MessageKind::NamedLocationDue => MailWords::NamedLocationDue { location, days, until: lapses },
        MessageKind::NamedLocationLapsed => MailWords::NamedLocationLapsed { location, until: lapses },
        MessageKind::AccountCompromised => MailWords::AccountCompromised { moment },
        MessageKind::AccountCompromisedAdmin => {
            MailWords::AccountCompromisedAdmin { about, case: payload.case.unwrap_or(0), moment }
        }
        MessageKind::AccountRestored => MailWords::AccountRestored { moment },
        MessageKind::PinLiftAsked => MailWords::PinLiftAsked { moment },
        MessageKind::PinLifted => MailWords::PinLifted { moment },
        MessageKind::SignInText
        | MessageKind::EnrolmentText
        | MessageKind::SignInCall
        | MessageKind::EnrolmentCall
        | MessageKind::SignInPush => {
            return Err(Error::fault("put an e-mail into words: it is none"));
        }
    };
    let to = Addressee { display_name: &payload.name, organisation: &payload.organisation, help: Some(&payload.help) };
    let words = words::mail(&to, &facts).map_err(|error| Error::internal("put an e-mail into words", error))?;
    Ok(Mail {
        id: message.id.to_string(),
        to: payload.to.clone(),
        to_name: payload.name.clone(),
        subject: words.subject,
        text: words.text,
        html: words.html,
    })
}
