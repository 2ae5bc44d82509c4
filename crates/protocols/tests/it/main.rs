//! The endpoints, without pages: what a client and a browser are answered.

mod authorize;
mod client;
mod device;
mod discovery;
mod logout;
mod pushed;
mod support;
mod token;
mod userinfo;
