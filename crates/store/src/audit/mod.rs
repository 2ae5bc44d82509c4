//! The audit as rows.
//!
//! Here: inserting events with their MAC, and one function per query for the sealer, the verifier and the pages. Not
//! here: what an event is, and what a chain must be like (`wardkey_domain::audit`).
//!
//! `events` holds what every use case calls ([`append`]); `repeats` counts refusals; `chain` serves the sealer; `streams` serves
//! whoever hands events over to somebody who watches them elsewhere.

mod chain;
mod events;
mod keys;
mod repeats;
#[cfg(test)]
mod stream_tests;
mod streams;
#[cfg(test)]
mod tests;

pub use chain::{forget_gaps, insert_block, last_block, list_blocks, list_events, list_late, list_unsealed, mac_holds};
pub use events::{append, list_account_sign_ins, list_between};
pub use keys::{insert_key, list_keys, signing_key};
pub use repeats::{flush_repeats, has_repeats_before};
pub use streams::{
    SealedPage, begin_stream, count_sealed_after, delete_stream, find_stream, list_sealed, list_streams, save_stream,
    sealed_end,
};
