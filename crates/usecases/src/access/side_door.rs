//! What would open a compromised account outside of its case.

use wardkey_domain::directory::Account;
use wardkey_store::{self as store, Tx};

use crate::{Error, Result};

/// Refuses what would open an account that is marked as compromised, and says where it goes on [CMP-3]. For transactions that
/// write.
///
/// SECURITY: whoever marks the account at the same moment waits for this transaction, or is waited for.
pub(crate) async fn refuse_compromised(tx: &mut Tx, account: &Account) -> Result<()> {
    store::credential::lock_credentials(tx, account.id, account.organisation).await?;
    let Some(held) = store::access::find_hold(tx, account.id).await? else { return Ok(()) };
    if held.hold.opens().is_ok() {
        return Ok(());
    }
    let case = store::access::find_case(tx, held.case).await?;
    let case = case.map_or_else(|| "its case".to_owned(), |case| format!("case {}", case.number));
    Err(Error::Conflict(format!(
        "This account is marked as compromised. Go on in {case}: what the person needs to sign in is made there, when the account \
         is restored."
    )))
}
