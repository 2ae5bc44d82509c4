//! Small devices that show codes and nothing else [MET-8].
//!
//! What lives here: what is known of one, and what a row of its maker's file must hold. What does not: the codes themselves, which
//! are made as an app's are (`totp`), who has one, and where its key is kept. Read [`TokenRow`] next.

mod rules;
mod token;

pub use token::{TokenFields, TokenName, TokenRow};
