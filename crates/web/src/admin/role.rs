//! Giving somebody a role, and taking it away.

use axum::extract::Path;
use serde::Serialize;
use wardkey_domain::directory::{Account, Role};
use wardkey_domain::id::RoleGrantId;
use wardkey_domain::time::Timestamp;
use wardkey_usecases::directory::{Appointing, NewRole, appointing, grant_role, revoke_role, role_to_take};
use wardkey_usecases::signin::{Destination, PortalPage};
use wardkey_usecases::{Error, Result as Answered, london};

use super::account::account_id;
use super::deed::DeedView;
use super::people::capital;
use crate::drawn::Answer;
use crate::error::{OrFreshFactor, PageError};
use crate::form::Checked;
use crate::goto::Goto;
use crate::notice::Notice;
use crate::page::Page;
use crate::person::Person;
use crate::routes;

/// The page that asks which role, where and for how long.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct RoleView {
    pub(crate) name: String,
    pub(crate) address: String,
    pub(crate) action: String,
    pub(crate) back: String,
    pub(crate) roles: Vec<RoleChoice>,
    /// The role that was chosen.
    pub(crate) role: String,
    pub(crate) organisation: String,
    pub(crate) day: String,
    pub(crate) month: String,
    pub(crate) year: String,
}

/// One role that can be given.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct RoleChoice {
    pub(crate) value: &'static str,
    pub(crate) text: String,
    /// What whoever holds it does.
    pub(crate) hint: &'static str,
}

const HERE: Destination = Destination::PortalPage(PortalPage::Admin);

/// `GET /admin/people/{id}/role`
pub(crate) async fn form(person: Person, Path(id): Path<String>) -> Result<Page, PageError> {
    let about = appointing(person.app(), &person.op, account_id(&id)?).await.or_fresh_factor(HERE)?;
    Ok(question(&person, &about, None))
}

/// `POST /admin/people/{id}/role`
pub(crate) async fn give(person: Person, Path(id): Path<String>, form: Checked) -> Result<Answer, PageError> {
    let about = appointing(person.app(), &person.op, account_id(&id)?).await.or_fresh_factor(HERE)?;
    let id = about.account.id;
    let done = match new_role(&about, &form) {
        Ok(new) => grant_role(person.app(), &person.op, &new).await.map(drop),
        Err(error) => Err(error),
    };
    match done {
        Ok(()) => Ok(Goto::to(routes::admin_account(id)).notice(Notice::RoleGiven).into()),
        // A role that is theirs to give, but not there.
        Err(Error::Forbidden(_)) => {
            let why = Error::invalid("organisation", "You cannot give this role for this organisation");
            Ok(question(&person, &about, Some(&form)).refused(why)?.into())
        }
        Err(error) => Ok(question(&person, &about, Some(&form)).refused(error)?.into()),
    }
}

/// `GET /admin/people/{id}/roles/{grant}/take-away`
pub(crate) async fn ask(person: Person, Path((id, grant)): Path<(String, String)>) -> Result<Page, PageError> {
    let (account, grant) = held(&person, &id, &grant).await?;
    Ok(why(&person, &account, grant, ""))
}

/// `POST /admin/people/{id}/roles/{grant}/take-away`
pub(crate) async fn take_away(
    person: Person,
    Path((id, grant)): Path<(String, String)>,
    form: Checked,
) -> Result<Answer, PageError> {
    let (account, grant) = held(&person, &id, &grant).await?;
    let reason = form.text("reason");
    match revoke_role(person.app(), &person.op, grant, reason).await {
        Ok(()) => Ok(Goto::to(routes::admin_account(account.id)).notice(Notice::RoleTakenAway).into()),
        Err(error) => Ok(why(&person, &account, grant, reason).refused(error)?.into()),
    }
}

async fn held(person: &Person, id: &str, grant: &str) -> Result<(Account, RoleGrantId), PageError> {
    let grant = grant.parse().map_err(|_| PageError::NotFound)?;
    let account = role_to_take(person.app(), &person.op, account_id(id)?, grant).await.or_fresh_factor(HERE)?;
    Ok((account, grant))
}

fn new_role(about: &Appointing, form: &Checked) -> Answered<NewRole> {
    let chosen: Option<Role> = form.text("role").parse().ok().filter(|role| about.roles.contains(role));
    let role = chosen.ok_or_else(|| Error::invalid("role", "Choose a role"))?;
    let organisation = form.text("organisation").parse();
    let organisation =
        organisation.map_err(|_| Error::invalid("organisation", "Enter an ODS code, for example A81001"))?;
    Ok(NewRole { account: about.account.id, role, organisation, expires_at: ends_at(form)? })
}

/// The beginning of the day that was typed, in London; nothing where none was.
fn ends_at(form: &Checked) -> Answered<Option<Timestamp>> {
    let day = [form.text("day"), form.text("month"), form.text("year")];
    if day.iter().all(|part| part.trim().is_empty()) {
        return Ok(None);
    }
    let wrong = || Error::invalid("date", "Enter the day on which it ends, for example 23 11 2027, or leave it empty");
    london(day, "0:00").map(Some).ok_or_else(wrong)
}

fn question(person: &Person, about: &Appointing, form: Option<&Checked>) -> Page {
    let text = |field: &str| form.map_or_else(String::new, |form| form.text(field).to_owned());
    let view = RoleView {
        name: about.account.display_name.clone(),
        address: about.account.address.to_string(),
        action: routes::admin_give_role(about.account.id),
        back: routes::admin_account(about.account.id),
        roles: about.roles.iter().copied().map(RoleChoice::from).collect(),
        role: text("role"),
        organisation: form.map_or_else(|| about.ods_code.to_string(), |form| form.text("organisation").to_owned()),
        day: text("day"),
        month: text("month"),
        year: text("year"),
    };
    Page::new("admin/role.html", person.admin_frame(), view)
}

fn why(person: &Person, account: &Account, grant: RoleGrantId, reason: &str) -> Page {
    let view = DeedView {
        word: "take-role",
        name: account.display_name.clone(),
        address: account.address.to_string(),
        action: routes::admin_take_role(account.id, grant),
        back: routes::admin_account(account.id),
        reason: reason.to_owned(),
    };
    Page::new("admin/deed.html", person.admin_frame(), view)
}

impl From<Role> for RoleChoice {
    fn from(role: Role) -> Self {
        let hint = match role {
            Role::Staff => "Everybody is",
            Role::PracticeManager => "Sees who is protected and who is not, and asks for exceptions",
            Role::LocalHelpDesk => "Helps people who cannot sign in",
            Role::LocalAdministrator => "Adds people and looks after their accounts",
            Role::PrimaryLocalAdministrator => "The same, gives roles, and approves what others ask for",
            Role::NationalHelpDesk => "Helps people of every organisation",
            Role::TenantAdministrator => "Administers the whole service, its policies and its applications",
            Role::SecurityAnalyst => "Watches over the whole service, and contains what goes wrong",
            Role::Assessor => "Sees everything of an organisation, and changes nothing",
        };
        Self { value: role.as_str(), text: capital(role.words()), hint }
    }
}
