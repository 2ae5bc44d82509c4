//! Counting rows, to prove that a copy has all of them.

use super::restore::RestoreReport;
use crate::args;
use crate::error::StoreError;
use crate::store::Store;

/// How many rows `store` has in each table that `report` names, in its order.
///
/// # Errors
/// Fails when the database does.
pub async fn count_rows(store: &Store, report: &RestoreReport) -> Result<Vec<u64>, StoreError> {
    let mut tx = store.read().await?;
    let mut counts = Vec::with_capacity(report.tables.len());
    for (table, _) in &report.tables {
        let rows = tx.all_composed(format!("SELECT COUNT(*) AS counted FROM \"{table}\""), args![]).await?;
        counts.push(rows.first().map_or(Ok(0), |row| row.get("counted"))?);
    }
    Ok(counts)
}
