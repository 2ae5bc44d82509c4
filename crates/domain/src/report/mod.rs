//! Reports: what is counted of people, and the figures that follow.
//!
//! Here: what of an account is counted and filtered by ([`Counted`]), its compact form ([`Facets`]), and how many of an
//! organisation's people are covered ([`Coverage`]). Not here: how the counts are kept (`store/report`), and when they are brought
//! up to date (`usecases/report`). Read next: [`Counted`].

mod counted;
mod coverage;
mod csv;
mod facets;
mod filter;
mod mfa_status;
mod snapshot;
mod status_report;

pub use counted::{Counted, Cover, Facts, UnknownCover};
pub use coverage::Coverage;
pub use csv::write_row;
pub use facets::{Facets, Masks};
pub use filter::{PeopleFilter, SignedIn, UnknownSignedIn, day_of};
pub use mfa_status::{MfaStatus, UnknownMfaStatus};
pub use snapshot::{BadSnapshot, SnapshotHead, Verified, sign_snapshot, verify_snapshot};
pub use status_report::{ReportKind, STATUS_COLUMNS, StatusLine, StatusSource, UnknownReport};
