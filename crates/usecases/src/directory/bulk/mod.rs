//! Changing many accounts at once [ADM-1, ADM-2, ADM-12].
//!
//! Somebody says what and to whom; a job looks at each row and says what it would do; they confirm it, or somebody else has to
//! approve it first; the same job does it, row by row, in the name and with the rights that they have at that moment; and for ten
//! minutes it can be undone. Each row is dealt with in a transaction that notes so, whatever stops the server.
//!
//! Read `ask.rs` first, then `work.rs`. What is done to one account is in `deed.rs`, and nearly all of it beside this folder.

mod ask;
mod deed;
mod see;
mod settle;
mod work;

pub use ask::{
    AskedBulk, NewBulkChange, TypedAddress, Whom, addresses_of, ask_for_bulk_change, bulk_deeds, may_ask_for_bulk,
};
pub use see::{BulkChangeFacts, ListedBulkChange, bulk_rows, list_bulk_changes, see_bulk_change};
pub use settle::{
    approve_bulk_change, confirm_bulk_change, discard_bulk_change, reject_bulk_change, stop_bulk_change,
    undo_bulk_change,
};
pub use work::{forget_bulk_changes, work_on_bulk_changes};
