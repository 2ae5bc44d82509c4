//! A file for each call.

pub mod answers;
pub mod events;
pub mod registrations;
pub mod requests;
pub mod subscriptions;
