//! The step of a recovery code: counted, hashed by the bounded pool, and only then compared.

use wardkey_domain::credential::{Attempt, Permit};
use wardkey_domain::factor::FactorKind;
use wardkey_domain::factor::password::PasswordHash;
use wardkey_domain::factor::recovery_code::RecoveryCode;
use wardkey_domain::op::Op;
use wardkey_domain::secret::Secret;
use wardkey_domain::signin::Event;
use wardkey_store as store;

use crate::signin::advance::{attempt, known_person, over, wrong_step};
use crate::signin::perform::{Guess, Settling};
use crate::signin::step::step;
use crate::signin::{Advance, flow_token};
use crate::{App, Error, Result, access};

/// A try that is counted.
struct Counted {
    attempt: Attempt,
    permit: Permit,
    /// One of the codes that the account has, to hash what was typed alike.
    like: Option<PasswordHash>,
}

/// Checks a recovery code, in two transactions as a password is checked.
pub(super) async fn advance(app: &App, op: &Op, token: &str, typed: &Secret<String>) -> Result<Advance> {
    let code = RecoveryCode::parse(typed.expose());
    let code = code.map_err(|why| Error::invalid("recovery_code", why.to_string()))?;
    let counted = match count(app, op, token).await? {
        Ok(counted) => counted,
        Err(answer) => return Ok(answer),
    };
    let typed = match &counted.like {
        Some(like) => match app.hashing().hash_alike(like.clone(), code.bare().clone()).await {
            Ok(hash) => Some(hash),
            Err(error) => {
                give_back(app, op, &counted).await?;
                return Err(error.into());
            }
        },
        None => None,
    };
    conclude(app, op, token, counted, typed).await
}

/// Counts the try. The inner error is an answer: there is no sign-in to which one could be typed.
async fn count(app: &App, op: &Op, token: &str) -> Result<std::result::Result<Counted, Advance>> {
    let mut tx = app.store().begin().await?;
    let resumed = match flow_token::resume(&mut tx, op, token).await? {
        Ok(resumed) => resumed,
        Err(refusal) => return Ok(Err(over(app, op, refusal))),
    };
    let Some(person) = known_person(app, &mut tx, op, &resumed).await? else {
        let settling = Settling::of(&resumed, Guess::none());
        return Ok(Err(settling.settle(app, op, tx, wrong_step(resumed)).await?));
    };
    let attempt = attempt(&mut tx, op, person.id, FactorKind::RecoveryCode).await?;
    let permit = store::credential::reserve_attempt(&mut tx, &attempt, &app.settings().throttle, op.now).await?;
    // SECURITY: nothing is hashed where no code counts: that would be work for others to wait for.
    let policies = access::policies(app, &mut tx, op.now).await?;
    let counts = permit == Permit::Now && resumed.flow.recovery_codes(&policies, &person).is_some();
    let codes = match counts {
        true => store::credential::find_recovery_codes(&mut tx, person.id).await?,
        false => None,
    };
    tx.commit().await?;
    let like = codes.and_then(|codes| codes.left.into_iter().next()).map(|code| code.hash);
    Ok(Ok(Counted { attempt, permit, like }))
}

async fn conclude(app: &App, op: &Op, token: &str, counted: Counted, typed: Option<PasswordHash>) -> Result<Advance> {
    let mut tx = app.store().begin().await?;
    let resumed = match flow_token::resume(&mut tx, op, token).await? {
        Ok(resumed) => resumed,
        Err(refusal) => return Ok(over(app, op, refusal)),
    };
    let Counted { attempt, permit, .. } = counted;
    let settling = Settling::of(&resumed, Guess::reserved(attempt, permit));
    let Some(person) = known_person(app, &mut tx, op, &resumed).await? else {
        return settling.settle(app, op, tx, wrong_step(resumed)).await;
    };
    // SECURITY: those that are there now; of codes that were made meanwhile none hashes alike.
    let codes = store::credential::find_recovery_codes(&mut tx, person.id).await?.zip(typed);
    let event = Event::RecoveryCodeSubmitted { person, permit, codes };
    let step = step(app, op, &mut tx, resumed.flow, event).await?;
    settling.settle(app, op, tx, step).await
}

/// Takes the count back: nothing was checked.
async fn give_back(app: &App, op: &Op, counted: &Counted) -> Result<()> {
    let mut tx = app.store().begin().await?;
    store::credential::give_back_attempt(&mut tx, &counted.attempt, &app.settings().throttle, op.now).await?;
    tx.commit().await?;
    Ok(())
}
