//! Background work: one file per job.

mod backup;
mod blocking;
mod runner;
mod schedule;
mod seal_audit;
mod stream_audit;

pub use backup::{BackupReport, back_up, restore};
pub use runner::{Job, Jobs, Round};
pub use schedule::start;
pub use seal_audit::{Sealed, Sealer};
pub use stream_audit::Streamer;
