//! Who looks at a page: a visitor, a signed-in person, or somebody in the middle of a sign-in.

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use http::request::Parts;
use wardkey_domain::directory::{Account, HelpContact, Organisation, Role};
use wardkey_domain::op::{Actor, Op};
use wardkey_domain::secret::{Secret, token_text};
use wardkey_usecases::session::Authenticated;
use wardkey_usecases::signin::{Screen, ScreenKind};
use wardkey_usecases::{App, Circumstances};

use crate::cookie::RequestCookies;
use crate::error::PageError;
use crate::page::Frame;
use crate::routes;
use crate::view::{HelpView, OutageView, PersonView};
use crate::web::Web;

/// Anybody at all.
#[derive(Clone)]
pub struct Visitor {
    /// The shared state.
    pub web: Web,
    /// The circumstances of an operation by nobody in particular.
    pub op: Op,
    pub(crate) circumstances: Circumstances,
    pub(crate) cookies: RequestCookies,
}

impl Visitor {
    /// The application.
    pub fn app(&self) -> &App {
        self.web.app()
    }

    /// The frame of a page without forms.
    pub fn frame(&self) -> Frame {
        Frame::default()
    }

    /// The frame of a page with a form that a visitor may send.
    pub(crate) fn form_frame(&self) -> Frame {
        let known = self.cookies.visitor.clone();
        let new_visitor = known.is_none();
        let bound_to = known.unwrap_or_else(|| token_text(self.app().random()));
        Frame { bound_to: Some(bound_to), new_visitor, ..Frame::default() }
    }
}

impl FromRequestParts<Web> for Visitor {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, PageError> {
        let circumstances = parts.extensions.get::<Circumstances>().cloned().unwrap_or_default();
        let cookies = parts.extensions.get::<RequestCookies>().cloned().unwrap_or_default();
        let op = web.app().op(Actor::Anonymous, circumstances.origin.clone());
        Ok(Self { web: web.clone(), op, circumstances, cookies })
    }
}

/// A person with a full session.
///
/// A handler that takes one is reached by nobody else: others are sent to sign in, and come back.
pub struct Person {
    /// The shared state.
    pub web: Web,
    /// The circumstances of an operation by this person.
    pub op: Op,
    /// The session and its owner's roles.
    pub authenticated: Authenticated,
    /// The account.
    pub account: Account,
    /// Its organisation.
    pub organisation: Organisation,
    help: HelpContact,
    bound_to: Option<Secret<String>>,
}

impl Person {
    /// The application.
    pub fn app(&self) -> &App {
        self.web.app()
    }

    /// The frame of this person's pages; forms in it are bound to the session.
    pub fn frame(&self) -> Frame {
        Frame {
            person: Some(PersonView {
                name: self.account.display_name.clone(),
                address: self.account.address.as_str().to_owned(),
                administers: self.administers(),
                enrolling: false,
            }),
            help: Some(HelpView::from(&self.help)),
            bound_to: self.bound_to.clone(),
            new_visitor: false,
            outages: Vec::new(),
        }
    }

    /// The same for the administration area, which says when messages do not leave.
    pub(crate) fn admin_frame(&self) -> Frame {
        Frame { outages: OutageView::of(&self.app().gateways().standings(self.op.now)), ..self.frame() }
    }

    /// Whether the person holds any role beyond that of staff.
    pub fn administers(&self) -> bool {
        self.op.account().is_some_and(|account| account.roles.iter().any(|grant| grant.role != Role::Staff))
    }

    async fn find(parts: &mut Parts, web: &Web) -> Result<Option<Self>, PageError> {
        let circumstances = parts.extensions.get::<Circumstances>().cloned().unwrap_or_default();
        let app = web.app();
        let Some(authenticated) = wardkey_usecases::session::authenticate(app, &circumstances).await? else {
            return Ok(None);
        };
        let op = authenticated.op(app, &circumstances);
        let profile = wardkey_usecases::directory::profile(app, &op).await?;
        Ok(Some(Self {
            web: web.clone(),
            op,
            authenticated,
            account: profile.account,
            organisation: profile.organisation,
            help: profile.help,
            bound_to: circumstances.session_token,
        }))
    }
}

impl FromRequestParts<Web> for Person {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, PageError> {
        if let Some(person) = Self::find(parts, web).await? {
            return Ok(person);
        }
        let enrolling = InFlow::find(parts, web).await?.is_some_and(|flow| flow.is_enrolling());
        if enrolling {
            return Err(PageError::EnrolmentPending);
        }
        Err(PageError::SignInNeeded(routes::destination_of(parts.uri.path())))
    }
}

impl OptionalFromRequestParts<Web> for Person {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Option<Self>, PageError> {
        Self::find(parts, web).await
    }
}

/// Somebody in the middle of a sign-in.
pub(crate) struct InFlow {
    pub(crate) visitor: Visitor,
    pub(crate) token: Secret<String>,
    pub(crate) screen: Screen,
}

impl InFlow {
    /// The frame of the flow's pages; forms in it are bound to the flow.
    pub(crate) fn frame(&self) -> Frame {
        frame_of(&self.screen, &self.token)
    }

    /// Whether the person has proved the password and is enrolling.
    pub(crate) fn is_enrolling(&self) -> bool {
        is_enrolment(&self.screen)
    }

    async fn find(parts: &mut Parts, web: &Web) -> Result<Option<Self>, PageError> {
        let visitor = Visitor::from_request_parts(parts, web).await?;
        let Some(token) = visitor.cookies.flow.clone() else { return Ok(None) };
        let screen = wardkey_usecases::signin::view(web.app(), &visitor.op, token.expose()).await?;
        Ok(Some(Self { visitor, token, screen }))
    }
}

fn is_enrolment(screen: &Screen) -> bool {
    match screen.kind {
        ScreenKind::SelfEnrol
        | ScreenKind::Recovered { .. }
        | ScreenKind::Register { .. }
        | ScreenKind::ChooseFactor { .. }
        | ScreenKind::EnrolTotp { .. }
        | ScreenKind::EnrolNumber { .. }
        | ScreenKind::EnrolKey { .. }
        | ScreenKind::EnrolCard { .. }
        | ScreenKind::ActivateToken { .. }
        | ScreenKind::BindApp { .. }
        | ScreenKind::ConfirmApp { .. }
        | ScreenKind::ConfirmText { .. }
        | ScreenKind::ConfirmCall { .. } => true,
        ScreenKind::Password { .. }
        | ScreenKind::Activation
        | ScreenKind::NewPassword { .. }
        | ScreenKind::Code { .. }
        | ScreenKind::Pass { .. }
        | ScreenKind::RecoveryCode { .. }
        | ScreenKind::Key { .. }
        | ScreenKind::Card { .. }
        | ScreenKind::App { .. }
        | ScreenKind::Send { .. }
        | ScreenKind::TextCode { .. }
        | ScreenKind::Call { .. }
        | ScreenKind::Ended { .. } => false,
    }
}

/// The frame of a sign-in page. Somebody who is enrolling has proved who they are and may sign out.
pub(crate) fn frame_of(screen: &Screen, token: &Secret<String>) -> Frame {
    let enrolling = screen.account.as_ref().filter(|_| is_enrolment(screen));
    Frame {
        person: enrolling.map(|account| PersonView {
            name: account.display_name.clone(),
            address: account.address.clone(),
            administers: false,
            enrolling: true,
        }),
        help: Some(HelpView::from(&screen.help)),
        bound_to: Some(token.clone()),
        new_visitor: false,
        outages: Vec::new(),
    }
}

impl FromRequestParts<Web> for InFlow {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, PageError> {
        match Self::find(parts, web).await? {
            Some(flow) => Ok(flow),
            None => Err(PageError::SignInNeeded(wardkey_usecases::signin::Destination::Portal)),
        }
    }
}

impl OptionalFromRequestParts<Web> for InFlow {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Option<Self>, PageError> {
        Self::find(parts, web).await
    }
}
