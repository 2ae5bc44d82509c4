//! The pages of a sign-in, from the address to the confirmed code.
//!
//! Here: how each screen of the engine is drawn and how each form becomes one input of it. Not here: what happens next
//! (`wardkey_usecases::signin`). Nothing here knows which factors exist beyond the screen that asks for one.
//! Read next: `submit`, then `screen`.

mod another_way;
mod app;
mod begin;
mod card;
mod care_identity;
mod enrol;
mod help;
mod key;
mod refusal;
mod report;
mod screen;
mod sign_out;
mod steps;
mod submit;
mod telephone;

pub(crate) use another_way::{another_way, choose};
pub(crate) use app::{app_done, code_instead, wait_for_app};
pub(crate) use begin::{Towards, begin_fresh_factor, start};
pub(crate) use card::card_shown;
pub(crate) use care_identity::{care_identity_callback, care_identity_keys, go_to_care_identity};
pub(crate) use enrol::{choose_again, choose_method, confirm, confirm_app, confirm_token, enrolled};
pub(crate) use help::{accessibility, cannot_sign_in};
pub(crate) use key::{browser_failure, confirm_key, passkey_options, show_key, show_passkey};
pub(crate) use refusal::{app_failed, call_failed, card_failed, key_failed};
pub(crate) use report::{report, report_form, reported};
pub(crate) use screen::{Typed, page as screen_page, place};
pub(crate) use sign_out::{confirm_sign_out, sign_out, signed_out};
pub(crate) use steps::{
    activate, activation, new_password, pass, password, put_off, recovery_code, second_factor, start_again, step,
};
pub(crate) use telephone::{
    FOLLOW_EVERY, Following, call_done, confirm_call, confirm_text, enter_number, other_number, send,
    submit_text_code as text_code,
};

#[cfg(test)]
pub(crate) mod views {
    pub(crate) use super::another_way::{AnotherWayView, ChoiceView};
    pub(crate) use super::app::{AppView, AskAppView};
    pub(crate) use super::card::{CardView, EnrolCardView};
    pub(crate) use super::enrol::EnrolledView;
    pub(crate) use super::help::{CannotView, HelpersView, NothingView};
    pub(crate) use super::key::{EnrolKeyView, KeyView};
    pub(crate) use super::refusal::sentences;
    pub(crate) use super::report::{ReportView, ReportedView};
    pub(crate) use super::screen::{
        ActivationView, ChooseView, ChosenView, CodeView, EndedView, EnrolAppView, EnrolTokenView, EnrolView,
        NewPasswordView, PassView, PasswordView, RecoveredView, RecoveryCodeView, RegisterView,
    };
    pub(crate) use super::sign_out::SignOutView;
    pub(crate) use super::telephone::{CallPageView, SendView, TextCodeView};
}
