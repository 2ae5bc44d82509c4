//! Replaying what really happened under a draft of policies: who would have been prompted, blocked or stranded.

use std::time::Duration;

use tokio::task::spawn_blocking;
use wardkey_domain::access::history::{Affected, Changes, Replay, ReplayReport};
use wardkey_domain::access::{Policies, PolicyDocument};
use wardkey_domain::id::ReplayId;
use wardkey_domain::op::Op;
use wardkey_domain::permission::Action;
use wardkey_domain::time::Timestamp;
use wardkey_store::access::{HistoryKey, ReplayState, StoredReplay};
use wardkey_store::{self as store};

use super::impact::Names;
use super::publish::trial;
use crate::{App, Error, Result};

/// How far back is looked.
pub const REPLAYED: Duration = Duration::from_secs(30 * 86_400);

/// How many sign-ins are replayed between two looks at anything else.
const PAGE: u32 = 10_000;
/// How many people are named.
const NAMED: usize = 1_000;
/// How many replays are listed.
const LISTED: u32 = 10;
/// How many replays may wait at once: each reads a month of sign-ins.
const MOST_WAITING: usize = 5;

/// What became of a draft that was to be replayed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// It is replayed by a job.
    Waits(ReplayId),
    /// It cannot be.
    Refused(Vec<String>),
}

/// A replay, and what it has found by now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenReplay {
    /// The replay.
    pub replay: StoredReplay,
    /// Who asked, by name; nobody with an account where it was an operator.
    pub asked_by: Option<String>,
    /// What it has found, in words; nothing before it has ended.
    pub found: Option<FoundByReplay>,
}

/// What a replay has found, in words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FoundByReplay {
    /// How many sign-ins were replayed.
    pub sign_ins: u64,
    /// How many people would have met more than they did.
    pub people: u64,
    /// What would have changed in all.
    pub totals: Changes,
    /// By organisation, the hardest hit first: its name, how many people, how many sign-ins.
    pub organisations: Vec<(String, u64, Changes)>,
    /// By application; nothing stands for our own pages.
    pub applications: Vec<(Option<String>, u64, Changes)>,
    /// Who, the hardest hit first.
    pub affected: Vec<AffectedPerson>,
    /// How many lines there would be if all were named.
    pub affected_count: u64,
}

/// Somebody who would have met more than they did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AffectedPerson {
    /// Who, and how often.
    pub of: Affected,
    /// What they are called.
    pub display_name: String,
    /// What their organisation is called.
    pub organisation: String,
    /// What the application is called; nothing for our own pages.
    pub application: Option<String>,
}

/// Asks for a replay of the last thirty days under a draft. A job does it.
///
/// # Errors
/// When the actor may not manage policies; `Conflict` when too many wait already.
pub async fn ask_replay(app: &App, op: &Op, text: &str) -> Result<Asked> {
    op.require_everywhere(Action::ManagePolicies)?;
    let document = match PolicyDocument::parse(text) {
        Ok(document) => document,
        Err(error) => return Ok(Asked::Refused(vec![error.to_string()])),
    };
    let mut tx = app.store().begin().await?;
    if let Err(problems) = trial(&mut tx, op, &document).await? {
        return Ok(Asked::Refused(problems));
    }
    let waiting = store::access::list_replays(&mut tx, LISTED).await?;
    if waiting.iter().filter(|replay| replay.state == ReplayState::Waiting).count() >= MOST_WAITING {
        return Err(Error::Conflict("Several replays wait already. Try again when they have ended.".to_owned()));
    }
    let since = op.now.minus(REPLAYED);
    let replay = StoredReplay {
        id: ReplayId::new(op.now, app.id_entropy()),
        document: document.text(),
        asked_by: op.account().map(|actor| actor.id),
        asked_at: op.now,
        since,
        sign_ins: store::access::count_past_sign_ins(&mut tx, since).await?,
        done: 0,
        state: ReplayState::Waiting,
    };
    store::access::insert_replay(&mut tx, &replay).await?;
    tx.commit().await?;
    Ok(Asked::Waits(replay.id))
}

/// A replay, with what it has found by now.
///
/// # Errors
/// When the actor may not manage policies, or there is no such replay.
pub async fn see_replay(app: &App, op: &Op, id: ReplayId) -> Result<SeenReplay> {
    op.require_everywhere(Action::ManagePolicies)?;
    let mut tx = app.store().read().await?;
    let replay = store::access::find_replay(&mut tx, id).await?.ok_or(Error::NotFound("replay"))?;
    let asked_by = super::see::name(&mut tx, replay.asked_by).await?;
    let found = match store::access::find_replay_report(&mut tx, id).await? {
        Some(report) => Some(in_words(&mut tx, report).await?),
        None => None,
    };
    Ok(SeenReplay { replay, asked_by, found })
}

/// The newest replays, the newest first.
///
/// # Errors
/// When the actor may not manage policies.
pub async fn list_replays(app: &App, op: &Op) -> Result<Vec<StoredReplay>> {
    op.require_everywhere(Action::ManagePolicies)?;
    let mut tx = app.store().read().await?;
    Ok(store::access::list_replays(&mut tx, LISTED).await?)
}

/// Replays the last thirty days under a draft at once, and says now and then how many sign-ins are done: for the command line.
///
/// # Errors
/// When the actor may not manage policies. What is wrong with the draft is the other kind of answer.
pub async fn replay_now(
    app: &App,
    op: &Op,
    text: &str,
    mut done: impl FnMut(u64),
) -> Result<std::result::Result<FoundByReplay, Vec<String>>> {
    op.require_everywhere(Action::ManagePolicies)?;
    let document = match PolicyDocument::parse(text) {
        Ok(document) => document,
        Err(error) => return Ok(Err(vec![error.to_string()])),
    };
    let mut tx = app.store().read().await?;
    let draft = match trial(&mut tx, op, &document).await? {
        Ok(draft) => draft,
        Err(problems) => return Ok(Err(problems)),
    };
    drop(tx);
    let mut running = Running::new(draft, op.now.minus(REPLAYED));
    while running.go_on(app).await? {
        done(running.replay.sign_ins());
    }
    let mut tx = app.store().read().await?;
    Ok(Ok(in_words(&mut tx, running.replay.report(NAMED)).await?))
}

/// Does the replays that are asked for, one after the other, some thousand sign-ins at a time.
#[derive(Debug, Default)]
pub struct Replayer {
    current: Option<(ReplayId, Running)>,
}

impl Replayer {
    /// Goes on with the oldest replay that waits; says whether there is more to do. One that another node began is begun anew.
    ///
    /// # Errors
    /// When the database does not answer: the next round goes on.
    pub async fn round(&mut self, app: &App, op: &Op) -> Result<bool> {
        let mut tx = app.store().read().await?;
        let Some(next) = store::access::next_replay(&mut tx).await? else {
            self.current = None;
            return Ok(false);
        };
        if self.current.as_ref().is_none_or(|(id, _)| *id != next.id) {
            let document = PolicyDocument::parse(&next.document).map_err(|error| vec![error.to_string()]);
            let draft = match document {
                Ok(document) => trial(&mut tx, op, &document).await?,
                Err(problems) => Err(problems),
            };
            let Ok(draft) = draft else {
                // What it names has gone since it was asked for.
                drop(tx);
                return end(app, op, next.id, None).await;
            };
            self.current = Some((next.id, Running::new(draft, next.since)));
        }
        drop(tx);
        let Some((id, running)) = &mut self.current else { return Ok(false) };
        if running.go_on(app).await? {
            let mut tx = app.store().begin().await?;
            store::access::note_replayed(&mut tx, *id, running.replay.sign_ins()).await?;
            tx.commit().await?;
            return Ok(true);
        }
        let Some((id, running)) = self.current.take() else { return Ok(false) };
        end(app, op, id, Some(&running.replay.report(NAMED))).await
    }
}

async fn end(app: &App, op: &Op, id: ReplayId, report: Option<&ReplayReport>) -> Result<bool> {
    let mut tx = app.store().begin().await?;
    store::access::finish_replay(&mut tx, id, report, op.now).await?;
    tx.commit().await?;
    Ok(true)
}

/// A replay that is under way.
#[derive(Debug)]
struct Running {
    /// Taken while a thread of its own decides.
    draft: std::sync::Arc<Policies>,
    since: Timestamp,
    after: Option<HistoryKey>,
    replay: Replay,
}

impl Running {
    fn new(draft: Policies, since: Timestamp) -> Self {
        Self { draft: std::sync::Arc::new(draft), since, after: None, replay: Replay::default() }
    }

    /// Replays the next page; says whether there may be more.
    async fn go_on(&mut self, app: &App) -> Result<bool> {
        let mut tx = app.store().read().await?;
        let past = store::access::list_past_sign_ins(&mut tx, self.since, self.after, PAGE).await?;
        drop(tx);
        let Some(last) = past.last() else { return Ok(false) };
        self.after = Some((last.known.at, last.id));
        let (draft, mut replay) = (std::sync::Arc::clone(&self.draft), std::mem::take(&mut self.replay));
        let deciding = spawn_blocking(move || {
            for one in &past {
                replay.add(&draft, &one.known, one.organisation, one.outcome);
            }
            replay
        });
        self.replay = deciding.await.map_err(|error| Error::internal("replay sign-ins", error))?;
        Ok(true)
    }
}

async fn in_words(tx: &mut store::Tx, report: ReplayReport) -> Result<FoundByReplay> {
    let mut applications = Names::default();
    let mut found = FoundByReplay {
        sign_ins: report.sign_ins,
        people: report.people,
        totals: report.totals,
        affected_count: report.affected_count,
        ..FoundByReplay::default()
    };
    for group in report.organisations {
        let name = organisation(tx, group.of).await?;
        found.organisations.push((name, group.people, group.changes));
    }
    for group in report.applications {
        found.applications.push((applications.of(tx, group.of).await?, group.people, group.changes));
    }
    for of in report.affected {
        found.affected.push(AffectedPerson {
            display_name: super::see::name(tx, Some(of.account)).await?.unwrap_or_else(|| "?".to_owned()),
            organisation: organisation(tx, of.organisation).await?,
            application: applications.of(tx, of.application).await?,
            of,
        });
    }
    Ok(found)
}

async fn organisation(tx: &mut store::Tx, id: wardkey_domain::id::OrganisationId) -> Result<String> {
    Ok(store::directory::find_organisation(tx, id).await?.map_or_else(|| "?".to_owned(), |found| found.name))
}
