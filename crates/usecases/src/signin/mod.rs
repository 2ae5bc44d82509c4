//! Signing in: the engine's flow is loaded, moved on by one event, its effects carried out, and saved, all in one
//! transaction.
//!
//! Here: [`begin`], [`view`] and [`advance`], which know neither HTTP nor HTML. Not here: what happens next and why
//! (`wardkey_domain::signin`). Read next: [`advance`].

mod advance;
mod ask;
mod begin;
mod card;
mod choices;
mod device;
mod dispatch;
mod flow_token;
mod input;
mod judge;
mod key;
mod load;
mod password;
mod perform;
mod present;
mod recovery;
mod screen;
mod step;
mod view;

pub use advance::advance;
pub(crate) use advance::known_device;
pub use begin::{Begin, abandon, begin, begin_fresh_factor};
pub use choices::{ChoiceView, choices};
pub use device::device_of;
pub use input::Input;
pub use key::{accepts_passkeys, passkey_options};
pub use screen::{
    AccountView, Advance, ApplicationView, AskedView, BindingView, CredentialView, Destination, PortalPage, Screen,
    ScreenKind, SentView, Stopover,
};
pub use view::view;

pub(crate) use ask::{Asker, ask as ask_app};
pub(crate) use dispatch::parse as parse_number;
pub(crate) use load::{barred_factors, number_bar, person as person_of, roles_of};
pub(crate) use present::binding_view;
