//! "This was not me": a person reports a text or a call that they did not ask for [AUT-3, CMP-6].

use wardkey_domain::audit::Event;
use wardkey_domain::directory::{Account, Change};
use wardkey_domain::factor::FactorKind;
use wardkey_domain::factor::push::Pace;
use wardkey_domain::id::{AccountId, FlowId};
use wardkey_domain::message::{Channel, MessageKind, ReportCode};
use wardkey_domain::op::Op;
use wardkey_domain::session::EndedWhy;
use wardkey_domain::signin::Flow;
use wardkey_store::message::{Report, ReportedMessage};
use wardkey_store::{self as store, Tx};

use super::notices::{Notice, notify, tell_administrators};
use crate::credential::{PassEnd, end_pass, end_recovery_codes};
use crate::directory::{changed_meanwhile, end_everything};
use crate::{App, Error, Result};

/// What came of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reported {
    /// It was taken: the sign-in that asked for the message is over.
    Taken,
    /// No message of `message.report_within` has this reference.
    Unknown,
}

/// Takes the reference of a text that somebody did not ask for. Anybody may: who has the telephone has the text.
///
/// # Errors
/// `Invalid` for what is no reference; `Unavailable` when the network asks too often, so that nobody tries them all.
pub async fn report(app: &App, op: &Op, typed: &str) -> Result<Reported> {
    let code = ReportCode::parse(typed).map_err(|why| Error::invalid("reference", why.to_string()))?;
    app.visits().admit(op)?;
    let mut tx = app.store().begin().await?;
    let since = op.now.minus(app.settings().message.report_within);
    let message = match store::message::take_report(&mut tx, &code, since, op.now).await? {
        Report::Taken(message) => message,
        Report::Before => return Ok(Reported::Taken),
        Report::Unknown => {
            metrics::counter!("wardkey_reports_unknown_total").increment(1);
            return Ok(Reported::Unknown);
        }
    };
    report_in(app, &mut tx, op, message).await?;
    tx.commit().await?;
    app.wake().ring(Channel::Mail);
    Ok(Reported::Taken)
}

/// Ends the sign-in that asked for a message, and tells everybody who must know.
///
/// SECURITY: whoever signed in there knew the password. It is over for them, whatever they do in the next second; and where the
/// sign-in is complete or has lapsed by then, so is every session of the account.
///
/// A message to a number that somebody wanted to enrol is reported by whoever has that number, who need not be the account's
/// owner: it stops the enrolment, and nothing else.
pub(crate) async fn report_in(app: &App, tx: &mut Tx, op: &Op, message: ReportedMessage) -> Result<()> {
    let (by, is_proved, factor) = match message.kind {
        MessageKind::SignInText => ("text", true, FactorKind::Sms),
        MessageKind::EnrolmentText => ("text", false, FactorKind::Sms),
        MessageKind::SignInCall => ("call", true, FactorKind::VoiceCall),
        MessageKind::EnrolmentCall => ("call", false, FactorKind::VoiceCall),
        MessageKind::SignInPush
        | MessageKind::FactorAdded
        | MessageKind::FactorRemoved
        | MessageKind::FactorMoved
        | MessageKind::PassIssued
        | MessageKind::PassUsed
        | MessageKind::RecoveryCodesMade
        | MessageKind::RecoveryCodeUsed
        | MessageKind::ReEnrolled
        | MessageKind::PasswordChanged
        | MessageKind::PasswordReset
        | MessageKind::ExceptionGiven
        | MessageKind::ExceptionEnding
        | MessageKind::ExceptionEnded
        | MessageKind::ExceptionRejected
        | MessageKind::RegistrationPostponed
        | MessageKind::RegistrationReminder
        | MessageKind::DefaultChanged
        | MessageKind::NumberChanged
        | MessageKind::FraudReported
        | MessageKind::FraudReportedAdmin
        | MessageKind::NumberSharedAdmin
        | MessageKind::NamedLocationApproved
        | MessageKind::NamedLocationRejected
        | MessageKind::NamedLocationDue
        | MessageKind::NamedLocationLapsed => return Err(Error::fault("report a message that has no reference")),
        MessageKind::AccountCompromised
        | MessageKind::AccountCompromisedAdmin
        | MessageKind::AccountRestored
        | MessageKind::PinLiftAsked
        | MessageKind::PinLifted => return Err(Error::fault("report a message that has no reference")),
    };
    let (account, flow) = (message.account, message.flow);
    settle(app, tx, op, Said { account, flow, by, is_proved, known: false, factor }).await
}

/// A request to an app that somebody answered with "it is not me".
#[derive(Clone, Copy, Debug)]
pub(crate) struct FraudReport {
    /// Whose app it is.
    pub(crate) account: AccountId,
    /// The sign-in that asked.
    pub(crate) flow: Option<FlowId>,
    /// Whether the app was only being bound.
    pub(crate) enrolling: bool,
    /// Whether the browser that asked has completed a sign-in to the account before.
    pub(crate) known: bool,
}

/// As [`report_in`], for a request to an app.
pub(crate) async fn report_app(app: &App, tx: &mut Tx, op: &Op, report: FraudReport) -> Result<()> {
    let FraudReport { account, flow, enrolling, known } = report;
    let is_proved = !enrolling;
    settle(app, tx, op, Said { account, flow, by: "app", is_proved, known, factor: FactorKind::Push }).await
}

/// What somebody said was not theirs.
struct Said {
    account: AccountId,
    flow: Option<FlowId>,
    /// The word for what they said it with.
    by: &'static str,
    /// Whether that is a factor of the account, so that it is the owner who says it.
    is_proved: bool,
    /// Whether whoever asked is known to have signed in before.
    known: bool,
    factor: FactorKind,
}

async fn settle(app: &App, tx: &mut Tx, op: &Op, said: Said) -> Result<()> {
    let Said { account, flow, by, is_proved, known, factor } = said;
    let Some(account) = store::directory::find_account(tx, account).await? else { return Ok(()) };
    if is_proved {
        // Before the flow, as an enrolment in it does.
        store::credential::lock_credentials(tx, account.id, account.organisation).await?;
    }
    // SECURITY: a step-up belongs to a session that goes on: whoever asked for it sits in that session already. So may whoever
    // sits at a browser that has signed in before, whatever they asked for this time.
    let stopped = match flow {
        Some(flow) => {
            let stored = store::signin::flow_by_id(tx, flow).await?;
            let resumed = stored.and_then(|stored| Flow::resume(op, &stored.saved).ok());
            let is_step_up = resumed.is_some_and(|flow| flow.is_step_up());
            store::signin::stop_flow(tx, flow, op.now).await? && !is_step_up && !known
        }
        None => false,
    };
    store::credential::delete_enrolments(tx, account.id).await?;
    store::credential::delete_bindings(tx, account.id).await?;
    if is_proved {
        // SECURITY: whoever asked knew the password, and a pass may be how they came by the rest.
        let end = PassEnd { why: "reported", reason: None, flow: None };
        end_pass(tx, op, (account.id, account.organisation), end).await?;
        end_recovery_codes(tx, op, (account.id, account.organisation), "reported").await?;
        store::credential::end_memories(tx, account.id, None).await?;
    }
    let locks = app.settings().message.lock_reported && is_proved;
    let event = Event::SignInReported { account: account.id, by: by.into(), locked: locks };
    store::audit::append(tx, op, Some(account.organisation), event).await?;
    metrics::counter!("wardkey_sign_ins_reported_total", "by" => by).increment(1);
    if locks {
        lock(tx, op, account.clone()).await?;
    } else if is_proved && !stopped {
        end_everything(tx, op, &account, EndedWhy::Reported, None).await?;
    }
    if is_proved && known {
        // No browser is known any more, and what a thief's has asked for is not the owner's to wait for.
        store::credential::lock_pace(tx, account.id, account.organisation, true).await?;
        store::credential::save_pace(tx, account.id, true, Pace::default()).await?;
    }
    if !is_proved {
        // Whoever reported it is a stranger to the account, and nobody knows more than the audit says.
        return Ok(());
    }
    let fraud = |kind, to| Notice { factor: Some(factor), locked: locks, ..Notice::new(kind, to) };
    notify(app, tx, op, fraud(MessageKind::FraudReported, account.id)).await?;
    tell_administrators(app, tx, op, &account, |to| fraud(MessageKind::FraudReportedAdmin, to)).await
}

/// Holds the account until somebody in charge has looked at it. One that is not active stays as it is.
async fn lock(tx: &mut Tx, op: &Op, account: Account) -> Result<()> {
    let from = account.status.name();
    let Ok(locked) = account.change(Change::Lock, op.now) else { return Ok(()) };
    if !store::directory::save_account(tx, &locked).await? {
        return Err(changed_meanwhile());
    }
    end_everything(tx, op, &locked, EndedWhy::Reported, None).await?;
    let event = Event::AccountStatusChanged {
        account: locked.id,
        from: from.as_str().into(),
        to: locked.status.name().as_str().into(),
        reason: None,
    };
    store::audit::append(tx, op, Some(locked.organisation), event).await?;
    Ok(())
}
