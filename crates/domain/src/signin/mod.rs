//! The sign-in engine: a state and an event in, the next state and a list of effects out.
//!
//! Here: [`Flow`], which is a sign-in in progress, its events, challenges and refusals, and [`SignedIn`], the only thing a
//! new session can be made from. Not here: forms, cookies, rows; the use cases carry out the effects. Read next:
//! [`Flow::step`].

mod app;
mod card;
#[cfg(test)]
mod card_tests;
mod challenge;
mod effect;
mod enrol;
mod event;
mod flow;
#[cfg(test)]
mod grace_tests;
#[cfg(test)]
mod history_tests;
mod identify;
mod key;
#[cfg(test)]
mod key_tests;
mod pass;
#[cfg(test)]
mod pass_tests;
mod person;
mod proceed;
#[cfg(test)]
mod push_tests;
mod recovery;
#[cfg(test)]
mod recovery_tests;
mod refusal;
mod rules;
mod saved;
mod second_factor;
mod signed_in;
mod stage;
mod step;
#[cfg(test)]
mod strength_tests;
#[cfg(test)]
mod telephone_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod token_tests;

pub use challenge::{Challenge, EnrolWhy, NewPasswordWhy};
pub use effect::Effect;
pub use event::{Dispatch, DispatchTo, Event, Previous};
pub use flow::{Flow, Purpose, StepUp};
pub use person::{Choice, EnrolledFactor, PassUse, Person};
pub use refusal::Refusal;
pub use rules::SignInRules;
pub use saved::SavedFlow;
pub use signed_in::SignedIn;
pub use step::Step;

pub use crate::access::SignInRequest;
pub use crate::session::Strength;
