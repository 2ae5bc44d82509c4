//! Sign-ins in progress as rows: sealed blobs that only the engine can read.
//!
//! Here: saving, finding and forgetting them. Not here: what is in them.

mod rows;
#[cfg(test)]
mod tests;

pub use rows::{
    StoredFlow, delete_flow, delete_flows_over, flow, flow_by_id, insert_flow, save_flow, stop_account_flows,
    stop_flow, stop_pass_flows,
};
