//! What answers look like. No domain type is written down as it is: each answer has its view.

mod account;
mod changed;
mod figures;
mod people;
mod report;

pub use account::Account;
pub use changed::{Compromised, MfaEnabled, SessionsEnded, StatusChanged};
pub use figures::{Coverage, Organisations};
pub use people::{People, SignIns};
pub use report::Report;
