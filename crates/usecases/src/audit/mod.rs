//! The audit in use: verify it, export it, show people their own part of it.
//!
//! Here: what an operator or a page asks of the audit. Not here: writing events, which every use case does itself in its own
//! transaction (`store::audit::append`), and sealing them (`job::seal_audit`).

mod anchor_file;
mod export;
mod instant;
mod keys;
mod reason;
mod settings;
mod sign_ins;
mod verify;

pub(crate) use anchor_file::{AnchorTail, Appended, append as append_anchor, open as open_anchor};
pub use export::{ExportFormat, NotAFormat, Period, export};
pub use instant::{instant, parse_instant};
pub(crate) use keys::make as make_key;
pub use keys::{public_keys, rotate_audit_key};
pub use reason::reason;
pub use settings::AuditSettings;
pub use sign_ins::{SignInOutcome, SignInRecord, account_sign_ins, recent_sign_ins};
pub use verify::{AnchorReport, Verification, verify, verify_store};
