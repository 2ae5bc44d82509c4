//! The endpoints, without pages: what a client and a browser are answered.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "all of it is tests, also the functions that tests share"
)]

mod authorize;
mod client;
mod device;
mod discovery;
mod logout;
mod pushed;
mod scim;
mod support;
mod token;
mod userinfo;
