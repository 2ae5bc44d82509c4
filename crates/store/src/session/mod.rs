//! Sessions as rows.
//!
//! Here: one function per query. Not here: what makes a session good (`wardkey_domain::session`) or what ends one
//! (`wardkey_usecases::session`).

mod rows;
#[cfg(test)]
mod tests;

pub use rows::{
    delete_sessions_over, end_account_sessions, end_session, insert_session, list_device_sessions, list_sessions,
    refresh_session, session, session_by_token, touch_session,
};
