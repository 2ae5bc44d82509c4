//! Whoever watches the audit elsewhere [CMP-8]: a receiver of syslog over TLS [RFC 5424, RFC 5425], or a collector of lines of
//! JSON over https.
//!
//! [`Record`] is what is handed over, [`Receiver`] takes it. A hand-over is one exchange: a batch of records, and a sign that
//! all of it was taken. HTTP has one, its status. Syslog has none, so each batch has a connection of its own, and the sign is
//! that the receiver, having read our goodbye after the last record, closes it in order: [`Syslog`] says what that is worth.
//! Not here: which records are due, how far a stream has come, and when it is tried again.

mod capture;
mod failure;
mod http;
#[cfg(test)]
mod http_tests;
mod receiver;
mod record;
mod syslog;
#[cfg(test)]
mod syslog_tests;

pub use capture::{ReceiverCapture, Taken};
pub use failure::{NotTaken, Why};
pub use http::{Collector, CollectorSettings, CollectorSetupError, TokenScheme};
pub use receiver::Receiver;
pub use record::Record;
pub use syslog::{ClientCertificate, Syslog, SyslogSettings, SyslogSetupError, SyslogTls};
pub use wardkey_wire::syslog::Facility;
