//! One number on many accounts: seldom harmless.

use wardkey_domain::audit::Event;
use wardkey_domain::credential::Credential;
use wardkey_domain::factor::telephone::PhoneNumber;
use wardkey_domain::message::MessageKind;
use wardkey_domain::op::Op;
use wardkey_store::{self as store, Tx};

use crate::message::{Notice, tell_administrators};
use crate::{App, Result};

/// How many accounts are counted at most: beyond that the exact number says nothing more.
const MOST: u32 = 100;

/// Notes which number a newly enrolled credential has, and raises an alert when many accounts have the same.
pub(crate) async fn note_number(
    app: &App,
    op: &Op,
    tx: &mut Tx,
    credential: &Credential,
    number: &PhoneNumber,
) -> Result<()> {
    store::credential::note_number(tx, credential.id, number).await?;
    let accounts = store::credential::list_accounts_with_number(tx, number, MOST).await?;
    let count = u32::try_from(accounts.len()).unwrap_or(MOST);
    if count < app.settings().message.shared_number {
        return Ok(());
    }
    metrics::counter!("wardkey_numbers_shared_total").increment(1);
    let event = Event::NumberShared { account: credential.account, credential: credential.id, accounts: count };
    store::audit::append(tx, op, Some(credential.organisation), event).await?;
    let Some(account) = store::directory::find_account(tx, credential.account).await? else { return Ok(()) };
    let shared = |to| Notice {
        number: Some(number.masked()),
        accounts: Some(count),
        ..Notice::new(MessageKind::NumberSharedAdmin, to)
    };
    tell_administrators(app, tx, op, &account, shared).await
}
