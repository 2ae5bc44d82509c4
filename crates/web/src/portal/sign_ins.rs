//! A person's recent sign-ins, so that they notice those of somebody else.

use std::collections::BTreeMap;

use serde::Serialize;
use wardkey_domain::id::ApplicationId;
use wardkey_usecases::audit::{self, SignInOutcome, SignInRecord};
use wardkey_usecases::{App, application};

use crate::error::PageError;
use crate::page::Page;
use crate::person::Person;
use crate::view::moment;

#[derive(Serialize)]
pub(crate) struct SignInsView {
    pub(crate) sign_ins: Vec<SignInRow>,
}

/// One sign-in, or refused tries.
#[derive(Serialize)]
pub(crate) struct SignInRow {
    pub(crate) at: String,
    pub(crate) refused: bool,
    pub(crate) count: u32,
    pub(crate) application: Option<String>,
    pub(crate) browser: Option<String>,
    pub(crate) address: Option<String>,
}

impl SignInRow {
    fn of(record: SignInRecord, names: &BTreeMap<ApplicationId, String>) -> Self {
        let (refused, count) = match record.outcome {
            SignInOutcome::SignedIn(_) => (false, 1),
            SignInOutcome::Refused(_, count) => (true, count),
        };
        Self {
            at: moment(record.at),
            refused,
            count,
            application: record.application.and_then(|id| names.get(&id).cloned()),
            browser: record.browser,
            address: record.address,
        }
    }
}

/// `GET /profile/sign-ins`
pub(crate) async fn sign_ins(person: Person) -> Result<Page, PageError> {
    let records = audit::recent_sign_ins(person.app(), &person.op, None).await?;
    let sign_ins = rows(person.app(), records).await?;
    Ok(Page::new("portal/sign-ins.html", person.frame(), SignInsView { sign_ins }))
}

/// Sign-ins as pages show them, with the names of the applications.
pub(crate) async fn rows(app: &App, records: Vec<SignInRecord>) -> Result<Vec<SignInRow>, PageError> {
    let reached: Vec<ApplicationId> = records.iter().filter_map(|record| record.application).collect();
    let names = application::names(app, reached).await?;
    Ok(records.into_iter().map(|record| SignInRow::of(record, &names)).collect())
}
