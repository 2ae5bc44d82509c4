//! The product as people meet it, page by page.

mod activation;
mod administration;
mod authenticator;
mod card_status;
mod compromise;
mod exception;
mod hardware_token;
pub mod management;
mod named_location;
mod newcomer;
mod oidc;
mod pass;
mod password;
mod policy;
mod recovery_code;
mod remembered;
mod security_key;
mod sessions;
mod smartcard;
mod throttle;
