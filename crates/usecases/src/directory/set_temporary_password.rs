//! Giving somebody a temporary password.

use wardkey_domain::audit::Event;
use wardkey_domain::credential::{MustChange, Who};
use wardkey_domain::directory::Account;
use wardkey_domain::factor::FactorKind;
use wardkey_domain::factor::password::PasswordHash;
use wardkey_domain::id::AccountId;
use wardkey_domain::message::MessageKind;
use wardkey_domain::op::Op;
use wardkey_domain::permission::Action;
use wardkey_domain::secret::Secret;
use wardkey_domain::session::EndedWhy;
use wardkey_store as store;

use super::target::{Loaded, end_everything, load_to_change};
use crate::access::refuse_compromised;
use crate::audit::reason;
use crate::message::{Notice, notify};
use crate::{App, Error, Result};

/// Replaces an account's password by a generated one, which is returned to be shown once and must be changed at the next
/// sign-in. What the account had open ends [ADM-4].
///
/// # Errors
/// When the actor may not, there is no reason, the account is of a kind without sign-in or marked as compromised, or hashing is
/// overloaded.
pub async fn set_temporary_password(app: &App, op: &Op, id: AccountId, why: &str) -> Result<Secret<String>> {
    let reason = reason(why)?;
    // SECURITY: asked before anything is hashed, so that nobody without permission can fill the hashing queue.
    load_resettable(app, &mut app.store().read().await?, op, id).await?;
    let (password, hash) = temporary_password(app).await?;

    let mut tx = app.store().begin().await?;
    let account = load_resettable(app, &mut tx, op, id).await?.account;
    refuse_compromised(&mut tx, &account).await?;
    let organisation = account.organisation;
    put_temporary_password(app, &mut tx, op, &account, &hash).await?;
    end_everything(&mut tx, op, &account, EndedWhy::PasswordChanged, Some(reason.clone())).await?;
    store::audit::append(&mut tx, op, Some(organisation), Event::PasswordReset { account: id, reason }).await?;
    notify(app, &mut tx, op, Notice::new(MessageKind::PasswordReset, id)).await?;
    tx.commit().await?;
    Ok(password)
}

/// A new temporary password, and its hash.
pub(crate) async fn temporary_password(app: &App) -> Result<(Secret<String>, PasswordHash)> {
    let password = generate(app.random());
    let hash = app.hashing().hash(app.random(), password.clone()).await?;
    Ok((password, hash))
}

/// Replaces the password of an account by a temporary one. The person starts anew: what an attacker failed at before is nothing to
/// them.
pub(crate) async fn put_temporary_password(
    app: &App,
    tx: &mut store::Tx,
    op: &Op,
    account: &Account,
    hash: &PasswordHash,
) -> Result<()> {
    let (id, rules, must_change) = (account.id, &app.settings().password, Some(MustChange::Temporary));
    store::credential::set_password(tx, id, account.organisation, hash, must_change, rules, op.now).await?;
    for who in [Who::Account(id), Who::Address(account.address.as_str().to_owned())] {
        store::credential::reset_throttle(tx, &who, FactorKind::Password).await?;
    }
    Ok(())
}

async fn load_resettable(app: &App, tx: &mut store::Tx, op: &Op, id: AccountId) -> Result<Loaded> {
    let loaded = load_to_change(app, tx, op, Action::ResetPassword, id).await?;
    if !loaded.account.kind.may_sign_in() {
        let kind = loaded.account.kind.words();
        return Err(Error::Conflict(format!("nobody signs in with a {kind}, so it gets no temporary password")));
    }
    Ok(loaded)
}

/// Letters and digits that are not taken for each other when read out or copied from paper.
const ALPHABET: &[u8; 31] = b"23456789abcdefghjkmnpqrstuvwxyz";
const GROUPS: usize = 4;
const GROUP: usize = 4;

/// A password of sixteen characters in groups of four: 79 bits.
fn generate(entropy: [u8; 16]) -> Secret<String> {
    let mut number = u128::from_be_bytes(entropy);
    let mut text = String::with_capacity(GROUPS * (GROUP + 1));
    for position in 0..GROUPS * GROUP {
        if position > 0 && position % GROUP == 0 {
            text.push('-');
        }
        // 128 random bits divided 16 times by 31 leave the last choices as even as the first to within 2^-48.
        let index = usize::try_from(number % 31).unwrap_or(0);
        text.push(ALPHABET.get(index).copied().map_or('2', char::from));
        number /= 31;
    }
    Secret::new(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_temporary_password_is_easy_to_copy() {
        let password = generate([0xa5; 16]);
        let groups: Vec<_> = password.expose().split('-').collect();
        assert_eq!(groups.len(), 4);
        assert!(
            groups.iter().all(|group| group.len() == 4 && !group.contains(['0', '1', 'i', 'l', 'o'])),
            "{groups:?}"
        );
    }

    #[test]
    fn other_entropy_makes_another_password() {
        let mut other = [0; 16];
        other[15] = 1;
        assert_ne!(generate([0; 16]), generate(other));
    }
}
