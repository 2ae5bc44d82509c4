//! What an administrator does to an account: a page that asks why, then the deed.

use axum::extract::Path;
use serde::Serialize;
use wardkey_domain::directory::Account;
use wardkey_domain::id::AccountId;
use wardkey_domain::permission::Action;
use wardkey_usecases::access;
use wardkey_usecases::directory::{self, account_to_change};
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

/// Something to do to an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    TemporaryPassword,
    ReEnrol,
    EnableMfa,
    ReturnToBaseline,
    WithdrawPass,
    WithdrawException,
    WithdrawRequest,
    WithdrawPostponement,
    EndSessions,
    Disable,
    Enable,
}

impl Deed {
    pub(crate) const ALL: [Self; 11] = [
        Self::TemporaryPassword,
        Self::ReEnrol,
        Self::EnableMfa,
        Self::ReturnToBaseline,
        Self::WithdrawPass,
        Self::WithdrawException,
        Self::WithdrawRequest,
        Self::WithdrawPostponement,
        Self::EndSessions,
        Self::Disable,
        Self::Enable,
    ];

    /// Its word in addresses and templates.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::TemporaryPassword => "temporary-password",
            Self::ReEnrol => "re-enrol",
            Self::EnableMfa => "enable-mfa",
            Self::ReturnToBaseline => "return-to-baseline",
            Self::WithdrawPass => "withdraw-pass",
            Self::WithdrawException => "withdraw-exception",
            Self::WithdrawRequest => "withdraw-exception-request",
            Self::WithdrawPostponement => "withdraw-postponement",
            Self::EndSessions => "end-sessions",
            Self::Disable => "disable",
            Self::Enable => "enable",
        }
    }

    /// What it needs permission for.
    pub(crate) const fn action(self) -> Action {
        match self {
            Self::TemporaryPassword => Action::ResetPassword,
            Self::ReEnrol => Action::ReEnrol,
            Self::EnableMfa => Action::EnableMfa,
            Self::ReturnToBaseline => Action::ReturnToBaseline,
            Self::WithdrawPass => Action::IssuePass,
            Self::WithdrawException => Action::GrantShortException,
            Self::WithdrawRequest => Action::RequestLongException,
            Self::WithdrawPostponement => Action::PostponeDefaultOn,
            Self::EndSessions => Action::EndSessions,
            Self::Disable => Action::DisableAccount,
            Self::Enable => Action::EnableAccount,
        }
    }

    fn parse(word: &str) -> Result<Self, PageError> {
        Self::ALL.into_iter().find(|deed| deed.word() == word).ok_or(PageError::NotFound)
    }
}

/// The page that asks why.
#[derive(Serialize)]
pub(crate) struct DeedView {
    /// The deed's word; the template has the sentences.
    pub(crate) word: &'static str,
    pub(crate) name: String,
    pub(crate) address: String,
    pub(crate) action: String,
    pub(crate) back: String,
    /// The reason that was typed.
    pub(crate) reason: String,
}

/// The page that shows a temporary password or an activation code, once.
#[derive(Serialize)]
pub(crate) struct SecretView {
    pub(crate) name: String,
    pub(crate) address: String,
    pub(crate) secret: String,
    pub(crate) back: String,
}

const HERE: Destination = Destination::PortalPage(PortalPage::Admin);

/// `GET /admin/people/{id}/{deed}`
pub(crate) async fn ask(person: Person, Path((id, deed)): Path<(String, String)>) -> Result<Page, PageError> {
    let (id, deed) = (account_id(&id)?, Deed::parse(&deed)?);
    let account = account_to_change(person.app(), &person.op, deed.action(), id).await.or_fresh_factor(HERE)?;
    Ok(question(&person, &account, deed, ""))
}

fn question(person: &Person, account: &Account, deed: Deed, reason: &str) -> Page {
    let view = DeedView {
        word: deed.word(),
        name: account.display_name.clone(),
        address: account.address.to_string(),
        action: routes::admin_deed(account.id, deed.word()),
        back: routes::admin_account(account.id),
        reason: reason.to_owned(),
    };
    Page::new("admin/deed.html", person.admin_frame(), view)
}

/// `POST /admin/people/{id}/{deed}`
pub(crate) async fn carry_out(
    person: Person,
    Path((id, deed)): Path<(String, String)>,
    form: Checked,
) -> Result<Answer, PageError> {
    let (id, deed) = (account_id(&id)?, Deed::parse(&deed)?);
    let account = account_to_change(person.app(), &person.op, deed.action(), id).await.or_fresh_factor(HERE)?;
    let reason = form.text("reason");
    match done(&person, &account, deed, reason).await {
        Ok(answer) => Ok(answer),
        Err(error) => Ok(question(&person, &account, deed, reason).refused(error)?.into()),
    }
}

async fn done(person: &Person, account: &Account, deed: Deed, reason: &str) -> wardkey_usecases::Result<Answer> {
    let (app, op, id) = (person.app(), &person.op, account.id);
    let notice = match deed {
        Deed::TemporaryPassword => {
            let password = directory::set_temporary_password(app, op, id, reason).await?;
            return Ok(shown_once(person, account, "admin/temporary-password.html", password.expose()));
        }
        Deed::ReEnrol => match directory::re_enrol(app, op, id, reason).await?.activation {
            Some(code) => return Ok(shown_once(person, account, "admin/activation-code.html", code.expose())),
            None => Notice::AccountReEnrolled,
        },
        Deed::EnableMfa => {
            directory::enable_mfa(app, op, id, reason).await?;
            Notice::MfaEnabled
        }
        Deed::ReturnToBaseline => {
            directory::return_to_baseline(app, op, id, reason).await?;
            Notice::ReturnedToBaseline
        }
        Deed::WithdrawPass => {
            directory::withdraw_pass(app, op, id, reason).await?;
            Notice::PassWithdrawn
        }
        Deed::WithdrawException => {
            access::withdraw_exception(app, op, id, reason).await?;
            Notice::ExceptionWithdrawn
        }
        Deed::WithdrawRequest => {
            access::withdraw_exception_request(app, op, id, reason).await?;
            Notice::ExceptionTakenBack
        }
        Deed::WithdrawPostponement => {
            access::withdraw_postponement(app, op, id, reason).await?;
            Notice::PostponementWithdrawn
        }
        Deed::EndSessions => {
            directory::end_sessions(app, op, id, reason).await?;
            Notice::AccountSessionsEnded
        }
        Deed::Disable => {
            directory::disable(app, op, id, reason).await?;
            Notice::AccountDisabled
        }
        Deed::Enable => {
            directory::enable(app, op, id, reason).await?;
            Notice::AccountEnabled
        }
    };
    Ok(back_to(id).notice(notice).into())
}

fn back_to(id: AccountId) -> Goto {
    Goto::to(routes::admin_account(id))
}

fn shown_once(person: &Person, account: &Account, template: &'static str, secret: &str) -> Answer {
    let view = SecretView {
        name: account.display_name.clone(),
        address: account.address.to_string(),
        secret: secret.to_owned(),
        back: routes::admin_account(account.id),
    };
    Page::new(template, person.admin_frame(), view).into()
}
