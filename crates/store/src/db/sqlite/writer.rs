//! Group commit: many transactions share one visit to the disk.
//!
//! There is one connection that writes, and whoever holds its [`Seat`] has it alone. Each transaction is a savepoint inside
//! an outer transaction. Committing releases the savepoint, gives the seat to the next in line and waits; whoever finds that
//! nobody is waiting sends the seat to the committing thread, which makes the outer commit durable and then tells all
//! members. Rolling back undoes one savepoint only.
//!
//! INVARIANT: a seat with members is never left behind without somebody who will commit it: its holder does when it leaves,
//! and whoever gives up waiting for the seat checks on its way out.
//! INVARIANT: nothing here awaits between two statements that belong together, so a future that is dropped cannot leave
//! half a transaction: dropping rolls the savepoint back.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::{Mutex, OwnedMutexGuard, oneshot};
use tokio::time::Instant;

use super::connection;
use crate::db::row::Row;
use crate::db::tx::Deed;
use crate::db::value::Val;
use crate::error::StoreError;

/// How many transactions at most wait for one commit.
const BATCH_MEMBERS: usize = 256;
/// How long the first member at most waits for others to join.
const BATCH_AGE: Duration = Duration::from_millis(2);
/// How long to wait for another process that writes.
const BUSY_PATIENCE: Duration = Duration::from_secs(5);

/// The line for the one connection that writes.
pub(crate) struct Writer {
    seat: Arc<Mutex<Seat>>,
    waiting: AtomicUsize,
    committer: mpsc::Sender<OwnedMutexGuard<Seat>>,
}

/// The connection that writes, with those whose work it holds uncommitted.
pub(crate) struct Seat {
    connection: Connection,
    members: Vec<Member>,
    since: Instant,
    /// How many outer transactions were committed.
    commits: u64,
    /// SQLite's count of commits by other connections, of which only other processes have any that write.
    version: i64,
}

/// A transaction that has released its savepoint and waits to be durable.
struct Member {
    deed: Deed,
    done: oneshot::Sender<Result<(), StoreError>>,
}

impl Writer {
    pub(super) fn open(path: &Path) -> Result<Arc<Self>, StoreError> {
        let connection = connection::open_writer(path)?;
        let version = connection::version(&connection)?;
        let (committer, seats) = mpsc::channel::<OwnedMutexGuard<Seat>>();
        // Ends when the last `Writer` is dropped and with it the sender.
        std::thread::Builder::new()
            .name("store-commit".to_owned())
            .spawn(move || seats.into_iter().for_each(|mut seat| seat.commit()))
            .map_err(StoreError::database)?;
        let seat = Seat { connection, members: Vec::new(), since: Instant::now(), commits: 0, version };
        Ok(Arc::new(Self { seat: Arc::new(Mutex::new(seat)), waiting: AtomicUsize::new(0), committer }))
    }

    /// Waits for the seat and starts a transaction.
    pub(crate) async fn begin(self: &Arc<Self>) -> Result<WriteTx, StoreError> {
        let mut tx = WriteTx { seat: Some(self.sit_down().await), writer: self.clone(), open: false };
        let seat = tx.seat()?;
        if seat.connection.is_autocommit() {
            let patience = Instant::now() + BUSY_PATIENCE;
            let mut pause = Duration::from_millis(1);
            // IMMEDIATE: a lock that is upgraded half-way fails whatever the patience.
            while let Err(error) = connection::execute(&seat.connection, "BEGIN IMMEDIATE", &[]) {
                if !error.is_busy() || Instant::now() >= patience {
                    return Err(error);
                }
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(Duration::from_millis(50));
            }
            seat.since = Instant::now();
        }
        connection::execute(&seat.connection, "SAVEPOINT tx", &[])?;
        tx.open = true;
        Ok(tx)
    }

    /// Whether another process has written since this was last asked.
    pub(super) async fn has_changed_elsewhere(self: &Arc<Self>) -> Result<bool, StoreError> {
        let mut seat = self.sit_down().await;
        let version = connection::version(&seat.connection);
        let changed = version.map(|version| std::mem::replace(&mut seat.version, version) != version);
        self.stand_up(seat);
        changed
    }

    /// Waits until everything is committed and moves the log into the file, so that the next start has nothing to do.
    pub(super) async fn rest(self: &Arc<Self>) {
        let seat = self.sit_down().await;
        if seat.members.is_empty()
            && connection::query(&seat.connection, "PRAGMA wal_checkpoint(TRUNCATE)", &[]).is_err()
        {
            tracing::warn!("failed to move the log into the database file; the next start will");
        }
        self.stand_up(seat);
    }

    /// How many outer transactions were committed.
    #[cfg(test)]
    pub(super) async fn commits(self: &Arc<Self>) -> u64 {
        let seat = self.sit_down().await;
        let commits = seat.commits;
        self.stand_up(seat);
        commits
    }

    /// Waits for the seat.
    async fn sit_down(self: &Arc<Self>) -> OwnedMutexGuard<Seat> {
        self.waiting.fetch_add(1, Ordering::SeqCst);
        // Dropped after the wait below, however that ends.
        let _waiting = Waiting(self);
        self.seat.clone().lock_owned().await
    }

    /// Gives the seat up; whoever leaves last sees to the commit.
    fn stand_up(&self, mut seat: OwnedMutexGuard<Seat>) {
        if seat.members.is_empty() {
            seat.abandon();
        } else if self.waiting.load(Ordering::SeqCst) == 0 || seat.is_full() {
            self.commit(seat);
        } else {
            drop(seat);
            self.commit_if_idle();
        }
    }

    /// Commits what is left on the seat unless somebody is about to use it.
    fn commit_if_idle(&self) {
        if self.waiting.load(Ordering::SeqCst) > 0 {
            return;
        }
        // Somebody who holds the seat comes past here too when leaving.
        let Ok(seat) = self.seat.clone().try_lock_owned() else { return };
        if !seat.members.is_empty() {
            self.commit(seat);
        }
    }

    fn commit(&self, seat: OwnedMutexGuard<Seat>) {
        if let Err(mpsc::SendError(mut seat)) = self.committer.send(seat) {
            seat.commit();
        }
    }
}

/// Somebody who waits for the seat.
struct Waiting<'w>(&'w Writer);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::SeqCst);
        // When the wait was given up, those who counted on this one to commit for them must not be forgotten.
        self.0.commit_if_idle();
    }
}

/// Sees to a pending commit however a wait ends.
struct CommitOnDrop<'w>(&'w Writer);

impl Drop for CommitOnDrop<'_> {
    fn drop(&mut self) {
        self.0.commit_if_idle();
    }
}

impl Seat {
    fn is_full(&self) -> bool {
        self.members.len() >= BATCH_MEMBERS || self.since.elapsed() >= BATCH_AGE
    }

    /// Makes the members' work durable and tells them.
    fn commit(&mut self) {
        match connection::execute(&self.connection, "COMMIT", &[]) {
            Ok(_) => {
                self.commits += 1;
                for member in &self.members {
                    member.deed.tell();
                }
                for member in self.members.drain(..) {
                    // A member that no longer listens has still committed.
                    let _ = member.done.send(Ok(()));
                }
            }
            Err(error) => self.fail(error),
        }
    }

    /// Tells all members that nothing happened, and makes it true.
    fn fail(&mut self, error: StoreError) {
        self.abandon();
        let error = Arc::new(error);
        for member in self.members.drain(..) {
            let _ = member.done.send(Err(StoreError::Commit(error.clone())));
        }
    }

    /// Ends the outer transaction without keeping anything.
    fn abandon(&mut self) {
        if !self.connection.is_autocommit()
            && let Err(error) = connection::execute(&self.connection, "ROLLBACK", &[])
        {
            tracing::error!(error = &error as &dyn std::error::Error, "failed to roll back the outer transaction");
        }
    }
}

/// One transaction that may write.
pub(crate) struct WriteTx {
    seat: Option<OwnedMutexGuard<Seat>>,
    writer: Arc<Writer>,
    open: bool,
}

impl WriteTx {
    pub(crate) fn query(&mut self, sql: &str, args: &[Val]) -> Result<Vec<Row>, StoreError> {
        let seat = self.seat()?;
        let answer = connection::query(&seat.connection, sql, args);
        self.checked(answer)
    }

    pub(crate) fn execute(&mut self, sql: &str, args: &[Val]) -> Result<u64, StoreError> {
        let seat = self.seat()?;
        let answer = connection::execute(&seat.connection, sql, args);
        self.checked(answer)
    }

    /// Runs a text of several statements, as migrations are.
    pub(crate) fn execute_script(&mut self, script: &str) -> Result<(), StoreError> {
        let seat = self.seat()?;
        let answer = seat.connection.execute_batch(script).map_err(connection::translate);
        self.checked(answer)
    }

    /// Releases the savepoint and waits until the outer transaction is durable.
    pub(crate) async fn commit(mut self, deed: Deed) -> Result<(), StoreError> {
        let released = connection::execute(&self.seat()?.connection, "RELEASE tx", &[]);
        self.checked(released)?;
        let Some(mut seat) = self.seat.take() else { return Err(StoreError::Failed) };
        let (done, outcome) = oneshot::channel();
        seat.members.push(Member { deed, done });
        if seat.is_full() {
            self.writer.commit(seat);
        } else {
            drop(seat);
            let pending = CommitOnDrop(&self.writer);
            // Whoever is ready to run now may join this commit.
            tokio::task::yield_now().await;
            drop(pending);
        }
        outcome.await.unwrap_or(Err(StoreError::Failed))
    }

    fn seat(&mut self) -> Result<&mut Seat, StoreError> {
        self.seat.as_deref_mut().ok_or(StoreError::Failed)
    }

    /// Passes `answer` on. Some faults (disk full, out of memory) make SQLite roll the whole outer transaction back;
    /// then its other members must hear of it now, and nothing of theirs may be committed later.
    fn checked<T>(&mut self, answer: Result<T, StoreError>) -> Result<T, StoreError> {
        if answer.is_err()
            && let Some(seat) = self.seat.as_deref_mut()
            && seat.connection.is_autocommit()
        {
            self.open = false;
            seat.fail(StoreError::database("the outer transaction was rolled back by SQLite"));
        }
        answer
    }
}

impl Drop for WriteTx {
    fn drop(&mut self) {
        let Some(mut seat) = self.seat.take() else { return };
        if self.open && !seat.connection.is_autocommit() {
            let undone = connection::execute(&seat.connection, "ROLLBACK TO tx", &[])
                .and_then(|_| connection::execute(&seat.connection, "RELEASE tx", &[]));
            // INVARIANT: a savepoint that cannot be undone is never committed with the others.
            if let Err(error) = undone {
                seat.fail(error);
            }
        }
        self.writer.stand_up(seat);
    }
}
