//! Reminding people to set up a second factor.

use std::time::Duration;

use wardkey_domain::audit::Event;
use wardkey_domain::directory::{OdsCode, Organisation};
use wardkey_domain::message::{Channel, MessageKind};
use wardkey_domain::op::Op;
use wardkey_domain::permission::{Action, Extent, Target};
use wardkey_domain::report::{Cover, PeopleFilter};
use wardkey_store::report::PeopleQuery;
use wardkey_store::{self as store, Tx};

use crate::message::{Notice, notify};
use crate::{App, Error, Result, access};

/// Nobody is reminded again before.
pub const REMIND_AGAIN_AFTER: Duration = Duration::from_secs(7 * 86_400);
/// How many are reminded at once, at most: whoever looks after more does it organisation by organisation.
const MOST: u32 = 1_000;
/// How many in one transaction: the embedded engine lets nobody else write meanwhile.
const PART: usize = 100;

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reminded {
    /// So many get an e-mail.
    Sent(u32),
    /// Everybody was reminded not long ago.
    NotAgain,
    /// Everybody has a second factor.
    Nobody,
}

/// Whether the actor may have the people of an organisation reminded.
pub fn may_remind(op: &Op, organisation: &Organisation) -> bool {
    op.require(Action::RemindPeople, &Target::organisation(&organisation.path)).is_ok()
}

/// Asks everybody without a second factor in an organisation and below to set one up, by e-mail, and nobody twice within
/// [`REMIND_AGAIN_AFTER`].
///
/// # Errors
/// When the actor may not, there are too many, or no e-mail is set up.
pub async fn remind_people(app: &App, op: &Op, code: &OdsCode) -> Result<Reminded> {
    let mut tx = app.store().read().await?;
    let organisation = store::directory::find_organisation_by_code(&mut tx, code).await?;
    let organisation = organisation.ok_or(Error::NotFound("organisation"))?;
    op.require(Action::RemindPeople, &Target::organisation(&organisation.path))?;
    if !app.gateways().has_mail() {
        return Err(Error::Conflict(
            "E-mail is not set up on this server, so nobody can be reminded by it.".to_owned(),
        ));
    }
    let people = uncovered(app, &mut tx, op, &organisation).await?;
    drop(tx);
    let mut sent = 0;
    for part in people.chunks(PART) {
        sent += remind_part(app, op, &organisation, part).await?;
    }
    Ok(match (people.is_empty(), sent) {
        (true, _) => Reminded::Nobody,
        (false, 0) => Reminded::NotAgain,
        (false, _) => Reminded::Sent(sent),
    })
}

/// Reminds some people in one transaction; says how many.
async fn remind_part(app: &App, op: &Op, organisation: &Organisation, people: &[store::report::Person]) -> Result<u32> {
    let mut tx = app.store().begin().await?;
    let mut sent = 0;
    for person in people {
        let (id, at) = (person.account.id, person.account.organisation);
        if store::report::note_reminded(&mut tx, id, at, op.now, op.now.minus(REMIND_AGAIN_AFTER)).await? {
            notify(app, &mut tx, op, Notice::new(MessageKind::RegistrationReminder, id)).await?;
            sent += 1;
        }
    }
    if sent > 0 {
        let event = Event::PeopleReminded { organisation: organisation.id, people: sent };
        store::audit::append(&mut tx, op, Some(organisation.id), event).await?;
        tx.commit().await?;
        app.wake().ring(Channel::Mail);
    }
    Ok(sent)
}

async fn uncovered(app: &App, tx: &mut Tx, op: &Op, organisation: &Organisation) -> Result<Vec<store::report::Person>> {
    let policies = access::policies(app, tx, op.now).await?;
    let query = PeopleQuery {
        text: "",
        filter: &PeopleFilter { cover: Some(Cover::Uncovered), ..PeopleFilter::default() },
        baselines: policies.baselines(),
        extent: &Extent::Subtrees(vec![organisation.path.clone()]),
        after: None,
        limit: MOST + 1,
        now: op.now,
    };
    let people = store::report::find_people(tx, &query).await?;
    if people.len() > usize::try_from(MOST).unwrap_or(usize::MAX) {
        let why = "These are more than 1,000 people. Open the organisations below and remind their people one after the other.";
        return Err(Error::Conflict(why.to_owned()));
    }
    Ok(people)
}
