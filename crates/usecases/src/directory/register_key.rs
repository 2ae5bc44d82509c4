//! Registering a security key for somebody and handing it over [MET-5].

use jiff::civil::Date;
use wardkey_domain::audit::Event;
use wardkey_domain::credential::{Credential, Credentials, Label};
use wardkey_domain::directory::Account;
use wardkey_domain::factor::FactorKind;
use wardkey_domain::id::{AccountId, CredentialId, SessionId};
use wardkey_domain::message::Channel;
use wardkey_domain::op::Op;
use wardkey_domain::permission::Action;
use wardkey_domain::signin::Refusal;
use wardkey_domain::time::Timestamp;
use wardkey_store as store;
use wardkey_store::credential::StoredCustody;

use super::target::load_to_change;
use crate::access::refuse_compromised;
use crate::audit::reason;
use crate::credential::enrol_key::{self, AwaitedKey, Hands};
use crate::credential::{KeyEnrolment, own};
use crate::{App, Error, FieldError, Result, today};

/// What is noted of a key that is handed over, as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Custody {
    /// The number on the key.
    pub serial: String,
    /// What its maker calls it.
    pub model: String,
    /// The day on which it changes hands: its number in the month.
    pub day: String,
    /// The month, from 1.
    pub month: String,
    /// The year.
    pub year: String,
}

/// Begins to register a key for an account that the actor looks after, never their own.
///
/// # Errors
/// When the actor may not, there is no room, or another factor must come first (S3).
pub async fn begin_registering_key(app: &App, op: &Op, id: AccountId) -> Result<CredentialId> {
    let session = session(op)?;
    let mut tx = app.store().begin().await?;
    let loaded = load_to_change(app, &mut tx, op, Action::RegisterKey, id).await?;
    let account = &loaded.account;
    refuse_compromised(&mut tx, account).await?;
    if !account.kind.may_sign_in() || account.status.may_sign_in().is_err() {
        return Err(Error::Conflict("This account cannot sign in, so it gets no security key.".to_owned()));
    }
    store::credential::lock_credentials(&mut tx, id, account.organisation).await?;
    let credentials = Credentials::new(store::credential::list_credentials(&mut tx, id).await?);
    let key = enrol_key::begin(app, &mut tx, op, account, &credentials, session).await?;
    tx.commit().await?;
    Ok(key)
}

/// The account, and what the browser is asked for the key that this session has begun to register for it.
pub async fn registering_key(app: &App, op: &Op, id: AccountId, key: CredentialId) -> Result<(Account, AwaitedKey)> {
    let mut tx = app.store().read().await?;
    let loaded = load_to_change(app, &mut tx, op, Action::RegisterKey, id).await?;
    let awaited =
        enrol_key::awaited(app, &mut tx, op, &loaded.account, session(op)?, key, Hands::Administrators).await?;
    Ok((loaded.account, awaited))
}

/// Enrols the key that has answered for the account, and notes who was given it.
///
/// # Errors
/// `Invalid` for what is missing in the custody record.
pub async fn register_key(
    app: &App,
    op: &Op,
    id: AccountId,
    key: CredentialId,
    answer: &str,
    custody: &Custody,
) -> Result<KeyEnrolment> {
    let session = session(op)?;
    let stored = checked(op, custody)?;
    let label = Label::parse(&format!("{} {}", stored.model, stored.serial)).ok();
    let mut tx = app.store().begin().await?;
    let loaded = load_to_change(app, &mut tx, op, Action::RegisterKey, id).await?;
    let account = &loaded.account;
    store::credential::lock_credentials(&mut tx, id, account.organisation).await?;
    refuse_compromised(&mut tx, account).await?;
    let credentials = Credentials::new(store::credential::list_credentials(&mut tx, id).await?);
    let pending = own::pending(&mut tx, op, account, session, (key, FactorKind::WebAuthn)).await?;
    match enrol_key::enrol(app, &mut tx, op, account, &credentials, pending, answer, label, Hands::Administrators)
        .await?
    {
        Ok(enrolled) => {
            store::credential::insert_custody(&mut tx, &enrolled, &stored, op.now).await?;
            let event = handed_over(&enrolled, &stored)?;
            store::audit::append(&mut tx, op, Some(account.organisation), event).await?;
            tx.commit().await?;
            app.wake().ring(Channel::Mail);
            Ok(KeyEnrolment::Enrolled(enrolled))
        }
        Err(failure) => {
            drop(tx);
            own::note_refusal(app, op, account, FactorKind::WebAuthn, &Refusal::KeyFailed(failure)).await?;
            Ok(KeyEnrolment::Refused(failure, registering_key(app, op, id, key).await?.1))
        }
    }
}

fn handed_over(enrolled: &Credential, custody: &StoredCustody) -> Result<Event> {
    let StoredCustody { serial, model, handed_over_on, .. } = custody;
    let reason = reason(&format!("{model}, serial number {serial}, handed over on {handed_over_on}"))?;
    Ok(Event::KeyHandedOver { account: enrolled.account, credential: enrolled.id, reason })
}

fn session(op: &Op) -> Result<SessionId> {
    Ok(op.account().ok_or(Error::NotFound("session"))?.session)
}

fn checked(op: &Op, custody: &Custody) -> Result<StoredCustody> {
    const MOST: usize = 40;
    let text = |field: &'static str, text: &str, missing: &str| {
        let text = text.trim();
        let fits = !text.is_empty() && text.chars().count() <= MOST && !text.chars().any(char::is_control);
        fits.then(|| text.to_owned()).ok_or_else(|| FieldError { field, message: missing.to_owned() })
    };
    // All that is wrong at once, in the order of the page.
    let model = text("model", &custody.model, "Enter the model of the key, with 40 characters or fewer");
    let serial = text("serial", &custody.serial, "Enter the serial number on the key, with 40 characters or fewer");
    let day = day(custody, op.now);
    let registered_by = op.account().ok_or(Error::NotFound("session"))?.id;
    match (model, serial, day) {
        (Ok(model), Ok(serial), Ok(handed_over_on)) => {
            Ok(StoredCustody { serial, model, handed_over_on, registered_by })
        }
        (model, serial, day) => {
            Err(Error::Invalid([model.err(), serial.err(), day.err()].into_iter().flatten().collect()))
        }
    }
}

fn day(custody: &Custody, now: Timestamp) -> std::result::Result<String, FieldError> {
    let wrong = |message: &str| FieldError { field: "date", message: message.to_owned() };
    let missing = || wrong("Enter the day on which you hand it over, for example 22 11 2026");
    let number = |text: &str| text.trim().parse::<i16>().map_err(|_| missing());
    let small = |text: &str| text.trim().parse::<i8>().map_err(|_| missing());
    let (year, month, day) = (number(&custody.year)?, small(&custody.month)?, small(&custody.day)?);
    let date = Date::new(year, month, day).map_err(|_| wrong("There is no such day: check the day and the month"))?;
    // Nobody notes today what they will hand over in another year, or have handed over in the one before last.
    let this_year: i16 = today(now)[2].parse().map_err(|_| missing())?;
    let is_near = (date.year() - this_year).abs() <= 1;
    is_near.then(|| date.to_string()).ok_or_else(|| wrong("Check the year: it is not near this one"))
}
