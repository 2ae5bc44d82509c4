//! An app that is bound or asked, as pages show it.

use serde::Serialize;
use wardkey_domain::factor::push::{PushFailure, PushStanding};
use wardkey_domain::time::Timestamp;
use wardkey_usecases::signin::{AskedView, BindingView};

use crate::qr;
use crate::view::moment;

/// How a request stands, as a page tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It awaits an answer.
    Open,
    /// The number was right.
    Approved,
    /// It proved nothing.
    Failed(PushFailure),
}

impl Standing {
    pub(crate) fn of(asked: &AskedView, now: Timestamp) -> Self {
        match asked.standing {
            PushStanding::Approved => Self::Approved,
            PushStanding::Open if now < asked.expires_at => Self::Open,
            PushStanding::Open => Self::Failed(PushFailure::NoAnswer),
            PushStanding::WrongNumber => Self::Failed(PushFailure::WrongNumber),
            PushStanding::TakenBack => Self::Failed(PushFailure::TakenBack),
            PushStanding::Refused => Self::Failed(PushFailure::Reported),
        }
    }

    /// The word for it in templates.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Approved => "approved",
            Self::Failed(_) => "failed",
        }
    }

    /// Why it proved nothing, if it did not.
    pub(crate) const fn failure(self) -> Option<PushFailure> {
        match self {
            Self::Failed(failure) => Some(failure),
            Self::Open | Self::Approved => None,
        }
    }
}

/// Where the forms of a page about a new app lead.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct AppActions {
    /// Whether it is on the way in, and not in a session.
    pub(crate) enrolling: bool,
    /// Whether an app moves to another phone.
    pub(crate) moves: bool,
    /// The page itself.
    pub(crate) here: String,
    /// Going on.
    pub(crate) done: String,
    /// Asking again.
    pub(crate) again: String,
    /// The stream that says when to go on.
    pub(crate) wait: String,
}

/// The page that shows the code for a new app.
#[derive(Clone, Serialize)]
pub(crate) struct BindAppView {
    /// The code in groups.
    pub(crate) code: String,
    /// The address that the QR code holds.
    pub(crate) link: String,
    pub(crate) picture: Option<String>,
    /// Whether an app has used it.
    pub(crate) is_bound: bool,
    pub(crate) until: String,
    pub(crate) follows: bool,
    pub(crate) demo: bool,
    pub(crate) actions: AppActions,
}

/// The page that shows the number for a new app.
#[derive(Clone, Serialize)]
pub(crate) struct ConfirmAppView {
    pub(crate) number: String,
    /// What the app's owner calls it.
    pub(crate) device: String,
    /// `open`, `approved` or `failed`.
    pub(crate) standing: &'static str,
    pub(crate) follows: bool,
    pub(crate) actions: AppActions,
}

impl BindAppView {
    pub(crate) fn of(binding: &BindingView, actions: AppActions, follows: bool, demo: bool) -> Self {
        Self {
            code: grouped(binding.code.expose()),
            link: binding.link.expose().clone(),
            picture: qr::svg(binding.link.expose()),
            is_bound: binding.is_bound,
            until: moment(binding.expires_at),
            follows,
            demo,
            actions,
        }
    }
}

impl ConfirmAppView {
    pub(crate) fn of(asked: &AskedView, device: &str, actions: AppActions, follows: bool, now: Timestamp) -> Self {
        Self {
            number: asked.number.expose().clone(),
            device: device.to_owned(),
            standing: Standing::of(asked, now).word(),
            follows,
            actions,
        }
    }
}

/// A code in groups of four, as people copy it.
fn grouped(code: &str) -> String {
    let characters: Vec<char> = code.chars().collect();
    characters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}
