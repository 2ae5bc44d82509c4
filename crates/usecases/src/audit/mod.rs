//! The audit in use: verify it, export it, stream it, show people their own part of it.
//!
//! Here: what an operator or a page asks of the audit. Not here: writing events, which every use case does itself in its own
//! transaction (`store::audit::append`), sealing them (`job::seal_audit`), and handing them over (`job::stream_audit`).

mod anchor_file;
mod export;
mod instant;
mod keys;
mod line;
mod reason;
mod settings;
mod sign_ins;
mod streams;
mod verify;

pub(crate) use anchor_file::{AnchorTail, Appended, append as append_anchor, open as open_anchor};
pub use export::{ExportFormat, NotAFormat, Period, export};
pub use instant::{instant, parse_instant};
pub(crate) use keys::make as make_key;
pub use keys::{public_keys, rotate_audit_key};
pub(crate) use line::{line_at_any_rate, short_line};
pub use reason::reason;
pub use settings::AuditSettings;
pub use sign_ins::{SignInOutcome, SignInRecord, account_sign_ins, recent_sign_ins};
pub(crate) use streams::observe_streams;
pub use streams::{Stream, StreamBegin, StreamReport, forget_stream, list_streams};
pub use verify::{AnchorReport, Verification, verify, verify_store};
