//! The password's step: counted, checked by the bounded pool, and only then looked at.

use wardkey_domain::credential::{Attempt, Who};
use wardkey_domain::directory::Account;
use wardkey_domain::factor::FactorKind;
use wardkey_domain::factor::password::{PasswordHash, PasswordVerdict};
use wardkey_domain::op::Op;
use wardkey_domain::secret::Secret;
use wardkey_domain::signin::{Event, Flow, Step};
use wardkey_store::{self as store, Tx};

use crate::signin::advance::{known_device, over};
use crate::signin::perform::{Guess, Settling, Upgrade};
use crate::signin::step::step;
use crate::signin::{Advance, flow_token, load};
use crate::{App, Error, Result};

/// What is remembered between the two transactions of a password's step.
struct Counted {
    flow: Flow,
    settling: Settling,
    account: Option<Account>,
    hash: Option<PasswordHash>,
}

/// Checks an address and a password.
///
/// It takes two transactions: the first counts the try before anything is checked, so that guesses made side by side are
/// all counted; the hash is computed in between, on its own threads, while no transaction is open.
pub(super) async fn advance(
    app: &App,
    op: &Op,
    token: &str,
    address: &str,
    password: Secret<String>,
) -> Result<Advance> {
    if address.trim().is_empty() {
        return Err(Error::invalid("address", "Enter your email address"));
    }
    if password.expose().is_empty() {
        return Err(Error::invalid("password", "Enter your password"));
    }
    let counted = match count(app, op, token, address).await? {
        Ok(counted) => counted,
        Err(answer) => return Ok(answer),
    };
    let (verdict, upgrade) = match check(app, op, &counted, &password).await {
        Ok(checked) => checked,
        Err(error) => {
            give_back(app, op, &counted).await?;
            return Err(error);
        }
    };
    conclude(app, op, counted, verdict, upgrade).await
}

/// Counts the try. The inner error is an answer: the try may not be made.
async fn count(app: &App, op: &Op, token: &str, address: &str) -> Result<std::result::Result<Counted, Advance>> {
    let mut tx = app.store().begin().await?;
    let resumed = match flow_token::resume(&mut tx, op, token).await? {
        Ok(resumed) => resumed,
        Err(refusal) => return Ok(Err(over(app, op, refusal))),
    };
    let account = load::account_at(&mut tx, address).await?;
    let known_device = known_device(&mut tx, op, account.as_ref().map(|account| account.id)).await?;
    let who = Who::Address(address.trim().to_lowercase());
    let attempt = Attempt { who, factor: FactorKind::Password, address: op.origin.address, known_device };
    let permit = store::credential::reserve_attempt(&mut tx, &attempt, &app.settings().throttle, op.now).await?;
    let guess = Guess::reserved(attempt, permit).at(account.as_ref().map(|account| account.id));
    let settling = Settling::of(&resumed, guess);
    let event = Event::PasswordSubmitted { permit };
    match step(app, op, &mut tx, resumed.flow, event).await? {
        Step::Wait(flow) => {
            let hash = current_hash(&mut tx, account.as_ref()).await?;
            tx.commit().await?;
            Ok(Ok(Counted { flow, settling, account, hash }))
        }
        step @ (Step::Ask(..) | Step::Done(..) | Step::Refused(..)) => {
            Ok(Err(settling.settle(app, op, tx, step).await?))
        }
    }
}

/// Checks the password; for an address or account without one, against a decoy of the same cost.
async fn check(
    app: &App,
    op: &Op,
    counted: &Counted,
    password: &Secret<String>,
) -> Result<(PasswordVerdict, Option<Upgrade>)> {
    let verdict = match &counted.hash {
        Some(hash) => app.hashing().verify(hash.clone(), password.clone(), op.now).await?,
        None => {
            // SECURITY: the same work as for a real hash; whatever it says, the answer is no.
            app.hashing().verify_decoy(password.clone(), op.now).await?;
            PasswordVerdict::Refuse
        }
    };
    let upgrade = match (&verdict, &counted.hash) {
        (PasswordVerdict::Accept { upgrade: true, .. }, Some(old)) => {
            // An upgrade that finds the queue full waits for the next sign-in.
            let new = app.hashing().hash(app.random(), password.clone()).await.ok();
            new.map(|new| Upgrade { old: old.clone(), new })
        }
        (PasswordVerdict::Accept { .. } | PasswordVerdict::Refuse, _) => None,
    };
    Ok((verdict, upgrade))
}

async fn conclude(
    app: &App,
    op: &Op,
    counted: Counted,
    verdict: PasswordVerdict,
    upgrade: Option<Upgrade>,
) -> Result<Advance> {
    let mut tx = app.store().begin().await?;
    // SECURITY: the password may have been reset while the old one was being checked; then the check says nothing.
    let verdict = if current_hash(&mut tx, counted.account.as_ref()).await? == counted.hash {
        verdict
    } else {
        PasswordVerdict::Refuse
    };
    let person = match &counted.account {
        Some(account) => load::person(app, &mut tx, op, account.id).await?,
        None => None,
    };
    let event = Event::PasswordChecked { person, verdict };
    let step = step(app, op, &mut tx, counted.flow, event).await?;
    counted.settling.upgrading(upgrade).settle(app, op, tx, step).await
}

async fn current_hash(tx: &mut Tx, account: Option<&Account>) -> Result<Option<PasswordHash>> {
    match account {
        Some(account) => Ok(store::credential::password(tx, account.id).await?.map(|password| password.hash)),
        None => Ok(None),
    }
}

/// Takes the count back: nothing was checked.
async fn give_back(app: &App, op: &Op, counted: &Counted) -> Result<()> {
    let mut tx = app.store().begin().await?;
    if let Some(attempt) = counted.settling.attempt() {
        store::credential::give_back_attempt(&mut tx, attempt, &app.settings().throttle, op.now).await?;
    }
    tx.commit().await?;
    Ok(())
}
