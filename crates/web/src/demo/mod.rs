//! The demonstration: a phone with live codes, and the list of who can sign in with what. Nowhere else does it exist.
//!
//! Here: [`Demo`], which the server fills, and the phone's pages. Not here: the demonstration's accounts themselves, which
//! `server` makes, and the gateways whose messages the phone shows. Read next: `phone`, then `messages`.

mod messages;
mod pages;
mod people;
mod phone;
mod phone_file;

pub(crate) use messages::call;
#[cfg(test)]
pub(crate) use messages::{MessagesView, PhoneCallView, PhoneMailView, PhoneTextView};
#[cfg(test)]
pub(crate) use pages::{AppFrameView, PhoneView, accounts_view};
pub(crate) use pages::{add, app, phone, remove, scan};
pub use people::{Demo, PersonRow};
pub use phone::{DemoPhone, PhoneAccount};
