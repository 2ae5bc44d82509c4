//! The forms of a sign-in before enrolment.

use http::Uri;
use wardkey_usecases::session;
use wardkey_usecases::signin::{Begin, Destination, Input, ScreenKind, abandon, begin};

use crate::address::Params;
use crate::cookie::Cookie;
use crate::drawn::Answer;
use crate::error::PageError;
use crate::form::Checked;
use crate::goto::Goto;
use crate::person::{InFlow, Visitor};
use crate::routes;
use crate::signin::begin::Towards;
use crate::signin::screen::{self, FirstPage, Typed};
use crate::signin::submit::{is_over, restart, submit};
use crate::signin::telephone::Following;

/// `GET` of every page of a sign-in but the first: draws the page that the sign-in stands at, or leads there.
pub(crate) async fn step(flow: InFlow, uri: Uri, Params(following): Params<Following>) -> Result<Answer, PageError> {
    if let ScreenKind::Ended { refusal } = &flow.screen.kind
        && is_over(refusal)
    {
        return Ok(restart(&Typed::default()));
    }
    let place = screen::place(&flow.screen);
    if uri.path() != place {
        return Ok(Goto::to(place).into());
    }
    let typed = Typed { follows: following.follows(), ..Typed::default() };
    Ok(screen::page(&flow.visitor.web, &flow.screen, &flow.token, &typed).into())
}

/// `POST /signin`
pub(crate) async fn password(
    visitor: Visitor,
    Params(towards): Params<Towards>,
    form: Result<Checked, PageError>,
) -> Result<Answer, PageError> {
    let destination = towards.destination()?;
    let action = Some(routes::sign_in(&destination));
    let form = match form {
        Ok(form) => form,
        // Another tab has begun another sign-in, or finished one: this tab goes on to its own destination.
        Err(PageError::Stale) => return stale(&visitor, &destination).await,
        Err(other) => return Err(other),
    };
    let typed = Typed { address: Some(form.text("address").to_owned()), action, ..Typed::default() };
    let input = Input::Password { address: form.text("address").to_owned(), password: form.secret("password") };
    submit(&visitor, input, &typed).await
}

async fn stale(visitor: &Visitor, destination: &Destination) -> Result<Answer, PageError> {
    if session::check(visitor.app(), &visitor.circumstances).await? {
        return Ok(Goto::towards(destination).into());
    }
    Ok(restart(&Typed { action: Some(routes::sign_in(destination)), ..Typed::default() }))
}

/// `GET /signin/activate`: also the first page of whoever was given its address together with a code.
pub(crate) async fn activate(visitor: Visitor, flow: Option<InFlow>) -> Result<Answer, PageError> {
    let Some(flow) = flow else {
        let anew = Begin { request: None, destination: Destination::Portal };
        let (token, screen) = begin(visitor.app(), &visitor.op, anew).await?;
        let typed = Typed { first: FirstPage::Activation, ..Typed::default() };
        return Ok(screen::page(&visitor.web, &screen, &token, &typed).set(Cookie::Flow, token).into());
    };
    match flow.screen.kind {
        ScreenKind::Activation | ScreenKind::Password { .. } => {
            let typed = Typed { first: FirstPage::Activation, ..Typed::default() };
            Ok(screen::page(&flow.visitor.web, &flow.screen, &flow.token, &typed).into())
        }
        ScreenKind::NewPassword { .. }
        | ScreenKind::SelfEnrol
        | ScreenKind::Recovered { .. }
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
        | ScreenKind::Code { .. }
        | ScreenKind::Send { .. }
        | ScreenKind::TextCode { .. }
        | ScreenKind::Call { .. }
        | ScreenKind::Ended { .. } => Ok(Goto::to(screen::place(&flow.screen)).into()),
    }
}

/// `POST /signin/activate`
pub(crate) async fn activation(visitor: Visitor, form: Result<Checked, PageError>) -> Result<Answer, PageError> {
    let Some(form) = current(form)? else { return Ok(restart(&Typed::default())) };
    let address = Some(form.text("address").to_owned());
    let typed = Typed { address, first: FirstPage::Activation, ..Typed::default() };
    let input = Input::Activation { address: form.text("address").to_owned(), code: form.secret("code") };
    submit(&visitor, input, &typed).await
}

/// `POST /signin/new-password`
pub(crate) async fn new_password(visitor: Visitor, form: Result<Checked, PageError>) -> Result<Answer, PageError> {
    let Some(form) = current(form)? else { return Ok(restart(&Typed::default())) };
    let input = Input::NewPassword { password: form.secret("password"), again: form.secret("again") };
    submit(&visitor, input, &Typed::default()).await
}

/// `POST /signin/code`
pub(crate) async fn second_factor(visitor: Visitor, form: Result<Checked, PageError>) -> Result<Answer, PageError> {
    let Some(form) = current(form)? else { return Ok(restart(&Typed::default())) };
    let credential = form.text("credential").parse().ok();
    let input = Input::Code { credential, code: form.text("code").to_owned() };
    submit(&visitor, input, &Typed { credential, ..Typed::default() }).await
}

/// `POST /signin/pass`
pub(crate) async fn pass(visitor: Visitor, form: Result<Checked, PageError>) -> Result<Answer, PageError> {
    let Some(form) = current(form)? else { return Ok(restart(&Typed::default())) };
    submit(&visitor, Input::Pass { code: form.secret("pass") }, &Typed::default()).await
}

/// `POST /signin/recovery-code`
pub(crate) async fn recovery_code(visitor: Visitor, form: Result<Checked, PageError>) -> Result<Answer, PageError> {
    let Some(form) = current(form)? else { return Ok(restart(&Typed::default())) };
    submit(&visitor, Input::RecoveryCode { code: form.secret("recovery_code") }, &Typed::default()).await
}

/// `POST /signin/recovered`: goes on, and enrols another time.
pub(crate) async fn put_off(visitor: Visitor, form: Result<Checked, PageError>) -> Result<Answer, PageError> {
    let Some(_form) = current(form)? else { return Ok(restart(&Typed::default())) };
    submit(&visitor, Input::PutOff, &Typed::default()).await
}

/// `POST /signin/start-again`
pub(crate) async fn start_again(visitor: Visitor, form: Result<Checked, PageError>) -> Result<Answer, PageError> {
    if current(form)?.is_some()
        && let Some(former) = &visitor.cookies.flow
    {
        abandon(visitor.app(), &visitor.op, former.expose()).await?;
    }
    Ok(Goto::to(routes::SIGN_IN).clear(Cookie::Flow).into())
}

/// The form, or nothing when its sign-in was replaced by another.
pub(crate) fn current(form: Result<Checked, PageError>) -> Result<Option<Checked>, PageError> {
    match form {
        Ok(form) => Ok(Some(form)),
        Err(PageError::Stale) => Ok(None),
        Err(other) => Err(other),
    }
}
