//! Credentials, passwords, activation codes, known browsers and throttles as rows.
//!
//! What lives here: saving and finding them, apps that are asked and what they were asked, and the statements that only one
//! of many nodes can win: spending a time-step or a code, answering a request, counting an attempt. What does not: whether a code is right, what a password
//! must be like, how long a wait is (`domain`).

mod activation;
mod app;
mod binding;
mod credentials;
mod device;
#[cfg(test)]
mod device_tests;
mod hardware_token;
mod pace;
mod pass;
mod passwords;
mod push_request;
mod recovery_code;
mod refused_network;
mod security_key;
mod smartcard;
mod telephone;
mod throttle;
mod totp;
mod vapid;

#[cfg(test)]
mod push_tests;
#[cfg(test)]
mod tests;

pub use activation::{
    delete_activations, delete_expired_activations, has_activation, insert_activation, spend_activation,
};
pub use app::{
    StoredApp, StoredSubscription, delete_dead_subscription, delete_subscription, find_subscription, list_apps,
    move_app, save_subscription, set_app_key,
};
pub use binding::{
    BindingStanding, BoundApp, OfferedBinding, TakenBinding, bind_app, binding_standing, delete_bindings,
    delete_bindings_over, offer_binding, set_binding_request, take_binding,
};
pub use credentials::{
    delete_enrolments, delete_enrolments_of, delete_expired_enrolments, find_credential, insert_credential,
    list_credentials, lock_credentials, save_credential,
};
pub use device::{
    decline_device, delete_device, delete_devices, delete_devices_unseen_since, end_memories, find_device,
    knows_device, list_devices, remember_device, save_device,
};
pub use hardware_token::{
    StoredToken, activate_token, assign_token, delete_token, find_assigned_token, find_token, find_token_to_activate,
    find_tokens, has_seed, insert_token, list_tokens,
};
pub use pace::{lock_pace, save_pace};
pub use pass::{
    NewPass, PassFacts, delete_passes_over, end_pass, find_open_pass, find_pass_facts, insert_pass, use_pass,
};
pub use passwords::{
    StoredPassword, insert_password, list_former_passwords, list_void_passwords, password, set_password,
    upgrade_password, void_password,
};
pub use push_request::{
    NewPushRequest, StoredPushRequest, UnknownRequest, delete_push_requests_over, find_push_request,
    insert_push_request, list_push_requests, list_unknown_push_requests, push_standing, push_standing_until,
    settle_push_request, take_back_push_requests,
};
pub use recovery_code::{
    RecoveryFacts, claim_renewal, delete_recovery_codes, find_recovery_codes, find_recovery_facts, find_recovery_set,
    insert_recovery_codes, use_recovery_code,
};
pub use refused_network::{delete_refused_networks_over, is_network_refused, network_mac, refuse_network};
pub use security_key::{StoredCustody, find_custody, insert_custody, insert_key, key_secret, list_keys, use_key};
pub use smartcard::{card_secret, insert_card, list_cards};
pub use telephone::{
    find_number, list_accounts_with_number, note_number, note_use, pending_secret, set_pending_secret, telephone_secret,
};
pub use throttle::{delete_forgotten_throttles, give_back_attempt, reserve_attempt, reset_throttle, succeed_attempt};
pub use totp::{find_totp, spend_totp_step};
pub use vapid::{find_vapid_key, insert_vapid_key};
