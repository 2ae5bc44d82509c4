//! A transaction, whichever engine it runs on.

use std::sync::Arc;

use uuid::Uuid;
use wardkey_domain::secret::Secret;

use super::row::Row;
use super::value::Val;
use super::{postgres, sqlite};
use crate::cluster::{Cluster, ClusterEvent};
use crate::error::StoreError;
use crate::seal::{Keyring, MacId, SealedAt};

/// One transaction. Dropping it without [`Tx::commit`] undoes it.
///
/// Hold it for as short a time as possible and do nothing else meanwhile: on the embedded engine everybody who wants to
/// write waits behind it.
pub struct Tx {
    engine: EngineTx,
    failed: bool,
    events: Vec<ClusterEvent>,
    cluster: Cluster,
    keys: Arc<Keyring>,
}

pub(crate) enum EngineTx {
    SqliteRead(sqlite::ReadTx),
    SqliteWrite(sqlite::WriteTx),
    SqliteAppend(sqlite::AppendTx),
    PostgresRead(postgres::ReadTx),
    PostgresWrite(postgres::WriteTx),
}

/// What a committed transaction has to tell.
pub(crate) struct Deed {
    events: Vec<ClusterEvent>,
    cluster: Cluster,
}

impl Tx {
    pub(crate) fn new(engine: EngineTx, cluster: Cluster, keys: Arc<Keyring>) -> Self {
        Self { engine, failed: false, events: Vec::new(), cluster, keys }
    }

    /// Runs a statement and returns all its rows.
    ///
    /// # Errors
    /// A statement that fails spoils the transaction: it can only be dropped.
    pub async fn all(&mut self, sql: &'static str, args: Vec<Val>) -> Result<Vec<Row>, StoreError> {
        self.enter()?;
        let answer = match &mut self.engine {
            EngineTx::SqliteRead(tx) => tx.query(sql, &args),
            EngineTx::SqliteWrite(tx) => tx.query(sql, &args),
            EngineTx::SqliteAppend(_) => Err(StoreError::database("this transaction only inserts rows")),
            EngineTx::PostgresRead(tx) => tx.query(sql, args).await,
            EngineTx::PostgresWrite(tx) => tx.query(sql, args).await,
        };
        self.note(answer).await
    }

    /// Runs a statement and returns its first row, if there is one.
    ///
    /// # Errors
    /// As for [`Tx::all`].
    pub async fn opt(&mut self, sql: &'static str, args: Vec<Val>) -> Result<Option<Row>, StoreError> {
        Ok(self.all(sql, args).await?.into_iter().next())
    }

    /// Runs a statement that answers no rows and returns how many it changed.
    ///
    /// # Errors
    /// As for [`Tx::all`]; and in a transaction that only reads.
    pub async fn exec(&mut self, sql: &'static str, args: Vec<Val>) -> Result<u64, StoreError> {
        self.enter()?;
        let answer = match &mut self.engine {
            EngineTx::SqliteWrite(tx) => tx.execute(sql, &args),
            EngineTx::SqliteAppend(tx) => tx.insert(sql, args),
            EngineTx::PostgresWrite(tx) => tx.execute(sql, args).await,
            EngineTx::SqliteRead(_) | EngineTx::PostgresRead(_) => Err(StoreError::database("a read cannot write")),
        };
        self.note(answer).await
    }

    /// Queues `event`: every node hears it once the transaction is committed, and only then.
    pub fn publish(&mut self, event: ClusterEvent) {
        self.events.push(event);
    }

    /// Commits; when this returns, the transaction has survived whatever happens next.
    ///
    /// # Errors
    /// Nothing has happened, unless the connection to a PostgreSQL server broke during the commit: then it may have.
    pub async fn commit(mut self) -> Result<(), StoreError> {
        self.check()?;
        if let EngineTx::PostgresWrite(tx) = &mut self.engine
            && let Some(message) = self.cluster.message(&self.events)
        {
            tx.execute("SELECT pg_notify($1, $2)", crate::args![crate::cluster::CHANNEL, message]).await?;
        }
        let deed = Deed { events: self.events, cluster: self.cluster };
        match self.engine {
            EngineTx::SqliteWrite(tx) => tx.commit(deed).await,
            EngineTx::SqliteAppend(tx) => tx.commit(deed).await,
            EngineTx::PostgresWrite(tx) => tx.commit(deed).await,
            EngineTx::SqliteRead(_) | EngineTx::PostgresRead(_) => Ok(()),
        }
    }

    /// Seals `plain` for one column of one row; it opens nowhere else.
    ///
    /// # Errors
    /// Fails only when the cipher does, which it does not.
    pub fn seal(&self, at: SealedAt, plain: &[u8]) -> Result<Vec<u8>, StoreError> {
        Ok(self.keys.seal(at, plain)?)
    }

    /// Opens what was sealed for this column of this row.
    ///
    /// # Errors
    /// Fails when it was sealed for another place or tampered with. When it was sealed with a key this node has not heard
    /// of yet, the error is busy and the key will be known in the next transaction.
    pub fn unseal(&self, at: SealedAt, sealed: &[u8]) -> Result<Secret<Vec<u8>>, StoreError> {
        Ok(self.keys.unseal(at, sealed)?)
    }

    /// The keyed MAC (HMAC-SHA-256) by which rows are found: the same bytes give the same MAC for ever.
    ///
    /// Its key is wrapped anew, but not replaced, when keys are rotated.
    pub fn mac(&self, purpose: &'static str, bytes: &[u8]) -> [u8; 32] {
        self.keys.lookup_mac(purpose, bytes)
    }

    /// The keyed MAC with the newest key, and the key's number, which must be kept with it.
    pub fn mac_with_id(&self, purpose: &'static str, bytes: &[u8]) -> (MacId, [u8; 32]) {
        self.keys.mac_with_id(purpose, bytes)
    }

    /// The keyed MAC with the key of number `id`, to compare with one that was kept.
    ///
    /// # Errors
    /// Fails when there is no such key.
    pub fn mac_for(&self, id: MacId, purpose: &'static str, bytes: &[u8]) -> Result<[u8; 32], StoreError> {
        Ok(self.keys.mac_for(id, purpose, bytes)?)
    }

    /// The node (process) that runs this transaction.
    pub fn node(&self) -> Uuid {
        self.cluster.node()
    }

    /// What values begin with that the current data key has sealed.
    pub(crate) fn seal_header(&self) -> Result<Vec<u8>, StoreError> {
        Ok(self.keys.header()?.to_vec())
    }

    /// Runs a text of several statements, as migrations are.
    pub(crate) async fn script(&mut self, script: &'static str) -> Result<(), StoreError> {
        self.enter()?;
        let answer = match &mut self.engine {
            EngineTx::SqliteWrite(tx) => tx.execute_script(script),
            EngineTx::PostgresWrite(tx) => tx.execute_script(script).await,
            EngineTx::SqliteRead(_) | EngineTx::SqliteAppend(_) | EngineTx::PostgresRead(_) => {
                Err(StoreError::database("this transaction runs no scripts"))
            }
        };
        self.note(answer).await
    }

    /// Runs a text that was composed from the schema, never from input, and returns its rows.
    pub(crate) async fn all_composed(&mut self, sql: String, args: Vec<Val>) -> Result<Vec<Row>, StoreError> {
        self.enter()?;
        let answer = match &mut self.engine {
            EngineTx::SqliteRead(tx) => tx.query(&sql, &args),
            EngineTx::SqliteWrite(tx) => tx.query(&sql, &args),
            EngineTx::SqliteAppend(_) => Err(StoreError::database("this transaction only inserts rows")),
            EngineTx::PostgresRead(tx) => tx.query_composed(sql, args).await,
            EngineTx::PostgresWrite(tx) => tx.query_composed(sql, args).await,
        };
        self.note(answer).await
    }

    pub(crate) fn is_postgres(&self) -> bool {
        matches!(self.engine, EngineTx::PostgresRead(_) | EngineTx::PostgresWrite(_))
    }

    /// A failed statement spoils a transaction on PostgreSQL, whose commit would then quietly undo it; so it does here.
    fn check(&self) -> Result<(), StoreError> {
        if self.failed { Err(StoreError::Failed) } else { Ok(()) }
    }

    /// Counts a statement as failed until [`Tx::note`] hears otherwise, so that one given up half-way counts too.
    fn enter(&mut self) -> Result<(), StoreError> {
        self.check()?;
        self.failed = true;
        Ok(())
    }

    async fn note<T>(&mut self, answer: Result<T, StoreError>) -> Result<T, StoreError> {
        self.failed = answer.is_err();
        // The embedded engine never waits, so a long loop of statements must let others run now and then.
        tokio::task::coop::consume_budget().await;
        answer
    }
}

impl Deed {
    /// Tells this process what has been committed.
    pub(crate) fn tell(&self) {
        self.cluster.tell(&self.events);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use wardkey_domain::id::{AccountId, SessionId};

    use super::*;
    use crate::{Store, args, both_engines};

    async fn prepare(store: &Store, sqlite: &'static str, postgres: &'static str) {
        let mut tx = store.begin().await.unwrap();
        let script = if tx.is_postgres() { postgres } else { sqlite };
        tx.script(script).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Tables that read the same on both engines.
    async fn prepare_both(store: &Store) {
        let script = "CREATE TABLE parents (id BIGINT PRIMARY KEY, a TEXT NOT NULL, b TEXT NOT NULL, UNIQUE (a, b));
            CREATE TABLE children (id BIGINT PRIMARY KEY, parent BIGINT NOT NULL REFERENCES parents (id));";
        prepare(store, script, script).await;
    }

    const INSERT: &str = "INSERT INTO parents (id, a, b) VALUES ($1, $2, $3)";

    async fn count(store: &Store) -> i64 {
        let row = store.read().await.unwrap().opt("SELECT COUNT(*) AS n FROM parents", args![]).await.unwrap();
        row.unwrap().get("n").unwrap()
    }

    both_engines!(every_kind_of_value_survives, |store| async move {
        prepare(
            &store,
            "CREATE TABLE t (id BLOB PRIMARY KEY, b INTEGER, i INTEGER, t TEXT, x BLOB, j TEXT) STRICT",
            "CREATE TABLE t (id UUID PRIMARY KEY, b BOOLEAN, i BIGINT, t TEXT, x BYTEA, j JSONB)",
        )
        .await;
        let insert = "INSERT INTO t (id, b, i, t, x, j) VALUES ($1, $2, $3, $4, $5, $6)";
        let id = |number| AccountId::from_uuid(Uuid::from_u128(number));
        let mut tx = store.begin().await.unwrap();
        // Nothing first and values later: the second run of a statement must not trip over the types of the first.
        tx.exec(insert, args![id(1), None::<bool>, None::<i64>, None::<String>, None::<Vec<u8>>, None::<Value>])
            .await
            .unwrap();
        let json = json!({ "list": [1, "two", null] });
        let bytes = vec![0_u8, 255, 7];
        tx.exec(insert, args![id(2), true, i64::MIN, "Ysbyty Gwynedd — ŵ", bytes.clone(), json.clone()]).await.unwrap();
        tx.commit().await.unwrap();
        let rows = store.read().await.unwrap().all("SELECT * FROM t ORDER BY id", args![]).await.unwrap();
        let [nothing, all] = rows.as_slice() else { panic!("two rows") };
        assert_eq!(nothing.get::<AccountId>("id").unwrap(), id(1));
        assert_eq!(nothing.get::<Option<bool>>("b").unwrap(), None);
        assert_eq!(nothing.get::<Option<Value>>("j").unwrap(), None);
        assert!(nothing.get::<i64>("i").is_err());
        assert!(nothing.get::<i64>("absent").is_err());
        assert!(all.get::<bool>("b").unwrap());
        assert_eq!(all.get::<i64>("i").unwrap(), i64::MIN);
        assert_eq!(all.get::<String>("t").unwrap(), "Ysbyty Gwynedd — ŵ");
        assert_eq!(all.get::<Vec<u8>>("x").unwrap(), bytes);
        assert_eq!(all.get::<Value>("j").unwrap(), json);
        assert_eq!(all.json::<std::collections::HashMap<String, Value>>("j").unwrap().len(), 1);
    });

    both_engines!(what_is_dropped_never_happened, |store| async move {
        prepare_both(&store).await;
        let mut tx = store.begin().await.unwrap();
        assert_eq!(tx.exec(INSERT, args![1, "a", "b"]).await.unwrap(), 1);
        drop(tx);
        assert_eq!(count(&store).await, 0);
        let mut tx = store.begin().await.unwrap();
        tx.exec(INSERT, args![1, "a", "b"]).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(count(&store).await, 1);
    });

    both_engines!(a_failed_statement_spoils_its_transaction, |store| async move {
        prepare_both(&store).await;
        let mut tx = store.begin().await.unwrap();
        tx.exec(INSERT, args![1, "a", "b"]).await.unwrap();
        tx.exec(INSERT, args![1, "c", "d"]).await.unwrap_err();
        assert!(matches!(tx.exec(INSERT, args![2, "c", "d"]).await, Err(StoreError::Failed)));
        assert!(matches!(tx.commit().await, Err(StoreError::Failed)));
        assert_eq!(count(&store).await, 0);
    });

    both_engines!(a_broken_rule_is_named_alike, |store| async move {
        prepare_both(&store).await;
        let mut tx = store.begin().await.unwrap();
        tx.exec(INSERT, args![1, "a", "b"]).await.unwrap();
        tx.commit().await.unwrap();
        let fault = async |sql, args| store.begin().await.unwrap().exec(sql, args).await.unwrap_err();
        assert_eq!(fault(INSERT, args![1, "x", "y"]).await.is_unique(), Some("parents.id"));
        assert_eq!(fault(INSERT, args![2, "a", "b"]).await.is_unique(), Some("parents.a,b"));
        let orphan = fault("INSERT INTO children (id, parent) VALUES ($1, $2)", args![1, 9]).await;
        assert!(matches!(orphan, StoreError::Reference(_)), "{orphan:?}");
        assert!(fault("SELECT nonsense", args![]).await.is_unique().is_none());
    });

    both_engines!(a_read_cannot_write, |store| async move {
        prepare_both(&store).await;
        let mut tx = store.read().await.unwrap();
        assert!(tx.exec(INSERT, args![1, "a", "b"]).await.is_err());
        let mut tx = store.read().await.unwrap();
        let returning = "INSERT INTO parents (id, a, b) VALUES ($1, $2, $3) RETURNING id";
        assert!(tx.all(returning, args![1, "a", "b"]).await.is_err());
        drop(tx);
        assert_eq!(count(&store).await, 0);
    });

    both_engines!(events_are_told_when_the_commit_is_done_and_only_then, |store| async move {
        let mut heard = store.cluster().subscribe();
        let ended = |number| ClusterEvent::SessionEnded(SessionId::from_uuid(Uuid::from_u128(number)));
        let mut tx = store.begin().await.unwrap();
        tx.publish(ended(1));
        drop(tx);
        let mut tx = store.begin().await.unwrap();
        tx.publish(ended(2));
        tx.commit().await.unwrap();
        let mut told = Vec::new();
        while let Ok(event) = heard.try_recv() {
            told.push(event);
        }
        assert!(told.contains(&ended(2)) && !told.contains(&ended(1)), "{told:?}");
    });

    both_engines!(transactions_at_the_same_time_do_not_lose_each_other_s_work, |store| async move {
        prepare_both(&store).await;
        let mut tx = store.begin().await.unwrap();
        tx.exec(INSERT, args![0, "0", "total"]).await.unwrap();
        tx.commit().await.unwrap();
        let workers = (0..16).map(|worker: i64| {
            let store = store.clone();
            tokio::spawn(async move {
                for turn in 0..20 {
                    let mut tx = store.begin().await.unwrap();
                    let add = "UPDATE parents SET a = CAST(CAST(a AS BIGINT) + 1 AS TEXT) WHERE id = 0";
                    tx.exec(add, args![]).await.unwrap();
                    tx.exec(INSERT, args![1 + worker * 100 + turn, format!("{worker}"), format!("{turn}")])
                        .await
                        .unwrap();
                    // Every fourth is given up.
                    if turn % 4 != 0 {
                        tx.commit().await.unwrap();
                    }
                }
            })
        });
        for worker in workers.collect::<Vec<_>>() {
            worker.await.unwrap();
        }
        let total = store.read().await.unwrap().opt("SELECT a FROM parents WHERE id = 0", args![]).await.unwrap();
        assert_eq!(total.unwrap().get::<String>("a").unwrap(), "240");
        assert_eq!(count(&store).await, 241);
    });
}
