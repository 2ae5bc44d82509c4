//! A person's recent sign-ins, so that they notice those of somebody else.

use serde::Serialize;
use wardkey_usecases::audit::{self, SignInOutcome, SignInRecord};

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

impl From<SignInRecord> for SignInRow {
    fn from(record: SignInRecord) -> Self {
        let (refused, count) = match record.outcome {
            SignInOutcome::SignedIn(_) => (false, 1),
            SignInOutcome::Refused(_, count) => (true, count),
        };
        Self {
            at: moment(record.at),
            refused,
            count,
            application: None,
            browser: record.browser,
            address: record.address,
        }
    }
}

/// `GET /profile/sign-ins`
pub(crate) async fn sign_ins(person: Person) -> Result<Page, PageError> {
    let records = audit::recent_sign_ins(person.app(), &person.op, None).await?;
    let sign_ins = records.into_iter().map(SignInRow::from).collect();
    Ok(Page::new("portal/sign-ins.html", person.frame(), SignInsView { sign_ins }))
}
