//! Configuration: one TOML file, overridden by the environment.
//!
//! What lives here: one file per section; each setting is read, documented and given its default in one call
//! ([`reader::Section`]). What does not: what a setting means, which its slice says. Nothing outside this folder reads the
//! environment or a configuration file. To add a setting, follow `docs/how-to/add-a-setting.md`.

mod access;
mod api;
mod audit;
mod cache;
mod care_identity;
mod database;
mod environment;
mod file;
mod hashing;
mod help;
mod keys;
mod listen;
mod log;
mod message;
mod metrics;
mod named_location;
mod nearest;
mod network;
mod notify;
mod oidc;
mod outbound;
mod password;
mod problem;
mod provisioning;
mod push;
mod reader;
mod reference;
mod roots;
mod server;
mod session;
mod signin;
mod sip;
mod smartcard;
mod smpp;
mod smtp;
mod stream;
mod telephone;
mod temporary_access_pass;
mod throttle;
mod totp;
mod value;
mod webauthn;
mod whole;

pub use keys::write_new as write_new_master_key;
pub use listen::DEFAULT_PORT;
pub use network::Networks;
pub use problem::ConfigError;
pub use reference::{example, page};
pub use sip::SipTrunk;
pub use stream::{ReceiverSettings, StreamSettings};
pub use whole::{Config, Source};
