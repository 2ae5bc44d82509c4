//! GOV.UK Notify, by its REST API of version 2.
//!
//! The template at Notify is one field, such as `((message))`: the words are ours. A text is handed over by one request that
//! is never repeated (`client.rs`); what the answer means is in `answer.rs`. Receipts are asked for in growing intervals
//! (`watch.rs`), or come as a callback, which [`read_callback`] reads and whose address an edge serves.

mod answer;
mod client;
mod settings;
mod status;
mod watch;

pub use client::{LookUpError, Notify};
pub use settings::{ApiKey, BadApiKey, NotifyReceipts, NotifySettings, NotifySetupError};
pub use status::{BadCallback, Callback, read_callback};
