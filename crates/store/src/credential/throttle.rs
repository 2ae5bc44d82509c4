//! The queries on `throttles`: counting an attempt before it is checked.

use wardkey_domain::credential::{Attempt, Counts, Gate, Permit, Subject, ThrottleRules, ThrottleState, Who};
use wardkey_domain::factor::FactorKind;
use wardkey_domain::time::Timestamp;

use crate::{StoreError, Tx, args};

/// SECURITY: the table names nobody. Without the key, who failed where cannot be read from a stolen database.
const PURPOSE: &str = "throttle subject";

/// Asks whether an attempt may be made now and, if so, counts it as a failure before anything is checked.
///
/// Commit before checking: guesses made side by side, on any node, are then all counted. An attempt that must wait is
/// not counted. Afterwards call [`succeed_attempt`], or [`give_back_attempt`] when nothing could be checked.
pub async fn reserve_attempt(
    tx: &mut Tx,
    attempt: &Attempt,
    rules: &ThrottleRules,
    now: Timestamp,
) -> Result<Permit, StoreError> {
    let mut counters = Vec::new();
    for gate in attempt.gates(rules) {
        let subject = subject_key(tx, &gate.subject);
        let state = lock(tx, &subject).await?;
        match gate.admits(&state, now) {
            Permit::Now => counters.push((gate, subject, state)),
            refused @ (Permit::Wait { .. } | Permit::Never) => return Ok(refused),
        }
    }
    for (gate, subject, state) in counters {
        save(tx, &gate, subject, &gate.reserve(&state, now)).await?;
    }
    Ok(Permit::Now)
}

/// Records that a reserved attempt was right: the account starts anew, its network only takes this attempt back.
pub async fn succeed_attempt(
    tx: &mut Tx,
    attempt: &Attempt,
    rules: &ThrottleRules,
    now: Timestamp,
) -> Result<(), StoreError> {
    change(tx, attempt, rules, |gate, state| gate.succeed(state, now)).await
}

/// Takes a reserved attempt back that could not be checked: an overloaded server is nobody's failure.
pub async fn give_back_attempt(
    tx: &mut Tx,
    attempt: &Attempt,
    rules: &ThrottleRules,
    now: Timestamp,
) -> Result<(), StoreError> {
    change(tx, attempt, rules, |gate, state| gate.give_back(state, now)).await
}

/// Starts one account's counter for a factor anew: an administrator re-enrols the person or resets their password.
pub async fn reset_throttle(tx: &mut Tx, who: &Who, factor: FactorKind) -> Result<(), StoreError> {
    let subject = subject_key(tx, &Subject::Account(who.clone(), factor));
    tx.exec("DELETE FROM throttles WHERE subject = $1", args![subject]).await?;
    Ok(())
}

/// Forgets counters that say nothing any more; says how many.
pub async fn delete_forgotten_throttles(tx: &mut Tx, now: Timestamp) -> Result<u64, StoreError> {
    tx.exec("DELETE FROM throttles WHERE forgotten_at <= $1", args![now]).await
}

async fn change(
    tx: &mut Tx,
    attempt: &Attempt,
    rules: &ThrottleRules,
    next: impl Fn(&Gate, &ThrottleState) -> ThrottleState,
) -> Result<(), StoreError> {
    for gate in attempt.gates(rules) {
        let subject = subject_key(tx, &gate.subject);
        let state = lock(tx, &subject).await?;
        save(tx, &gate, subject, &next(&gate, &state)).await?;
    }
    Ok(())
}

fn subject_key(tx: &Tx, subject: &Subject) -> [u8; 32] {
    tx.mac(PURPOSE, &subject.to_bytes())
}

/// Reads one counter and keeps other transactions from it until this one ends, whether or not there is a row yet.
async fn lock(tx: &mut Tx, subject: &[u8; 32]) -> Result<ThrottleState, StoreError> {
    let row = tx
        .opt(
            "INSERT INTO throttles (subject, failures, consecutive, forgotten_at) VALUES ($1, 0, 0, 0) \
             ON CONFLICT (subject) DO UPDATE SET failures = throttles.failures \
             RETURNING failures, consecutive, counted_at, blocked_until",
            args![subject],
        )
        .await?;
    let Some(row) = row else { return Ok(ThrottleState::default()) };
    Ok(ThrottleState {
        failures: row.get("failures")?,
        consecutive: row.get("consecutive")?,
        counted_at: row.get("counted_at")?,
        blocked_until: row.get("blocked_until")?,
    })
}

async fn save(tx: &mut Tx, gate: &Gate, subject: [u8; 32], state: &ThrottleState) -> Result<(), StoreError> {
    let has_ceiling = match gate.counts {
        Counts::Delays => false,
        Counts::DelaysUpTo(_) | Counts::Ceiling(_) => true,
    };
    // INVARIANT: what counts towards a ceiling is never forgotten by time.
    let forgotten_at = if has_ceiling && state.consecutive > 0 {
        None
    } else {
        Some(state.forgotten_at(gate.limit).unwrap_or(Timestamp::from_micros(0)))
    };
    tx.exec(
        "UPDATE throttles SET failures = $2, consecutive = $3, counted_at = $4, blocked_until = $5, forgotten_at = $6 \
         WHERE subject = $1",
        args![subject, state.failures, state.consecutive, state.counted_at, state.blocked_until, forgotten_at],
    )
    .await?;
    Ok(())
}
