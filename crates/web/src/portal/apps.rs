//! Security info: adding an app that is asked, and moving one to a new phone [MET-1].

use std::time::Duration;

use axum::response::Response;
use serde::Serialize;
use wardkey_domain::factor::FactorKind;
use wardkey_domain::id::CredentialId;
use wardkey_usecases::Error;
use wardkey_usecases::credential::{self, Again, BindingProgress, BindingStage, PendingBinding};
use wardkey_usecases::signin::{Destination, PortalPage};

use super::security_info::own;
use crate::address::{Params, Segment};
use crate::drawn::Answer;
use crate::error::{OrFreshFactor, PageError};
use crate::form::Checked;
use crate::goto::Goto;
use crate::notice::Notice;
use crate::page::Page;
use crate::person::Person;
use crate::routes;
use crate::signin::{Following, app_failed};
use crate::view::{AppActions, BindAppView, ConfirmAppView, Standing};
use crate::waiting::{Look, stream};

#[derive(Serialize)]
pub(crate) struct BeginBindingView {}

/// `GET /profile/security-info/add-authenticator`
pub(crate) async fn begin_binding_form(person: Person) -> Page {
    Page::new("portal/begin-binding.html", person.frame(), BeginBindingView {})
}

/// `POST /profile/security-info/add-authenticator`
pub(crate) async fn begin_binding(person: Person, _form: Checked) -> Result<Answer, PageError> {
    const ADDING: Destination = Destination::PortalPage(PortalPage::BindAuthenticator);
    match credential::begin_binding_app(person.app(), &person.op).await {
        Ok(id) => Ok(Goto::to(routes::bind_app(id)).into()),
        Err(error @ Error::Conflict(_)) => Ok(begin_binding_form(person).await.refused(error)?.into()),
        Err(error) => Err(error).or_fresh_factor(ADDING),
    }
}

/// What the page shows that begins a move.
#[derive(Clone, Serialize)]
pub(crate) struct MoveView {
    pub(crate) label: String,
    pub(crate) action: String,
    /// Whether a code of the app is asked for.
    pub(crate) wants_code: bool,
}

/// `GET /profile/security-info/{id}/move`
pub(crate) async fn move_form(person: Person, Segment(id): Segment<CredentialId>) -> Result<Page, PageError> {
    let credential = own(&person, id).await?;
    if credential.kind != FactorKind::Push {
        return Err(PageError::NotFound);
    }
    let wants_code = credential::moving_wants_code(person.app(), &person.op, id).await?;
    let view = MoveView { label: credential.label.to_string(), action: routes::move_app(id), wants_code };
    Ok(Page::new("portal/move-app.html", person.frame(), view))
}

/// `POST /profile/security-info/{id}/move`
pub(crate) async fn begin_moving(
    person: Person,
    Segment(id): Segment<CredentialId>,
    form: Checked,
) -> Result<Answer, PageError> {
    match credential::begin_moving_app(person.app(), &person.op, id, form.text("code")).await {
        Ok(()) => Ok(Goto::to(routes::bind_app(id)).into()),
        Err(error @ (Error::Invalid(_) | Error::Conflict(_))) => {
            Ok(move_form(person, Segment(id)).await?.refused(error)?.into())
        }
        Err(Error::FreshFactorNeeded) => Err(PageError::OtherFactorNeeded(id)),
        Err(error) => Err(error.into()),
    }
}

/// `GET /profile/security-info/authenticator/{id}`
pub(crate) async fn binding_form(
    person: Person,
    Segment(id): Segment<CredentialId>,
    Params(following): Params<Following>,
) -> Result<Page, PageError> {
    let pending = credential::pending_binding(person.app(), &person.op, id).await?;
    Ok(page(&person, &pending, following.follows()))
}

/// `POST /profile/security-info/authenticator/{id}`: goes on after the app was bound or has answered.
pub(crate) async fn continue_binding(
    person: Person,
    Segment(id): Segment<CredentialId>,
    _form: Checked,
) -> Result<Answer, PageError> {
    go_on(&person, id, Again::No).await
}

/// `POST /profile/security-info/authenticator/{id}/again`
pub(crate) async fn ask_again(
    person: Person,
    Segment(id): Segment<CredentialId>,
    _form: Checked,
) -> Result<Answer, PageError> {
    go_on(&person, id, Again::Yes).await
}

async fn go_on(person: &Person, id: CredentialId, again: Again) -> Result<Answer, PageError> {
    Ok(match credential::continue_binding(person.app(), &person.op, id, again).await? {
        BindingProgress::Finished { moved, .. } => {
            let notice = if moved { Notice::AppMoved } else { Notice::CredentialAdded };
            Goto::to(routes::SECURITY_INFO).notice(notice).into()
        }
        BindingProgress::Waiting(_) | BindingProgress::Failed(..) => Goto::to(routes::bind_app(id)).into(),
    })
}

/// `GET /profile/security-info/authenticator/{id}/wait`: says when that page should go on.
pub(crate) async fn wait_for_binding(
    person: Person,
    Segment(id): Segment<CredentialId>,
) -> Result<Response, PageError> {
    let (app, op) = (person.app().clone(), person.op.clone());
    let waiter = app.waiting().wait_for([id]);
    let before = credential::pending_binding(&app, &op, id).await?;
    let awaits_app = matches!(before.stage, BindingStage::Code(_));
    let open_for = match &before.stage {
        BindingStage::Code(code) => code.expires_at.since(op.now),
        BindingStage::Asked { asked, .. } => asked.expires_at.since(op.now),
        BindingStage::Bound { .. } => Duration::ZERO,
    };
    Ok(stream(waiter, open_for, move || {
        let (app, mut op) = (app.clone(), op.clone());
        async move {
            op.now = app.now();
            match credential::pending_binding(&app, &op, id).await.map(|pending| pending.stage) {
                Ok(BindingStage::Code(_)) if awaits_app => Look::Same,
                Ok(BindingStage::Asked { asked, .. }) if Standing::of(&asked, op.now) == Standing::Open => Look::Same,
                Ok(_) | Err(Error::NotFound(_)) => Look::Changed,
                Err(_) => Look::Failed,
            }
        }
    }))
}

fn page(person: &Person, pending: &PendingBinding, follows: bool) -> Page {
    let here = routes::bind_app(pending.credential);
    let actions = AppActions {
        enrolling: false,
        moves: pending.moves,
        done: here.clone(),
        again: routes::ask_app_again(pending.credential),
        wait: routes::wait_for_binding(pending.credential),
        here,
    };
    let demo = person.web.settings().demo.is_some();
    match &pending.stage {
        BindingStage::Code(binding) => {
            let view = BindAppView::of(binding, actions, follows, demo);
            Page::new("portal/bind-app.html", person.frame(), view)
        }
        BindingStage::Bound { .. } => {
            let view = BindAppView {
                code: String::new(),
                link: String::new(),
                picture: None,
                is_bound: true,
                until: String::new(),
                follows,
                demo,
                actions,
            };
            Page::new("portal/bind-app.html", person.frame(), view)
        }
        BindingStage::Asked { asked, device } => {
            let view = ConfirmAppView::of(asked, device, actions, follows, person.op.now);
            let mut page = Page::new("portal/confirm-app.html", person.frame(), view);
            page.errors.extend(Standing::of(asked, person.op.now).failure().map(app_failed));
            page
        }
    }
}
