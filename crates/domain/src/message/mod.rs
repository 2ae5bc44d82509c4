//! Messages that leave: texts, calls and e-mails, from the decision to what became of them.
//!
//! What lives here: which kinds there are, what may happen to one, and how many there may be. What does not: their words
//! (the templates of `wardkey_gateway`), the rows (`wardkey_store`), who sends them (`wardkey_usecases`). Read
//! [`MessageKind`] next, then [`Fate`].

mod budget;
mod fate;
mod kind;
mod report_code;

pub use budget::{Allowance, BudgetRules, BudgetVerdict, Counted, Gauge, Prices, Sending};
pub use fate::{DeliveryState, Fate, HandOver, RetryRules, UnknownState};
pub use kind::{Channel, MessageKind, UnknownChannel, UnknownKind};
pub use report_code::{BadReportCode, ReportCode};
