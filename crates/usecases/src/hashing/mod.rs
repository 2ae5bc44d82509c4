//! Password hashing on its own bounded pool of threads.
//!
//! What lives here: the queue, its limit and the threads, which run at a lower priority than everything else, so that
//! pages, tokens and session checks stay fast while the queue is full. What does not: Argon2 and the rules
//! (`domain::factor::password`), the throttle, which is asked first.

mod pool;
mod queue;
mod settings;
mod worker;

pub use pool::{HashingPool, NotHashed};
pub use settings::HashingSettings;
