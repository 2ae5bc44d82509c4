//! Texts, calls and e-mails: from the decision to what came of them.

mod networks;
mod outbox;
mod portal;
mod signin;
mod support;
mod undelivered;
