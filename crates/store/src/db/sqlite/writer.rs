//! Group commit: many transactions share one visit to the disk.
//!
//! There is one connection that writes, and whoever holds its [`Seat`] has it alone. Each transaction is a savepoint inside
//! an outer transaction. Committing releases the savepoint, gives the seat to the next in line and waits; whoever finds that
//! nobody is waiting sends the seat to the committing thread, which makes the outer commit durable and then tells all
//! members. Rolling back undoes one savepoint only.
//!
//! Transactions that only insert stand in line beside the seat, and every commit runs them first (`line.rs`).
//!
//! INVARIANT: neither a seat with members nor a line is ever left behind without somebody who will commit: the seat's holder
//! does when it leaves, whoever joins the line tries at once, and whoever gives up waiting checks on its way out.
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
use super::line::{Append, Line, Statement};
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
    line: Arc<Line>,
    committer: mpsc::Sender<OwnedMutexGuard<Seat>>,
}

/// The connection that writes, with those whose work it holds uncommitted.
pub(crate) struct Seat {
    connection: Connection,
    line: Arc<Line>,
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
        let line = Arc::new(Line::default());
        let seat = Seat {
            connection,
            line: Arc::clone(&line),
            members: Vec::new(),
            since: Instant::now(),
            commits: 0,
            version,
        };
        let seat = Arc::new(Mutex::new(seat));
        let (kept, beside) = (Arc::clone(&seat), Arc::clone(&line));
        // Ends when the last `Writer` is dropped and with it the sender.
        std::thread::Builder::new()
            .name("store-commit".to_owned())
            .spawn(move || commit_all(seats, &kept, &beside))
            .map_err(StoreError::database)?;
        Ok(Arc::new(Self { seat, waiting: AtomicUsize::new(0), line, committer }))
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

    /// Runs the statements of a transaction with the next commit, and waits until that is durable.
    pub(super) async fn append(&self, statements: Vec<Statement>, deed: Deed) -> Result<(), StoreError> {
        let (done, outcome) = oneshot::channel();
        self.line.join(Append { statements, deed, done });
        let pending = CommitOnDrop(self);
        // Whoever is ready to run now may join this commit.
        tokio::task::yield_now().await;
        drop(pending);
        outcome.await.unwrap_or(Err(StoreError::Failed))
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
            drop(seat);
            self.commit_if_idle();
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
        if !seat.members.is_empty() || !self.line.is_empty() {
            self.commit(seat);
        }
    }

    fn commit(&self, seat: OwnedMutexGuard<Seat>) {
        if let Err(mpsc::SendError(mut seat)) = self.committer.send(seat) {
            seat.commit();
        }
    }
}

/// Commits each seat that is sent, and then whatever has come to stand in line meanwhile.
fn commit_all(seats: mpsc::Receiver<OwnedMutexGuard<Seat>>, seat: &Arc<Mutex<Seat>>, line: &Line) {
    for mut sent in seats {
        sent.commit();
        drop(sent);
        while !line.is_empty() {
            // Whoever has the seat will see to the line when leaving.
            let Ok(mut seat) = Arc::clone(seat).try_lock_owned() else { break };
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

    /// Runs what stands in line, makes it and the members' work durable, and tells everybody.
    fn commit(&mut self) {
        self.run_line();
        if self.members.is_empty() {
            return self.abandon();
        }
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

    /// Makes members of those who stand in line.
    fn run_line(&mut self) {
        let line = self.line.take();
        if line.is_empty() {
            return;
        }
        if self.run(&line).is_ok() {
            self.members.extend(line.into_iter().map(|Append { deed, done, .. }| Member { deed, done }));
            return;
        }
        // One of them breaks a rule: each by itself, then.
        for append in line {
            let outcome = self.run(std::slice::from_ref(&append));
            let Append { deed, done, .. } = append;
            match outcome {
                Ok(()) => self.members.push(Member { deed, done }),
                Err(error) => drop(done.send(Err(error))),
            }
        }
    }

    /// Runs the statements of `appends`, all or none.
    fn run(&mut self, appends: &[Append]) -> Result<(), StoreError> {
        self.begin()?;
        connection::execute(&self.connection, "SAVEPOINT line", &[])?;
        let mut statements = appends.iter().flat_map(|append| &append.statements);
        let run = statements.try_for_each(|(sql, args)| connection::execute(&self.connection, sql, args).map(drop));
        let Err(error) = run else {
            let released = connection::execute(&self.connection, "RELEASE line", &[]).map(drop);
            // What is neither kept nor undone must not be committed, nor done again.
            if released.is_err() {
                self.fail(StoreError::database("a savepoint was not released"));
            }
            return released;
        };
        if self.connection.is_autocommit() {
            self.fail(StoreError::database("the outer transaction was rolled back by SQLite"));
            return Err(error);
        }
        let undone = connection::execute(&self.connection, "ROLLBACK TO line", &[])
            .and_then(|_| connection::execute(&self.connection, "RELEASE line", &[]));
        // INVARIANT: a savepoint that cannot be undone is never committed with the others.
        if let Err(fault) = undone {
            self.fail(fault);
        }
        Err(error)
    }

    /// Begins the outer transaction unless there is one. Called in the committing thread.
    #[expect(
        clippy::disallowed_methods,
        reason = "another process tells nobody when it is done; this thread may sleep"
    )]
    fn begin(&mut self) -> Result<(), StoreError> {
        if !self.connection.is_autocommit() {
            return Ok(());
        }
        let patience = Instant::now() + BUSY_PATIENCE;
        while let Err(error) = connection::execute(&self.connection, "BEGIN IMMEDIATE", &[]) {
            if !error.is_busy() || Instant::now() >= patience {
                return Err(error);
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        self.since = Instant::now();
        Ok(())
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
