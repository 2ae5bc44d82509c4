//! What a signed-in person sees.
//!
//! Here: a file for each part of the portal. Not here: administration (`admin`) and the pages of a sign-in (`signin`).
//! Somebody who is enrolling sees Profile, My profile, Self-service and Self-enrol only. Read next: `profile`.

mod apps;
mod cards;
mod device;
mod home;
mod keys;
mod known_devices;
mod password;
mod phones;
mod profile;
mod recovery_codes;
mod security_info;
mod sessions;
mod sign_ins;
mod tokens;

pub(crate) use apps::{
    ask_again, begin_binding, begin_binding_form, begin_moving, binding_form, continue_binding, move_form,
    wait_for_binding,
};
pub(crate) use cards::{add_card, add_card_form, begin_card, begin_card_form, take_card};
pub(crate) use device::{device, device_code, device_decision};
pub(crate) use home::home;
pub(crate) use keys::{add_key, add_key_form, begin_key, begin_key_form};
pub(crate) use known_devices::{DeviceRow, forget, remember, remember_form, remember_here};
pub(crate) use password::{change, change_form};
pub(crate) use phones::{
    add_call, add_call_form, add_text, add_text_form, change_number, change_number_form, confirm_phone,
    confirm_phone_form, send_to_phone,
};
pub(crate) use profile::{my_profile, profile, self_enrol, self_service};
pub(crate) use recovery_codes::{about_codes, make_codes, make_renewed_codes, remove_codes, renew_codes};
pub(crate) use security_info::{
    add_app, add_app_form, begin_adding, begin_adding_form, make_default, remove, remove_form, rename, rename_form,
    security_info,
};
pub(crate) use sessions::{end, end_others, sessions, sign_out_everywhere};
pub(crate) use sign_ins::{SignInRow, rows as sign_in_rows, sign_ins};
pub(crate) use tokens::{activate, token_form};

#[cfg(test)]
pub(crate) mod views {
    pub(crate) use super::apps::{BeginBindingView, MoveView};
    pub(crate) use super::cards::{AddCardView, BeginCardView};
    pub(crate) use super::device::{DecisionView, DeviceView, DoneView};
    pub(crate) use super::home::HomeView;
    pub(crate) use super::keys::{AddKeyView, BeginKeyView};
    pub(crate) use super::known_devices::RememberView;
    pub(crate) use super::password::ChangePasswordView;
    pub(crate) use super::profile::{AlreadyView, MyProfileView, ProfileView, SelfServiceView};
    pub(crate) use super::recovery_codes::{AboutCodesView, NewCodesView, RenewCodesView};
    pub(crate) use super::security_info::{
        AddAppView, BeginAddingView, MethodView, RemoveView, RenameView, SecurityInfoView, TokenView,
    };
    pub(crate) use super::sessions::{SessionRow, SessionsView};
    pub(crate) use super::sign_ins::{SignInRow, SignInsView};
    pub(crate) use super::tokens::ActivateTokenView;
}
