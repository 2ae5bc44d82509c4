//! Drawing: turns what handlers and protocols leave into HTML, cookies and headers.

use std::time::Duration;

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use minijinja::value::Value;
use serde::Serialize;
use wardkey_domain::id::CredentialId;
use wardkey_usecases::signin::Destination;
use wardkey_usecases::{Circumstances, Handover};

use crate::cookie::{Cookie, RequestCookies};
use crate::drawn::Drawn;
use crate::error::PageError;
use crate::goto::{CookieChange, Goto};
use crate::headers::FormsLead;
use crate::notice::Notice;
use crate::page::{ErrorView, Frame, Page};
use crate::view::{HelpView, OutageView, PersonView};
use crate::web::Web;
use crate::{csrf, routes, signin, template};

/// What the frame of a page shows: `page` in templates.
#[derive(Serialize)]
struct PageContext<'a> {
    assets: &'a str,
    csrf: Option<String>,
    person: Option<&'a PersonView>,
    help: HelpView,
    demo: bool,
    notice: Option<&'static str>,
    errors: &'a [ErrorView],
    section: &'a str,
    outages: &'a [OutageView],
}

/// What the server puts around every page.
pub(crate) struct Surroundings<'a> {
    /// The folder of the assets, as an address.
    pub(crate) assets: &'a str,
    /// Whom to ask for help when nobody nearer is known.
    pub(crate) help: HelpView,
    /// Whether nothing is real.
    pub(crate) demo: bool,
    /// What has just been done.
    pub(crate) notice: Option<Notice>,
}

/// Draws what a handler has left, if it has left anything to be drawn.
pub(crate) async fn draw(
    web: &Web,
    circumstances: &Circumstances,
    cookies: &RequestCookies,
    mut response: Response,
) -> Response {
    if let Some(drawn) = response.extensions_mut().remove::<Drawn>() {
        // Boxed, so that answers which need no drawing do not carry its room with them.
        return Box::pin(answer(web, circumstances, cookies, drawn)).await;
    }
    match response.extensions_mut().remove::<Handover>() {
        Some(Handover::ErrorPage { code, message }) => handed_over_error(web, cookies, &response, code, message),
        Some(Handover::FormPost { action, fields }) => form_post(web, cookies, action, &fields),
        None => response,
    }
}

async fn answer(web: &Web, circumstances: &Circumstances, cookies: &RequestCookies, drawn: Drawn) -> Response {
    match drawn {
        Drawn::Page(page) => page_response(web, cookies, &page),
        Drawn::Goto(goto) if goto.leaves => away_response(web, cookies, &goto),
        Drawn::Goto(goto) => goto_response(web, &goto),
        Drawn::Error(PageError::SignInNeeded(destination)) => {
            goto_response(web, &Goto::to(routes::sign_in(&destination)).clear(Cookie::Session))
        }
        Drawn::Error(PageError::EnrolmentPending) => goto_response(web, &Goto::to(routes::PROFILE)),
        Drawn::Error(PageError::FreshFactorNeeded(destination)) => {
            step_up(web, circumstances, cookies, destination, None).await
        }
        Drawn::Error(PageError::OtherFactorNeeded(app)) => {
            step_up(web, circumstances, cookies, Destination::MoveApp(app), Some(app)).await
        }
        Drawn::Error(error) => error_response(web, cookies, &error),
    }
}

async fn step_up(
    web: &Web,
    circumstances: &Circumstances,
    cookies: &RequestCookies,
    destination: Destination,
    moving: Option<CredentialId>,
) -> Response {
    match signin::begin_fresh_factor(web, circumstances, destination, moving).await {
        Ok(goto) => goto_response(web, &goto),
        Err(error) => error_response(web, cookies, &error),
    }
}

fn goto_response(web: &Web, goto: &Goto) -> Response {
    let Ok(location) = HeaderValue::from_str(&goto.address) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let mut response = StatusCode::SEE_OTHER.into_response();
    response.headers_mut().insert(header::LOCATION, location);
    change_cookies(web, response.headers_mut(), &goto.cookies);
    response
}

/// What the page shows that goes on by itself.
#[derive(Serialize)]
pub(crate) struct AwayView {
    pub(crate) address: String,
}

fn away_response(web: &Web, cookies: &RequestCookies, goto: &Goto) -> Response {
    let Ok(refresh) = HeaderValue::from_str(&format!("0; url={}", goto.address)) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let mut page = Page::new("signin/away.html", Frame::default(), AwayView { address: goto.address.clone() });
    page.cookies.clone_from(&goto.cookies);
    let mut response = page_response(web, cookies, &page);
    response.headers_mut().insert(header::REFRESH, refresh);
    response
}

fn error_response(web: &Web, cookies: &RequestCookies, error: &PageError) -> Response {
    let request = web.app().op(wardkey_domain::op::Actor::Anonymous, Default::default()).request;
    if let PageError::Fault(cause) = error {
        tracing::error!(request.id = %request, cause = %cause, "failed to answer a page");
    }
    let view = ErrorPageView {
        code: error.code(),
        reference: matches!(error, PageError::Fault(_)).then(|| request.to_string()),
        sentences: error.sentences(),
        seconds: error.retry_after().map(|wait| wait.as_secs().max(1)),
    };
    let mut page = Page::new(error.template(), Frame::default(), view).status(error.status());
    page.retry_after = error.retry_after();
    metrics::counter!("wardkey_web_error_pages_total", "code" => error.code()).increment(1);
    page_response(web, cookies, &page)
}

/// What an error page shows.
#[derive(Serialize)]
pub(crate) struct ErrorPageView {
    pub(crate) code: &'static str,
    pub(crate) reference: Option<String>,
    pub(crate) sentences: Vec<String>,
    pub(crate) seconds: Option<u64>,
}

/// The page for what a protocol could not answer, with the status that it has left. What is our doing is not blamed on the
/// application.
fn handed_over_error(
    web: &Web,
    cookies: &RequestCookies,
    left: &Response,
    code: &'static str,
    message: String,
) -> Response {
    let seconds: Option<u64> =
        left.headers().get(header::RETRY_AFTER).and_then(|wait| wait.to_str().ok()?.parse().ok());
    let template = match (left.status(), seconds) {
        (StatusCode::SERVICE_UNAVAILABLE, Some(_)) => "error/unavailable.html",
        (StatusCode::INTERNAL_SERVER_ERROR, _) => "error/fault.html",
        _ => "error/application.html",
    };
    let view = ErrorPageView { code, reference: None, sentences: vec![message], seconds };
    let mut page = Page::new(template, Frame::default(), view).status(left.status());
    page.retry_after = seconds.map(Duration::from_secs);
    page_response(web, cookies, &page)
}

/// What the page shows that sends a form on to an application.
#[derive(Serialize)]
struct FormPostView<'a> {
    action: &'a str,
    fields: &'a [(String, String)],
}

fn form_post(web: &Web, cookies: &RequestCookies, action: String, fields: &[(String, String)]) -> Response {
    let mut page = Page::new("signin/form-post.html", Frame::default(), FormPostView { action: &action, fields });
    // Its one form goes to the application, and wherever that sends it.
    page.forms = FormsLead::Anywhere;
    page_response(web, cookies, &page)
}

fn page_response(web: &Web, cookies: &RequestCookies, page: &Page) -> Response {
    let notice = cookies.notice.as_deref().and_then(Notice::parse);
    let html = match html(web, page, notice) {
        Ok(html) => html,
        Err(error) => {
            tracing::error!(template = page.template, cause = %format!("{error:#}"), "failed to draw a page");
            return (StatusCode::INTERNAL_SERVER_ERROR, "The page cannot be shown (WEB-500).").into_response();
        }
    };
    let mut response = (page.status, html).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(after) = page.refresh {
        headers.insert(header::REFRESH, HeaderValue::from(after.as_secs().max(1)));
    }
    if let Some(wait) = page.retry_after {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs().max(1)));
    }
    change_cookies(web, headers, &page.cookies);
    if let (true, Some(visitor)) = (page.frame.new_visitor, &page.frame.bound_to) {
        change_cookies(web, headers, &[CookieChange::Set(Cookie::Visitor, visitor.clone())]);
    }
    if cookies.notice.is_some() {
        change_cookies(web, headers, &[CookieChange::Clear(Cookie::Notice)]);
    }
    response.extensions_mut().insert(page.forms);
    response
}

/// The text of a page.
pub(crate) fn html(web: &Web, page: &Page, notice: Option<Notice>) -> Result<String, minijinja::Error> {
    let settings = web.app().settings();
    let around =
        Surroundings { assets: web.assets(), help: HelpView::from(&settings.help), demo: settings.demo, notice };
    match &page.varying {
        // In development templates change under us.
        Some(varying) if !cfg!(debug_assertions) => prepared_html(web, page, around, varying.clone()),
        Some(_) | None => template::render(page.template, context(page, around)),
    }
}

fn prepared_html(
    web: &Web,
    page: &Page,
    around: Surroundings<'_>,
    mut varying: Vec<String>,
) -> Result<String, minijinja::Error> {
    let frame = frame(page, around);
    varying.extend(frame.csrf.clone());
    match (serde_json::to_value(&frame), serde_json::to_value(&page.view)) {
        (Ok(frame), Ok(view)) => {
            let context = serde_json::json!({ "page": frame, "view": view });
            web.prepared().html(page.template, context, &varying)
        }
        (Err(error), _) | (_, Err(error)) => {
            Err(minijinja::Error::new(minijinja::ErrorKind::BadSerialization, error.to_string()))
        }
    }
}

/// What the template sees.
pub(crate) fn context(page: &Page, around: Surroundings<'_>) -> Value {
    let frame = frame(page, around);
    minijinja::context! { page => Value::from(minijinja::value::Serde(frame)), view => page.view.clone() }
}

fn frame<'a>(page: &'a Page, around: Surroundings<'a>) -> PageContext<'a> {
    PageContext {
        assets: around.assets,
        csrf: page.frame.bound_to.as_ref().map(csrf::token),
        person: page.frame.person.as_ref(),
        help: page.frame.help.clone().unwrap_or(around.help),
        demo: around.demo,
        notice: around.notice.map(Notice::word),
        errors: &page.errors,
        section: routes::section(page.template),
        outages: &page.frame.outages,
    }
}

fn change_cookies(web: &Web, headers: &mut HeaderMap, changes: &[CookieChange]) {
    for change in changes {
        let line = match change {
            CookieChange::Set(cookie, value) => web.cookies().set(*cookie, value),
            CookieChange::Clear(cookie) => web.cookies().clear(*cookie),
        };
        if let Some(line) = line {
            headers.append(header::SET_COOKIE, line);
        }
    }
}
