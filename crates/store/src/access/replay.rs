//! Replays of past sign-ins under a draft.

use wardkey_domain::access::history::ReplayReport;
use wardkey_domain::id::{AccountId, ReplayId};
use wardkey_domain::time::Timestamp;

use crate::{Row, StoreError, Tx, args};

/// A replay that somebody has asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredReplay {
    /// Its identifier.
    pub id: ReplayId,
    /// The draft.
    pub document: String,
    /// Who asked; nobody with an account where it was an operator.
    pub asked_by: Option<AccountId>,
    /// When.
    pub asked_at: Timestamp,
    /// Sign-ins from then on are replayed.
    pub since: Timestamp,
    /// How many there are.
    pub sign_ins: u64,
    /// How many are done.
    pub done: u64,
    /// How far it is.
    pub state: ReplayState,
}

/// How far a replay is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReplayState {
    /// It waits, or is under way.
    Waiting,
    /// It has ended, and its report is there.
    Finished,
    /// The draft could not be made ready.
    Failed,
}

impl ReplayState {
    const ALL: [Self; 3] = [Self::Waiting, Self::Finished, Self::Failed];

    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Finished => "finished",
            Self::Failed => "failed",
        }
    }
}

macro_rules! columns {
    () => {
        "id, document, asked_by, asked_at, since, sign_ins, done, state"
    };
}

fn replay(row: &Row) -> Result<StoredReplay, StoreError> {
    let word: String = row.get("state")?;
    let unknown = || StoreError::Column { column: "state".to_owned(), found: "an unknown word" };
    Ok(StoredReplay {
        id: row.get("id")?,
        document: row.get("document")?,
        asked_by: row.get("asked_by")?,
        asked_at: row.get("asked_at")?,
        since: row.get("since")?,
        sign_ins: row.get("sign_ins")?,
        done: row.get("done")?,
        state: ReplayState::ALL.into_iter().find(|state| state.as_str() == word).ok_or_else(unknown)?,
    })
}

fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Keeps a replay that is asked for.
pub async fn insert_replay(tx: &mut Tx, replay: &StoredReplay) -> Result<(), StoreError> {
    let sql = concat!("INSERT INTO policy_replays (", columns!(), ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8)");
    let StoredReplay { id, document, asked_by, asked_at, since, sign_ins, done, state } = replay;
    let (sign_ins, done) = (number(*sign_ins), number(*done));
    let values = args![*id, document, *asked_by, *asked_at, *since, sign_ins, done, state.as_str()];
    tx.exec(sql, values).await?;
    Ok(())
}

/// A replay.
pub async fn find_replay(tx: &mut Tx, id: ReplayId) -> Result<Option<StoredReplay>, StoreError> {
    let sql = concat!("SELECT ", columns!(), " FROM policy_replays WHERE id = $1");
    tx.opt(sql, args![id]).await?.as_ref().map(replay).transpose()
}

/// The oldest replay that waits or is under way.
pub async fn next_replay(tx: &mut Tx) -> Result<Option<StoredReplay>, StoreError> {
    let sql =
        concat!("SELECT ", columns!(), " FROM policy_replays WHERE state = 'waiting' ORDER BY asked_at, id LIMIT 1");
    tx.opt(sql, args![]).await?.as_ref().map(replay).transpose()
}

/// The newest replays, the newest first.
pub async fn list_replays(tx: &mut Tx, limit: u32) -> Result<Vec<StoredReplay>, StoreError> {
    let sql = concat!("SELECT ", columns!(), " FROM policy_replays ORDER BY asked_at DESC, id DESC LIMIT $1");
    tx.all(sql, args![limit]).await?.iter().map(replay).collect()
}

/// What a replay has found; nothing before it has ended.
pub async fn find_replay_report(tx: &mut Tx, id: ReplayId) -> Result<Option<ReplayReport>, StoreError> {
    let sql = "SELECT report FROM policy_replays WHERE id = $1 AND report IS NOT NULL";
    tx.opt(sql, args![id]).await?.map(|row| row.json("report")).transpose()
}

/// Notes how far a replay is.
pub async fn note_replayed(tx: &mut Tx, id: ReplayId, done: u64) -> Result<(), StoreError> {
    tx.exec("UPDATE policy_replays SET done = $2 WHERE id = $1 AND state = 'waiting'", args![id, number(done)]).await?;
    Ok(())
}

/// Ends a replay with what it has found; says whether it had not ended before.
pub async fn finish_replay(
    tx: &mut Tx,
    id: ReplayId,
    report: Option<&ReplayReport>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let state = if report.is_some() { ReplayState::Finished } else { ReplayState::Failed };
    let bad = |_| StoreError::Column { column: "report".to_owned(), found: "no JSON" };
    let text = report.map(serde_json::to_string).transpose().map_err(bad)?;
    let done = number(report.map_or(0, |report| report.sign_ins));
    let sql = "UPDATE policy_replays SET state = $2, report = $3, ended_at = $4, done = $5 \
               WHERE id = $1 AND state = 'waiting'";
    Ok(tx.exec(sql, args![id, state.as_str(), text, now, done]).await? == 1)
}

/// Forgets replays that were asked for before a moment; says how many.
pub async fn purge_replays(tx: &mut Tx, before: Timestamp) -> Result<u64, StoreError> {
    tx.exec("DELETE FROM policy_replays WHERE asked_at < $1", args![before]).await
}
