//! Giving somebody a hardware token, and taking it back [MET-8].

use axum::extract::Path;
use serde::Serialize;
use wardkey_domain::directory::Account;
use wardkey_domain::permission::Action;
use wardkey_usecases::Error;
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

/// The page that asks which token.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct AssignTokenView {
    pub(crate) name: String,
    pub(crate) address: String,
    pub(crate) action: String,
    pub(crate) back: String,
    pub(crate) serial: String,
}

const HERE: Destination = Destination::PortalPage(PortalPage::Admin);

/// `GET /admin/people/{id}/token`
pub(crate) async fn form(person: Person, Path(id): Path<String>) -> Result<Page, PageError> {
    let account = account_to_change(person.app(), &person.op, Action::AssignToken, account_id(&id)?).await;
    Ok(page(&person, &account.or_fresh_factor(HERE)?, ""))
}

/// `POST /admin/people/{id}/token`
pub(crate) async fn assign(person: Person, Path(id): Path<String>, form: Checked) -> Result<Answer, PageError> {
    let (id, serial) = (account_id(&id)?, form.text("serial"));
    match directory::assign_token(person.app(), &person.op, id, serial).await {
        Ok(()) => Ok(Goto::to(routes::admin_account(id)).notice(Notice::TokenAssigned).into()),
        Err(error @ (Error::Invalid(_) | Error::Conflict(_))) => {
            let account = account_to_change(person.app(), &person.op, Action::AssignToken, id).await?;
            Ok(page(&person, &account, serial).refused(error)?.into())
        }
        Err(error) => Err(error).or_fresh_factor(HERE),
    }
}

/// `POST /admin/people/{id}/token/{token}/take-back`
pub(crate) async fn take_back(
    person: Person,
    Path((id, token)): Path<(String, String)>,
    _form: Checked,
) -> Result<Goto, PageError> {
    let (id, token) = (account_id(&id)?, token.parse().map_err(|_| PageError::NotFound)?);
    directory::take_token_back(person.app(), &person.op, id, token).await.or_fresh_factor(HERE)?;
    Ok(Goto::to(routes::admin_account(id)).notice(Notice::TokenTakenBack))
}

fn page(person: &Person, account: &Account, serial: &str) -> Page {
    let view = AssignTokenView {
        name: account.display_name.clone(),
        address: account.address.to_string(),
        action: routes::admin_assign_token(account.id),
        back: routes::admin_account(account.id),
        serial: serial.to_owned(),
    };
    Page::new("admin/assign-token.html", person.admin_frame(), view)
}
