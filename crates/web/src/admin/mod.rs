//! What an administrator sees.
//!
//! Here: finding a person, seeing their account, and the deeds that change how they get in, each with a page that asks why.
//! Not here: who may do what. A handler asks the use case, and what the actor may not see is not found. Read `account`
//! next, then `deed`.

mod account;
mod bulk;
#[cfg(test)]
mod bulk_samples;
mod case;
#[cfg(test)]
mod case_samples;
mod cases;
mod compromise;
mod coverage;
mod decided;
mod deed;
mod devices;
mod exception;
#[cfg(test)]
mod exception_samples;
mod exceptions;
#[cfg(test)]
mod history_samples;
mod impact;
mod key;
mod lift;
mod location;
mod location_deed;
mod location_form;
#[cfg(test)]
mod location_samples;
mod location_see;
mod messages;
mod pass;
mod people;
mod policy;
mod policy_words;
mod postpone;
mod replay;
#[cfg(test)]
mod report_samples;
mod reports;
mod restore;
mod role;
mod router;
#[cfg(test)]
mod samples;
mod token;
mod tokens;
mod what_if;

pub(crate) use router::router;
#[cfg(test)]
pub(crate) use samples::samples;
