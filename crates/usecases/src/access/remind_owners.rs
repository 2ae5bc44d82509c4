//! Telling owners that an attestation ends, 60, 30 and 7 days before, and when it has ended [CA-4].

use wardkey_domain::access::Reminder;
use wardkey_domain::audit::Event;
use wardkey_domain::directory::Organisation;
use wardkey_domain::id::AccountId;
use wardkey_domain::message::{Channel, MessageKind};
use wardkey_domain::op::Op;
use wardkey_store::access::DueReminder;
use wardkey_store::{self as store, Tx};

use crate::message::{AboutLocation, Notice, notify};
use crate::{App, Error, Result};

/// How many share a transaction.
const BATCH: u32 = 50;

/// Sends the reminders that are due, each once, whichever node does; says whether there are more.
///
/// That a location lapses needs no job: the clock decides. The job notes it in the audit, and begins a new epoch for good measure.
pub async fn remind_location_owners(app: &App, op: &Op) -> Result<bool> {
    let mut tx = app.store().begin().await?;
    let due = store::access::list_due_reminders(&mut tx, op.now, BATCH).await?;
    for one in &due {
        remind(app, &mut tx, op, one).await?;
    }
    tx.commit().await?;
    if !due.is_empty() {
        app.wake().ring(Channel::Mail);
    }
    Ok(due.len() >= usize::try_from(BATCH).unwrap_or(usize::MAX))
}

async fn remind(app: &App, tx: &mut Tx, op: &Op, due: &DueReminder) -> Result<()> {
    let Some(reminder) = Reminder::due(due.until, op.now) else { return Ok(()) };
    if !store::access::claim_reminder(tx, due, reminder).await? {
        return Ok(());
    }
    let organisation = store::directory::find_organisation(tx, due.organisation).await?;
    let organisation = organisation.ok_or_else(|| Error::fault("find the organisation of a named location"))?;
    let kind = match reminder {
        Reminder::SixtyDays | Reminder::ThirtyDays | Reminder::SevenDays => MessageKind::NamedLocationDue,
        Reminder::Lapsed => {
            let event = Event::NamedLocationLapsed { organisation: organisation.id, location: due.location };
            store::audit::append(tx, op, Some(organisation.id), event).await?;
            store::access::bump_epoch(tx).await?;
            MessageKind::NamedLocationLapsed
        }
    };
    for to in whom(tx, op, due.owner, &organisation).await? {
        let location = AboutLocation {
            name: due.name.to_string(),
            organisation: organisation.name.clone(),
            change: false,
            reason: None,
            until: Some(due.until.as_seconds()),
        };
        notify(app, tx, op, Notice { location: Some(location), ..Notice::new(kind, to) }).await?;
    }
    Ok(())
}

/// The owner; when they cannot sign in any more, whoever administers the organisation.
async fn whom(tx: &mut Tx, op: &Op, owner: AccountId, organisation: &Organisation) -> Result<Vec<AccountId>> {
    let account = store::directory::find_account(tx, owner).await?;
    if account.is_some_and(|account| account.may_sign_in().is_ok()) {
        return Ok(vec![owner]);
    }
    Ok(store::directory::local_administrator_ids(tx, organisation, op.now).await?)
}
