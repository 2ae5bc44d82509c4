//! The queries on `message_budgets`: counting a message before it is written.

use wardkey_domain::message::{BudgetVerdict, Gauge};
use wardkey_domain::time::Timestamp;

use crate::{StoreError, Tx, args};

/// SECURITY: the table names nobody. Without the key, who was sent how much cannot be read from a stolen database.
const PURPOSE: &str = "message budget";

/// Counters that nobody else changes until the transaction ends.
#[derive(Debug)]
pub struct LockedBudgets {
    subjects: Vec<[u8; 32]>,
    counted: Vec<(Gauge, u64)>,
}

impl LockedBudgets {
    /// Whether there may be one more message.
    pub fn judge(&self) -> BudgetVerdict {
        Gauge::judge(&self.counted)
    }
}

/// Locks the counters of `gauges` until the transaction ends, in their order, so that two nodes never both take the last
/// place.
pub async fn lock_budgets(tx: &mut Tx, gauges: Vec<Gauge>) -> Result<LockedBudgets, StoreError> {
    let mut locked =
        LockedBudgets { subjects: Vec::with_capacity(gauges.len()), counted: Vec::with_capacity(gauges.len()) };
    for gauge in gauges {
        let name = format!("{} {}", gauge.window, gauge.counted.name());
        let subject = tx.mac(PURPOSE, name.as_bytes());
        let used = lock(tx, subject, gauge.ends_at).await?;
        locked.subjects.push(subject);
        locked.counted.push((gauge, used));
    }
    Ok(locked)
}

/// Counts one more message in each.
pub async fn spend_budgets(tx: &mut Tx, locked: &LockedBudgets) -> Result<(), StoreError> {
    for (subject, (gauge, _)) in locked.subjects.iter().zip(&locked.counted) {
        tx.exec("UPDATE message_budgets SET used = used + $2 WHERE subject = $1", args![*subject, gauge.adds]).await?;
    }
    Ok(())
}

/// Forgets windows that have ended; says how many.
pub async fn delete_ended_budgets(tx: &mut Tx, now: Timestamp) -> Result<u64, StoreError> {
    tx.exec("DELETE FROM message_budgets WHERE ends_at <= $1", args![now]).await
}

async fn lock(tx: &mut Tx, subject: [u8; 32], ends_at: Timestamp) -> Result<u64, StoreError> {
    let row = tx
        .opt(
            "INSERT INTO message_budgets (subject, used, ends_at) VALUES ($1, 0, $2) \
             ON CONFLICT (subject) DO UPDATE SET used = message_budgets.used RETURNING used",
            args![subject, ends_at],
        )
        .await?;
    let Some(row) = row else { return Ok(0) };
    let used: i64 = row.get("used")?;
    Ok(u64::try_from(used).unwrap_or(u64::MAX))
}
