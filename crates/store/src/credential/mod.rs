//! Credentials, passwords, activation codes, known browsers and throttles as rows.
//!
//! What lives here: saving and finding them, and the three statements that only one of many nodes can win: spending a
//! time-step, spending an activation code, counting an attempt. What does not: whether a code is right, what a password
//! must be like, how long a wait is (`domain`).

mod activation;
mod credentials;
mod device;
mod passwords;
mod telephone;
mod throttle;
mod totp;

#[cfg(test)]
mod tests;

pub use activation::{
    delete_activations, delete_expired_activations, has_activation, insert_activation, spend_activation,
};
pub use credentials::{
    delete_enrolments, delete_enrolments_of, delete_expired_enrolments, find_credential, insert_credential,
    list_credentials, lock_credentials, save_credential,
};
pub use device::{delete_devices, delete_devices_unseen_since, knows_device, save_device};
pub use passwords::{StoredPassword, insert_password, list_former_passwords, password, set_password, upgrade_password};
pub use telephone::{
    find_number, list_accounts_with_number, note_number, note_use, pending_secret, set_pending_secret, telephone_secret,
};
pub use throttle::{delete_forgotten_throttles, give_back_attempt, reserve_attempt, reset_throttle, succeed_attempt};
pub use totp::{find_totp, spend_totp_step};
