//! One's own passwords and credentials in use: Security info, changing a password, judging a new one.
//!
//! What lives here: what people do to their own credentials in a session. What does not: signing in and the enrolment on
//! the way in (`signin`), an administrator's resets (`directory`), the rules (`domain::credential`, `domain::factor`).
//! Whatever weakens or replaces a factor wants a second factor that was verified a short while ago [SES-8].

pub mod app;

mod add_app;
mod add_card;
mod add_key;
mod add_phone;
mod bind_app;
mod card_status;
mod card_ticket;
mod care_identity;
mod change_password;
mod confirm_phone;
pub(crate) mod enrol_key;
mod held;
mod list;
mod new_password;
mod number;
pub(crate) mod own;
mod pending_phone;
mod reach_phone;
mod read_card;
mod recovery_codes;
mod remove;
mod rename;
mod set_default;
mod sweep;
mod token;

pub use add_app::{Confirmation, NewApp, begin_adding_app, confirm_app, pending_app};
pub use add_card::{AwaitedCard, CardEnrolment, add_card, awaited_card, begin_adding_card};
pub use add_key::{add_key, awaited_key, begin_adding_key};
pub use add_phone::{NewPhone, TypedNumber, begin_adding_phone, pending_phone, send_again};
pub use bind_app::{
    Again, BindingProgress, BindingStage, PendingBinding, begin_binding_app, begin_moving_app, continue_binding,
    moving_wants_code, pending_binding,
};
pub use card_status::CardStatuses;
pub use card_ticket::CardFor;
pub use care_identity::{CareIdentityReply, CareIdentityStart, begin_care_identity, care_identity_answered};
pub use change_password::{ChangePassword, PasswordChange, change_password, may_change_password};
pub use confirm_phone::{PhoneConfirmation, confirm_phone_call, confirm_phone_code};
pub use enrol_key::{AwaitedKey, KeyEnrolment};
pub use held::HeldCredential;
pub use list::{OwnPassword, SecurityInfo, security_info};
pub use new_password::{NewPasswordVerdict, judge_new_password};
pub use read_card::{CardReading, read_card};
pub use recovery_codes::{OwnRecoveryCodes, make_recovery_codes, remove_recovery_codes};
pub use remove::remove;
pub use rename::rename;
pub use set_default::set_default;
pub use sweep::{Swept, sweep};
pub use token::{Activation, activate_token};
pub use wardkey_store::credential::{StoredCustody, StoredToken};

pub(crate) use add_card::label_of;
pub(crate) use card_ticket::{CardTicket, card_of};
pub(crate) use held::held;
pub(crate) use number::note_number;
pub(crate) use own::{PassEnd, end_pass, note_enrolment, room};
pub(crate) use recovery_codes::{asks_for_new_codes, end_recovery_codes};
