//! An authenticator app without a screen: the reference client of `docs/reference/authenticator-protocol.md`.
//!
//! Here: [`Account`], which signs what an app says and holds no connection, and [`call`], which carries it over HTTP. Not here:
//! where accounts are kept and what a terminal shows (`wardkey_server`). It is for people at a terminal and for tests; on a
//! phone the web app does the same.

mod account;
mod http;
mod link;

pub use account::{Account, AppError, Joining};
pub use http::{CallError, call};
pub use link::{BadLink, Link};
