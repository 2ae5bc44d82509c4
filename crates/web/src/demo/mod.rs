//! The demonstration: a phone with live codes, and the list of who can sign in with what. Nowhere else does it exist.
//!
//! Here: [`Demo`], which the server fills, and the phone's pages. Not here: the demonstration's accounts themselves, which
//! `server` makes. Read next: `phone`.

mod pages;
mod people;
mod phone;
mod phone_file;

#[cfg(test)]
pub(crate) use pages::{PhoneView, accounts_view};
pub(crate) use pages::{add, phone, remove, scan};
pub use people::{Demo, PersonRow};
pub use phone::{DemoPhone, PhoneAccount};
