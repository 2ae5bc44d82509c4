//! The tables of the `message` slice: messages on their way, and how many there were.
//!
//! Start with [`insert_message`], which belongs into the transaction that decides the message, and [`claim_messages`], with
//! which a worker takes what is due. What may become of a message is decided in `wardkey_domain::message`.

mod budget;
mod outbox;
mod standing;
#[cfg(test)]
mod tests;
mod undelivered;

pub use budget::{LockedBudgets, delete_ended_budgets, lock_budgets, spend_budgets};
pub use outbox::{
    ClaimedMessage, NewMessage, claim_messages, delete_old_messages, expire_messages, has_due_messages, insert_message,
    list_abandoned_messages, next_due_at, retry_message, settle_message, withdraw_message,
};
pub use standing::{
    AwaitedReceipt, MessageStanding, Report, ReportedMessage, call_standing, count_calls_at_once, count_messages,
    flow_of, keep_claim, list_awaited_receipts, message_standing, receive, set_call_standing, settle_call, take_report,
};
pub use undelivered::{ListedMessage, find_message, list_messages_to, list_undelivered, send_message_again};
