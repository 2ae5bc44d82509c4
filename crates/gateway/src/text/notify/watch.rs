//! Asks what became of texts, in growing intervals.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::client::{Caller, LookUpError};
use crate::hand_over::Receipt;

/// How many texts are watched at once. Beyond that a new one is not watched, and counted as such; only a look-up at the next
/// start may find what became of it.
const WATCHED: usize = 10_000;

/// How often a text is asked for. With doubling intervals from five seconds on, the last is nearly two days after the
/// first: Notify itself gives a text up after three.
const LOOKS: u32 = 16;

/// A text to ask for: when, how often it was asked for before, and its name at Notify.
type Due = Reverse<(Instant, u32, String)>;

/// Asks for what comes in by `taken` until it is told to stop, and passes on what is final.
pub(super) async fn watch(
    caller: Caller,
    first_look: Duration,
    mut taken: mpsc::Receiver<String>,
    receipts: mpsc::Sender<Receipt>,
    stop: CancellationToken,
) {
    let mut due: BinaryHeap<Due> = BinaryHeap::new();
    loop {
        let next = due.peek().map(|Reverse((at, _, _))| *at);
        tokio::select! {
            biased;
            () = stop.cancelled() => return,
            reference = taken.recv() => match reference {
                None => return,
                Some(reference) if due.len() < WATCHED => {
                    due.push(Reverse((Instant::now() + first_look, 0, reference)));
                }
                Some(_) => metrics::counter!("wardkey_receipts_unwatched_total").increment(1),
            },
            () = sleep_until(next), if next.is_some() => {
                let Some(Reverse((_, looks, reference))) = due.pop() else { continue };
                match caller.look_up(&reference).await {
                    Ok(Some(state)) => {
                        let receipt = Receipt { gateway: caller.name().to_owned(), reference, state }.counted();
                        // Waiting here slows the questions down, which is right when nobody takes the answers.
                        if receipts.send(receipt).await.is_err() {
                            return;
                        }
                    }
                    // Notify has never heard of it, so it never will.
                    Err(LookUpError::NotFound) => {}
                    Ok(None) | Err(LookUpError::Refused(_) | LookUpError::Failed) if looks + 1 < LOOKS => {
                        let again = Instant::now() + first_look * 2_u32.saturating_pow(looks);
                        due.push(Reverse((again, looks + 1, reference)));
                    }
                    Ok(None) | Err(LookUpError::Refused(_) | LookUpError::Failed) => {}
                }
            }
        }
    }
}

async fn sleep_until(at: Option<Instant>) {
    if let Some(at) = at {
        tokio::time::sleep_until(at).await;
    }
}
