//! Sessions in use: recognising them on every request, listing them, ending them.
//!
//! Here: [`authenticate`], which answers from memory, and the ways a session ends. Not here: how one begins (`signin`).

mod authenticate;
mod cache;
mod end;
mod list;
mod sign_out;
mod sweep;

pub use authenticate::{Authenticated, authenticate, check};
pub use cache::SessionCache;
pub(crate) use end::end_in;
pub use end::{end, end_all_others};
pub use list::{SessionView, list};
pub use sign_out::sign_out;
pub use sweep::sweep;
