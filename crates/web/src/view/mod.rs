//! View structs: what templates see. Domain types never reach a template; each view converts from them.
//!
//! Here: the views that many pages share. A page's own view stands next to its handler. Read next: `PersonView`.

mod app;
mod card;
mod help;
mod outage;
mod person;
mod recovery;
mod rules;
mod telephone;
mod token;

pub(crate) use app::{AppActions, BindAppView, ConfirmAppView, Standing};
pub(crate) use card::CardForm;
pub(crate) use help::HelpView;
pub(crate) use outage::OutageView;
pub(crate) use person::PersonView;
pub(crate) use recovery::RecoveryView;
pub(crate) use rules::RulesView;
#[cfg(test)]
pub(crate) use telephone::KeypadCodeView;
pub(crate) use telephone::{
    CallView, ConfirmActions, ConfirmCallView, ConfirmTextView, DeliveryView, NumberPageView, NumberView, PhoneOffer,
    failure, wait,
};
pub(crate) use token::token_words;
pub use wardkey_usecases::{ending, moment, moment_to_the_second, time_of_day, today, written_day};
