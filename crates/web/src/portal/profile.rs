//! Profile → My profile → Self-service → Self-enrol for MFA [ENR-1].
//!
//! The same addresses serve a signed-in person and somebody who is enrolling; the latter sees less.

use serde::Serialize;
use wardkey_usecases::signin::{Destination, PortalPage, ScreenKind};

use crate::drawn::Answer;
use crate::error::PageError;
use crate::goto::Goto;
use crate::page::{Frame, Page};
use crate::person::{InFlow, Person};
use crate::signin::{self, Typed};

/// Who looks at a profile page.
enum Viewer {
    Person(Box<Person>),
    Enrolling(Box<InFlow>),
}

impl Viewer {
    fn of(person: Option<Person>, flow: Option<InFlow>) -> Result<Self, PageError> {
        match (person, flow) {
            (Some(person), _) => Ok(Self::Person(Box::new(person))),
            (None, Some(flow)) if flow.is_enrolling() => Ok(Self::Enrolling(Box::new(flow))),
            (None, _) => Err(PageError::SignInNeeded(Destination::PortalPage(PortalPage::Profile))),
        }
    }

    fn frame(&self) -> Frame {
        match self {
            Self::Person(person) => person.frame(),
            Self::Enrolling(flow) => flow.frame(),
        }
    }

    fn page(&self, template: &'static str, view: impl Serialize) -> Page {
        Page::new(template, self.frame(), view)
    }

    const fn is_enrolling(&self) -> bool {
        matches!(self, Self::Enrolling(_))
    }
}

#[derive(Serialize)]
pub(crate) struct ProfileView {
    pub(crate) enrolling: bool,
    /// The application that waits for the enrolment.
    pub(crate) application: Option<String>,
}

/// `GET /profile`
pub(crate) async fn profile(person: Option<Person>, flow: Option<InFlow>) -> Result<Page, PageError> {
    let viewer = Viewer::of(person, flow)?;
    let application = match &viewer {
        Viewer::Enrolling(flow) => flow.screen.application.as_ref().map(|application| application.name.clone()),
        Viewer::Person(_) => None,
    };
    Ok(viewer.page("portal/profile.html", ProfileView { enrolling: viewer.is_enrolling(), application }))
}

#[derive(Serialize)]
pub(crate) struct MyProfileView {
    pub(crate) name: String,
    pub(crate) address: String,
    pub(crate) organisation: Option<String>,
}

/// `GET /profile/my-profile`
pub(crate) async fn my_profile(person: Option<Person>, flow: Option<InFlow>) -> Result<Page, PageError> {
    let viewer = Viewer::of(person, flow)?;
    let view = match &viewer {
        Viewer::Person(person) => MyProfileView {
            name: person.account.display_name.clone(),
            address: person.account.address.as_str().to_owned(),
            organisation: Some(person.organisation.name.clone()),
        },
        Viewer::Enrolling(flow) => {
            let account = flow.screen.account.as_ref();
            MyProfileView {
                name: account.map(|account| account.display_name.clone()).unwrap_or_default(),
                address: account.map(|account| account.address.clone()).unwrap_or_default(),
                organisation: None,
            }
        }
    };
    Ok(viewer.page("portal/my-profile.html", view))
}

#[derive(Serialize)]
pub(crate) struct SelfServiceView {
    pub(crate) enrolling: bool,
}

/// `GET /profile/self-service`
pub(crate) async fn self_service(person: Option<Person>, flow: Option<InFlow>) -> Result<Page, PageError> {
    let viewer = Viewer::of(person, flow)?;
    Ok(viewer.page("portal/self-service.html", SelfServiceView { enrolling: viewer.is_enrolling() }))
}

#[derive(Serialize)]
pub(crate) struct AlreadyView {
    pub(crate) address: String,
}

/// `GET /profile/self-enrol`
pub(crate) async fn self_enrol(person: Option<Person>, flow: Option<InFlow>) -> Result<Answer, PageError> {
    match Viewer::of(person, flow)? {
        Viewer::Person(person) => {
            let view = AlreadyView { address: person.account.address.as_str().to_owned() };
            Ok(Page::new("portal/already-enrolled.html", person.frame(), view).into())
        }
        Viewer::Enrolling(flow) => match flow.screen.kind {
            ScreenKind::SelfEnrol => {
                Ok(signin::screen_page(&flow.visitor.web, &flow.screen, &flow.token, &Typed::default()).into())
            }
            ScreenKind::Recovered { .. }
            | ScreenKind::Register { .. }
            | ScreenKind::ChooseFactor { .. }
            | ScreenKind::EnrolTotp { .. }
            | ScreenKind::EnrolNumber { .. }
            | ScreenKind::Pass { .. }
            | ScreenKind::RecoveryCode { .. }
            | ScreenKind::Key { .. }
            | ScreenKind::Card { .. }
            | ScreenKind::EnrolKey { .. }
            | ScreenKind::EnrolCard { .. }
            | ScreenKind::ActivateToken { .. }
            | ScreenKind::App { .. }
            | ScreenKind::BindApp { .. }
            | ScreenKind::ConfirmApp { .. }
            | ScreenKind::ConfirmText { .. }
            | ScreenKind::ConfirmCall { .. }
            | ScreenKind::Send { .. }
            | ScreenKind::TextCode { .. }
            | ScreenKind::Call { .. }
            | ScreenKind::Password { .. }
            | ScreenKind::Activation
            | ScreenKind::NewPassword { .. }
            | ScreenKind::Code { .. }
            | ScreenKind::Ended { .. } => Ok(Goto::to(signin::place(&flow.screen)).into()),
        },
    }
}
