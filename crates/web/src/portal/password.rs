//! Changing one's own password.

use serde::Serialize;
use wardkey_domain::factor::password::BrokenRule;
use wardkey_usecases::credential::{ChangePassword, PasswordChange, change_password, may_change_password};
use wardkey_usecases::signin::{Destination, PortalPage};
use wardkey_usecases::{Error, FieldError};

use crate::drawn::Answer;
use crate::error::PageError;
use crate::form::Checked;
use crate::goto::Goto;
use crate::notice::Notice;
use crate::page::Page;
use crate::person::Person;
use crate::view::RulesView;
use crate::{routes, words};

const HERE: Destination = Destination::PortalPage(PortalPage::ChangePassword);

#[derive(Serialize)]
pub(crate) struct ChangePasswordView {
    pub(crate) rules: RulesView,
}

/// `GET /profile/password`
pub(crate) async fn change_form(person: Person) -> Result<Page, PageError> {
    // Asked for before anything is typed: what was typed would be lost on the way.
    match may_change_password(person.app(), &person.op).await {
        Ok(()) => Ok(page(&person)),
        Err(Error::FreshFactorNeeded) => Err(PageError::FreshFactorNeeded(HERE)),
        Err(error) => Err(error.into()),
    }
}

/// `POST /profile/password`
pub(crate) async fn change(person: Person, form: Checked) -> Result<Answer, PageError> {
    let input = ChangePassword {
        current: form.secret("current"),
        password: form.secret("password"),
        again: form.secret("again"),
    };
    let now = person.op.now;
    let page = match change_password(person.app(), &person.op, input).await {
        Ok(PasswordChange::Changed) => {
            return Ok(Goto::to(routes::SECURITY_INFO).notice(Notice::PasswordChanged).into());
        }
        Ok(PasswordChange::WrongCurrent) => page(&person).error("current", words::sentence("wrong_current")),
        Ok(PasswordChange::TooManyTries { until }) => page(&person).too_many("current", until.since(now)),
        Ok(PasswordChange::Refused(broken)) => page(&person).errors(broken.into_iter().map(about_password).collect()),
        Err(Error::FreshFactorNeeded) => return Err(PageError::FreshFactorNeeded(HERE)),
        Err(error) => page(&person).refused(error)?,
    };
    Ok(page.into())
}

fn about_password(rule: BrokenRule) -> FieldError {
    FieldError { field: "password", message: rule.message() }
}

fn page(person: &Person) -> Page {
    let view = ChangePasswordView { rules: RulesView::from(&person.app().settings().password) };
    Page::new("portal/password.html", person.frame(), view)
}
