//! Suspending somebody's prompts for a day, and what an account's page says of exceptions [EXC-20].

use axum::extract::Path;
use serde::Serialize;
use wardkey_domain::access::exception::Standing;
use wardkey_domain::directory::Account;
use wardkey_domain::id::AccountId;
use wardkey_domain::permission::Action;
use wardkey_usecases::access::{self, AccountExceptions, GivenException, SeenException, SeenPostponement};
use wardkey_usecases::directory::account_to_change;
use wardkey_usecases::signin::{Destination, PortalPage};

use super::account::{DeedLink, account_id};
use crate::drawn::Answer;
use crate::error::{OrFreshFactor, PageError};
use crate::form::Checked;
use crate::page::Page;
use crate::person::Person;
use crate::routes;
use crate::view::{moment, moment_to_the_second};

/// The page that asks why.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ExceptionView {
    pub(crate) name: String,
    pub(crate) address: String,
    pub(crate) action: String,
    pub(crate) back: String,
    /// When it would end, if it were given now.
    pub(crate) until: String,
    /// The word of the reason that is chosen.
    pub(crate) why: String,
    /// What was typed for the last.
    pub(crate) reason: String,
    /// Where a long one is asked for.
    pub(crate) longer: String,
}

/// The page that says what was given.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct GivenView {
    pub(crate) name: String,
    pub(crate) address: String,
    /// To the second.
    pub(crate) until: String,
    pub(crate) re_enrol: bool,
    /// Whether it was the last that there may be within thirty days.
    pub(crate) repeated: bool,
    pub(crate) back: String,
}

/// What stands for an account.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct StandingView {
    pub(crate) active: Option<ActiveView>,
    pub(crate) waiting: Option<WaitingView>,
    pub(crate) last: Option<LastView>,
    pub(crate) postponement: Option<PostponementView>,
}

/// The exception that is in force.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ActiveView {
    /// `short` or `long`.
    pub(crate) kind: &'static str,
    pub(crate) why: &'static str,
    pub(crate) note: Option<String>,
    pub(crate) until: String,
    pub(crate) since: String,
    pub(crate) by: Option<String>,
    /// Who asked for a long one.
    pub(crate) asked_by: Option<String>,
    pub(crate) re_enrol: bool,
    pub(crate) without_effect: bool,
}

/// The request that waits.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct WaitingView {
    pub(crate) at: String,
    pub(crate) by: Option<String>,
    pub(crate) href: String,
}

/// The last that is over.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct LastView {
    /// `short` or `long`.
    pub(crate) kind: &'static str,
    /// `rejected`, `taken_back`, `withdrawn` or `over`.
    pub(crate) word: &'static str,
    pub(crate) at: String,
    pub(crate) by: Option<String>,
    pub(crate) note: Option<String>,
}

/// More time to register.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PostponementView {
    pub(crate) until: String,
    pub(crate) since: String,
    pub(crate) risk: String,
    pub(crate) by: Option<String>,
}

const HERE: Destination = Destination::PortalPage(PortalPage::Admin);

/// `GET /admin/people/{id}/exception`
pub(crate) async fn form(person: Person, Path(id): Path<String>) -> Result<Page, PageError> {
    let account = account_to_change(person.app(), &person.op, Action::GrantShortException, account_id(&id)?).await;
    Ok(question(&person, &account.or_fresh_factor(HERE)?, "", ""))
}

/// `POST /admin/people/{id}/exception`
pub(crate) async fn give(person: Person, Path(id): Path<String>, form: Checked) -> Result<Answer, PageError> {
    let (app, op) = (person.app(), &person.op);
    let account = account_to_change(app, op, Action::GrantShortException, account_id(&id)?).await;
    let account = account.or_fresh_factor(HERE)?;
    let (why, reason) = (form.text("why"), form.text("reason"));
    match access::give_short_exception(app, op, account.id, why, reason).await {
        Ok(given) => Ok(shown(&person, &account, given).into()),
        Err(error) => Ok(question(&person, &account, why, reason).refused(error)?.into()),
    }
}

fn question(person: &Person, account: &Account, why: &str, reason: &str) -> Page {
    let rules = person.app().settings().access.exception;
    let view = ExceptionView {
        name: account.display_name.clone(),
        address: account.address.to_string(),
        action: routes::admin_give_exception(account.id),
        back: routes::admin_account(account.id),
        until: moment(person.op.now.plus(rules.short)),
        why: why.to_owned(),
        reason: reason.to_owned(),
        longer: routes::admin_request_exception(account.id),
    };
    Page::new("admin/exception.html", person.admin_frame(), view)
}

fn shown(person: &Person, account: &Account, given: GivenException) -> Page {
    let view = GivenView {
        name: account.display_name.clone(),
        address: account.address.to_string(),
        until: moment_to_the_second(given.until),
        re_enrol: given.re_enrol,
        repeated: given.repeated,
        back: routes::admin_account(account.id),
    };
    Page::new("admin/given-exception.html", person.admin_frame(), view)
}

/// What an account's page offers.
pub(super) fn exception_links(id: AccountId, exceptions: &AccountExceptions) -> impl Iterator<Item = DeedLink> {
    let link = |offered: bool, word, href: String| offered.then_some(DeedLink { word, href });
    [
        link(exceptions.may_give, "exception", routes::admin_give_exception(id)),
        link(exceptions.may_request, "long-exception", routes::admin_request_exception(id)),
        link(exceptions.may_postpone, "postpone", routes::admin_postpone(id)),
    ]
    .into_iter()
    .flatten()
}

impl From<&AccountExceptions> for StandingView {
    fn from(exceptions: &AccountExceptions) -> Self {
        let active = exceptions.active.as_ref();
        Self {
            active: active.and_then(|seen| ActiveView::of(seen, exceptions.without_effect)),
            waiting: exceptions.waiting.as_ref().and_then(WaitingView::of),
            last: exceptions.last.as_ref().and_then(LastView::of),
            postponement: exceptions.postponement.as_ref().map(PostponementView::of),
        }
    }
}

impl ActiveView {
    fn of(seen: &SeenException, without_effect: bool) -> Option<Self> {
        let (given, ground) = (seen.exception.standing.given()?, &seen.exception.ground);
        Some(Self {
            kind: ground.kind().as_str(),
            why: ground.word(),
            note: ground.text().map(|text| text.as_str().to_owned()),
            until: moment(given.ends_at),
            since: moment(given.starts_at),
            by: seen.given_by.clone(),
            asked_by: seen.asked_by.clone().filter(|_| ground.request().is_some()),
            re_enrol: ground.means_re_enrolment(),
            without_effect,
        })
    }
}

impl WaitingView {
    fn of(seen: &SeenException) -> Option<Self> {
        let href = routes::admin_exception_request(seen.exception.ground.request()?);
        Some(Self { at: moment(seen.exception.asked_at), by: seen.asked_by.clone(), href })
    }
}

impl LastView {
    fn of(seen: &SeenException) -> Option<Self> {
        let standing = &seen.exception.standing;
        let settled = standing.settled();
        let at = settled.map(|settled| settled.at).or_else(|| standing.given().map(|given| given.ends_at))?;
        // One that nobody has ended yet is over all the same.
        let word = if matches!(standing, Standing::Active(_)) { "over" } else { standing.as_str() };
        Some(Self {
            kind: seen.exception.ground.kind().as_str(),
            word,
            at: moment(at),
            by: seen.settled_by.clone(),
            note: settled.map(|settled| settled.why.as_str().to_owned()),
        })
    }
}

impl PostponementView {
    fn of(seen: &SeenPostponement) -> Self {
        Self {
            until: moment(seen.postponement.ends_at),
            since: moment(seen.postponement.given_at),
            risk: seen.postponement.risk.as_str().to_owned(),
            by: seen.given_by.clone(),
        }
    }
}
