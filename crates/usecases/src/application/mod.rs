//! Applications at work: what they ask for and what they are given.
//!
//! Here: authorization requests, tokens and their exchange, questions about tokens, taking back, devices, signing out,
//! signing keys, and the registrations themselves. Not here: parameters, headers and signatures (`wardkey_protocols`), and
//! how a person signs in (`signin`).
//!
//! Hot paths: [`find`], [`introspect`] and [`userinfo`] are answered from [`TokenCache`] while this node hears the others.
//!
//! Read next: [`authorize`], then [`exchange_code`].

mod admit;
mod assertion;
mod authorize;
mod cache;
mod client;
mod client_keys;
mod deed;
pub mod device;
mod exchange;
mod inspect;
mod issue;
mod logout;
mod manage;
mod marks;
mod names;
mod notify;
mod pace;
mod purge;
mod refuse;
mod revoke;
mod settings;
mod signing_keys;
mod token;

pub use admit::{Admission, admit};
pub use assertion::spend_assertion;
pub use authorize::{Authorized, Pushed, authorize, keep_request, push, resume, take_pushed};
pub use cache::TokenCache;
pub use client::{Client, find};
pub use client_keys::{FetchedKeys, Wanted as WantedKeys, client_keys};
pub use deed::{AccountDeed, Asked, BadKey, DeedOutcome, Done, IdempotencyKey, do_once};
pub use exchange::{CodeExchange, exchange_client_credentials, exchange_code, exchange_refresh};
pub use inspect::{Userinfo, introspect, introspect_refresh, userinfo};
pub use issue::{AccessText, Identity, Issued, TokenAnswer};
pub use logout::{
    LogoutStep, LogoutView, confirm_logout, decline_logout, keep_logout, logout, logout_view, resume_logout,
};
pub use manage::{
    AddedApplication, NewApplication, add_application, application_by_client_id, change_settings, list_applications,
    owner, rotate_secret, set_application_status,
};
pub use names::names;
pub use notify::deliver_logouts;
pub use pace::{Pace, PaceSettings};
pub use purge::purge_expired;
pub use refuse::{TokenRefusal, request_refused};
pub use revoke::{revoke_access, revoke_account_grants, revoke_refresh, revoke_session_grants};
pub use settings::OidcSettings;
pub use signing_keys::{
    SigningKeys, prepare_signing_keys, rotate_due_signing_keys, rotate_signing_keys, signing_keys, signing_keys_for,
};
pub use token::{Bearer, TokenFacts, access_token};
