//! Looking people up.

use axum::extract::State;
use axum::response::Response;
use wardkey_domain::id::AccountId;
use wardkey_usecases::application::names;
use wardkey_usecases::audit::account_sign_ins;
use wardkey_usecases::directory::see_account;
use wardkey_usecases::report::list_people;
use wardkey_usecases::{Error, FieldError};

use crate::management::call::{Call, ReadPeople};
use crate::management::parameter::{After, Nothing, Search};
use crate::management::problem::Problem;
use crate::management::state::Api;
use crate::management::view::{Account, People, SignIns};
use crate::management::{content, paths};

/// Finds people
///
/// Those of whom everything is true that the parameters say, in the organisation that answers for the application and all below it.
/// A change shows in what people are found by within a few seconds.
#[utoipa::path(
    get,
    path = paths::PEOPLE,
    tag = "People",
    operation_id = "listPeople",
    params(Search),
    responses((status = 200, description = "Some of them, and where the others are.", body = People,
        headers(("Link" = String, description = "`rel=\"next\"`: the address of the part that follows, if there is one.")))),
    security(("oauth2" = ["wardkey:people.read"])),
)]
pub async fn list(State(api): State<Api>, call: Call<ReadPeople>) -> Result<Response, Problem> {
    let search: Search = call.query()?;
    let found = list_people(api.app(), &call.op, &search.wanted(), search.slice()).await.map_err(elsewhere)?;
    let people = People::from(found);
    Ok(call.linked(content::json(&people)?, people.next.as_deref()))
}

/// Sees a person
///
/// What the page of an account shows. Nothing in it is a secret.
#[utoipa::path(
    get,
    path = paths::PERSON,
    tag = "People",
    operation_id = "seePerson",
    params(("id" = uuid::Uuid, Path, description = "The account.")),
    responses((status = 200, description = "The account.", body = Account)),
    security(("oauth2" = ["wardkey:people.read"])),
)]
pub async fn see(State(api): State<Api>, call: Call<ReadPeople>) -> Result<Response, Problem> {
    let Nothing {} = call.query()?;
    let facts = see_account(api.app(), &call.op, call.named::<AccountId>()?).await?;
    content::json(&Account::from(facts))
}

/// Lists the sign-ins of a person
///
/// Those that led in and those that were refused, the newest first.
#[utoipa::path(
    get,
    path = paths::SIGN_INS,
    tag = "People",
    operation_id = "listSignIns",
    params(("id" = uuid::Uuid, Path, description = "The account."), After),
    responses((status = 200, description = "Some of them, and where the older ones are.", body = SignIns,
        headers(("Link" = String, description = "`rel=\"next\"`: the address of the part that follows, if there is one.")))),
    security(("oauth2" = ["wardkey:people.read"])),
)]
pub async fn sign_ins(State(api): State<Api>, call: Call<ReadPeople>) -> Result<Response, Problem> {
    let after: After = call.query()?;
    let id: AccountId = call.named()?;
    let before = after.place().map(str::parse::<i64>).transpose().map_err(|_| Problem::not_found())?;
    let records = account_sign_ins(api.app(), &call.op, id, before).await?;
    let reached: Vec<_> = records.iter().filter_map(|record| record.application).collect();
    let names = names(api.app(), reached).await?;
    let sign_ins = SignIns::of(records, &names);
    Ok(call.linked(content::json(&sign_ins)?, sign_ins.next.as_deref()))
}

/// SECURITY: an organisation that lies elsewhere, and a place in a list that does, are not told from what is not there.
pub fn elsewhere(error: Error) -> Problem {
    let is_elsewhere = |error: &FieldError| matches!(error.field, "after" | "organisation");
    match error {
        Error::Invalid(errors) if errors.iter().all(is_elsewhere) => Problem::not_found(),
        error => error.into(),
    }
}
