//! The exceptions of everybody whom one looks after: what stands, what waits, and asking for long ones [EXC-22].

use axum::extract::{Path, Query};
use serde::{Deserialize, Serialize};
use url::form_urlencoded::Serializer;
use wardkey_domain::access::exception::{LongReason, Standing};
use wardkey_domain::id::ExceptionRequestId;
use wardkey_usecases::access::{
    self, AskedFor, ExceptionLists, NewRequest, Pages, RefusedLine, SeenRequest, may_request_exceptions,
};
use wardkey_usecases::directory::account_to_change;
use wardkey_usecases::signin::{Destination, PortalPage};

use super::account::account_id;
use crate::drawn::Answer;
use crate::error::{OrFreshFactor, PageError};
use crate::form::Checked;
use crate::goto::Goto;
use crate::notice::Notice;
use crate::page::Page;
use crate::person::Person;
use crate::routes;
use crate::view::moment;

/// What stands and what waits.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct ExceptionsView {
    pub(crate) waiting: Vec<WaitingRow>,
    pub(crate) more_waiting: Option<String>,
    pub(crate) standing: Vec<StandingRow>,
    pub(crate) more_standing: Option<String>,
    pub(crate) postponed: Vec<PostponedRow>,
    pub(crate) more_postponed: Option<String>,
}

/// A request that waits.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct WaitingRow {
    pub(crate) at: String,
    pub(crate) by: Option<String>,
    pub(crate) why: String,
    pub(crate) accounts: u64,
    pub(crate) is_own: bool,
    pub(crate) href: String,
}

/// An exception that is in force.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct StandingRow {
    pub(crate) name: String,
    pub(crate) organisation: String,
    /// `short` or `long`.
    pub(crate) kind: &'static str,
    pub(crate) why: &'static str,
    pub(crate) until: String,
    pub(crate) by: Option<String>,
    pub(crate) href: String,
}

/// More time to register.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PostponedRow {
    pub(crate) name: String,
    pub(crate) organisation: String,
    pub(crate) until: String,
    pub(crate) risk: String,
    pub(crate) href: String,
}

/// The form for long ones.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct RequestFormView {
    /// The words of the list; the template has the sentences.
    pub(crate) reasons: Vec<&'static str>,
    pub(crate) addresses: String,
    pub(crate) why: String,
    pub(crate) reason: String,
    /// For how many it was asked, where some could not be.
    pub(crate) accounts: usize,
    /// Where that request is.
    pub(crate) request: Option<String>,
    pub(crate) refused: Vec<RefusedView>,
    pub(crate) most: usize,
}

/// An address for which nothing was done, and why.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct RefusedView {
    pub(crate) address: String,
    pub(crate) why: String,
}

/// One request.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct RequestView {
    pub(crate) why: &'static str,
    pub(crate) text: String,
    pub(crate) by: Option<String>,
    pub(crate) at: String,
    pub(crate) lines: Vec<LineView>,
    pub(crate) unseen: usize,
    pub(crate) may_decide: bool,
    pub(crate) is_own: bool,
    pub(crate) approve: String,
    pub(crate) reject: String,
    /// The reason for rejecting that was typed.
    pub(crate) reason: String,
    /// For how many it was done, where it could not be for others.
    pub(crate) accounts: usize,
    pub(crate) refused: Vec<RefusedView>,
}

/// One account of a request.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct LineView {
    pub(crate) name: String,
    pub(crate) address: String,
    pub(crate) organisation: String,
    /// How it stands, in words of the template.
    pub(crate) standing: &'static str,
    pub(crate) until: Option<String>,
    pub(crate) note: Option<String>,
    pub(crate) href: String,
}

/// Where the three lists go on.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct After {
    waiting: Option<String>,
    standing: Option<String>,
    postponed: Option<String>,
}

/// For whom the form is opened.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct For {
    #[serde(rename = "for")]
    account: Option<String>,
}

const HERE: Destination = Destination::PortalPage(PortalPage::Exceptions);

/// `GET /admin/exceptions`
pub(crate) async fn list(person: Person, Query(after): Query<After>) -> Result<Page, PageError> {
    let pages = Pages {
        waiting: after.waiting.as_deref(),
        standing: after.standing.as_deref(),
        postponed: after.postponed.as_deref(),
    };
    let lists = access::list_exceptions(person.app(), &person.op, pages).await?;
    Ok(Page::new("admin/exceptions.html", person.admin_frame(), ExceptionsView::from(lists)))
}

/// `GET /admin/exceptions/request`
pub(crate) async fn request_form(person: Person, Query(opened): Query<For>) -> Result<Page, PageError> {
    may_request_exceptions(person.app(), &person.op).or_fresh_factor(HERE)?;
    let addresses = match opened.account {
        Some(id) => {
            let action = wardkey_domain::permission::Action::RequestLongException;
            let account = account_to_change(person.app(), &person.op, action, account_id(&id)?).await;
            account.or_fresh_factor(HERE)?.address.to_string()
        }
        None => String::new(),
    };
    Ok(question(&person, RequestFormView { addresses, ..RequestFormView::default() }))
}

/// `POST /admin/exceptions/request`: asks for those for whom it can be asked, and says why not for the others.
pub(crate) async fn request(person: Person, form: Checked) -> Result<Answer, PageError> {
    may_request_exceptions(person.app(), &person.op).or_fresh_factor(HERE)?;
    let new = NewRequest { addresses: form.text("addresses"), why: form.text("why"), text: form.text("reason") };
    let typed = RequestFormView {
        addresses: new.addresses.to_owned(),
        why: new.why.to_owned(),
        reason: new.text.to_owned(),
        ..RequestFormView::default()
    };
    match access::request_long_exceptions(person.app(), &person.op, new).await {
        Ok(AskedFor { request: Some(id), refused, .. }) if refused.is_empty() => {
            Ok(Goto::to(routes::admin_exception_request(id)).notice(Notice::ExceptionsRequested).into())
        }
        Ok(asked) => Ok(left_over(&person, typed, asked).into()),
        Err(error) => Ok(question(&person, typed).refused(error)?.into()),
    }
}

/// The form again, with the addresses for which nothing was asked.
fn left_over(person: &Person, typed: RequestFormView, asked: AskedFor) -> Page {
    let lines: Vec<&str> = asked.refused.iter().map(|line| line.address.as_str()).collect();
    let first = match asked.accounts {
        0 => "It could be asked for nobody. Look at what is wrong with each line",
        _some => "It could not be asked for everybody. Look at what is wrong with the lines that are left",
    };
    let view = RequestFormView {
        addresses: lines.join("\n"),
        accounts: asked.accounts,
        request: asked.request.map(routes::admin_exception_request),
        refused: refused(asked.refused),
        ..typed
    };
    question(person, view).error("addresses", first.to_owned())
}

fn question(person: &Person, view: RequestFormView) -> Page {
    let view = RequestFormView {
        reasons: LongReason::ALL.map(LongReason::as_str).to_vec(),
        most: person.app().settings().access.exception.most_accounts,
        ..view
    };
    Page::new("admin/request-exceptions.html", person.admin_frame(), view)
}

/// `GET /admin/exceptions/requests/{request}`
pub(crate) async fn see(person: Person, Path(id): Path<String>) -> Result<Page, PageError> {
    drawn(&person, request_id(&id)?, RequestView::default()).await
}

/// `POST /admin/exceptions/requests/{request}/approve`
pub(crate) async fn approve(person: Person, Path(id): Path<String>, _form: Checked) -> Result<Answer, PageError> {
    let id = request_id(&id)?;
    let decided = access::approve_long_exceptions(person.app(), &person.op, id).await;
    answered(&person, id, decided, (Notice::ExceptionsApproved, "")).await
}

/// `POST /admin/exceptions/requests/{request}/reject`
pub(crate) async fn reject(person: Person, Path(id): Path<String>, form: Checked) -> Result<Answer, PageError> {
    let (id, reason) = (request_id(&id)?, form.text("reason"));
    let decided = access::reject_long_exceptions(person.app(), &person.op, id, reason).await;
    answered(&person, id, decided, (Notice::ExceptionsRejected, reason)).await
}

async fn answered(
    person: &Person,
    id: ExceptionRequestId,
    decided: wardkey_usecases::Result<access::Decided>,
    (notice, reason): (Notice, &str),
) -> Result<Answer, PageError> {
    match decided {
        Ok(decided) if decided.refused.is_empty() => {
            Ok(Goto::to(routes::admin_exception_request(id)).notice(notice).into())
        }
        Ok(decided) => {
            let (accounts, refused) = (decided.accounts, refused(decided.refused));
            Ok(drawn(person, id, RequestView { accounts, refused, ..RequestView::default() }).await?.into())
        }
        Err(wardkey_usecases::Error::FreshFactorNeeded) => {
            Err(wardkey_usecases::Error::FreshFactorNeeded).or_fresh_factor(HERE)
        }
        Err(error) => {
            let typed = RequestView { reason: reason.to_owned(), ..RequestView::default() };
            Ok(drawn(person, id, typed).await?.refused(error)?.into())
        }
    }
}

async fn drawn(person: &Person, id: ExceptionRequestId, view: RequestView) -> Result<Page, PageError> {
    let seen = access::see_exception_request(person.app(), &person.op, id).await.or_fresh_factor(HERE)?;
    Ok(Page::new("admin/exception-request.html", person.admin_frame(), view.showing(seen)))
}

/// An address that names no request names no page either.
fn request_id(text: &str) -> Result<ExceptionRequestId, PageError> {
    text.parse().map_err(|_| PageError::NotFound)
}

fn refused(lines: Vec<RefusedLine>) -> Vec<RefusedView> {
    lines.into_iter().map(|line| RefusedView { address: line.address, why: line.why }).collect()
}

impl RequestView {
    fn showing(self, seen: SeenRequest) -> Self {
        Self {
            why: seen.why,
            text: seen.text,
            by: seen.asked_by,
            at: moment(seen.asked_at),
            unseen: seen.unseen,
            may_decide: seen.may_decide,
            is_own: seen.is_own,
            approve: routes::admin_approve_exceptions(seen.id),
            reject: routes::admin_reject_exceptions(seen.id),
            lines: seen.lines.into_iter().map(LineView::from).collect(),
            ..self
        }
    }
}

impl From<access::RequestLine> for LineView {
    fn from(line: access::RequestLine) -> Self {
        let settled = line.standing.settled();
        let until = match &line.standing {
            Standing::Active(given) => Some(moment(given.ends_at)),
            Standing::Requested | Standing::Rejected(_) | Standing::TakenBack(_) | Standing::Ended(..) => None,
        };
        Self {
            standing: line.standing.as_str(),
            until,
            note: settled.map(|settled| settled.why.as_str().to_owned()),
            name: line.display_name,
            address: line.address,
            organisation: line.organisation,
            href: routes::admin_account(line.account),
        }
    }
}

impl From<ExceptionLists> for ExceptionsView {
    fn from(lists: ExceptionLists) -> Self {
        Self {
            more_waiting: lists.more_waiting.map(|after| next("waiting", &after)),
            more_standing: lists.more_standing.map(|after| next("standing", &after)),
            more_postponed: lists.more_postponed.map(|after| next("postponed", &after)),
            waiting: lists.waiting.into_iter().map(WaitingRow::from).collect(),
            standing: lists.standing.into_iter().map(StandingRow::from).collect(),
            postponed: lists.postponed.into_iter().map(PostponedRow::from).collect(),
        }
    }
}

fn next(list: &str, after: &str) -> String {
    let query = Serializer::new(String::new()).append_pair(list, after).finish();
    format!("{}?{query}", routes::ADMIN_EXCEPTIONS)
}

impl From<access::ListedRequest> for WaitingRow {
    fn from(listed: access::ListedRequest) -> Self {
        Self {
            at: moment(listed.asked_at),
            by: listed.asked_by,
            why: listed.why,
            accounts: listed.accounts,
            is_own: listed.is_own,
            href: routes::admin_exception_request(listed.id),
        }
    }
}

impl From<access::ListedStanding> for StandingRow {
    fn from(listed: access::ListedStanding) -> Self {
        Self {
            name: listed.display_name,
            organisation: listed.organisation,
            kind: listed.kind,
            why: listed.why,
            until: moment(listed.until),
            by: listed.given_by,
            href: routes::admin_account(listed.account),
        }
    }
}

impl From<access::ListedPostponement> for PostponedRow {
    fn from(listed: access::ListedPostponement) -> Self {
        Self {
            name: listed.display_name,
            organisation: listed.organisation,
            until: moment(listed.until),
            risk: listed.risk,
            href: routes::admin_account(listed.account),
        }
    }
}
