//! What was decided of somebody's sign-ins, and why: in words that can be read out over the telephone.

use axum::extract::Path;
use serde::Serialize;
use wardkey_domain::id::AccountId;
use wardkey_usecases::access::{DecidedSignIn, decided_sign_ins, experience, reported};

use crate::error::PageError;
use crate::page::Page;
use crate::person::Person;
use crate::view::moment_to_the_second;

/// The page of somebody's sign-ins.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct DecidedView {
    pub(crate) account: String,
    pub(crate) name: String,
    pub(crate) sign_ins: Vec<DecidedRow>,
}

/// One sign-in.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct DecidedRow {
    pub(crate) at: String,
    pub(crate) application: Option<String>,
    pub(crate) from: Option<String>,
    /// Whether a session that had begun before was enough.
    pub(crate) by_session: bool,
    /// The word of what the person met.
    pub(crate) outcome: &'static str,
    pub(crate) words: &'static str,
    pub(crate) reasons: Vec<String>,
    pub(crate) would_be: Option<&'static str>,
    /// What each policy that only reports made of it.
    pub(crate) reported: Vec<(String, &'static str)>,
}

/// `GET /admin/people/{id}/sign-ins`
pub(crate) async fn see(person: Person, Path(id): Path<AccountId>) -> Result<Page, PageError> {
    let (account, sign_ins) = decided_sign_ins(person.app(), &person.op, id).await?;
    let view = DecidedView {
        account: account.id.to_string(),
        name: account.display_name,
        sign_ins: sign_ins.into_iter().map(DecidedRow::of).collect(),
    };
    Ok(Page::new("admin/decided-sign-ins.html", person.admin_frame(), view))
}

impl DecidedRow {
    fn of(sign_in: DecidedSignIn) -> Self {
        let address = sign_in.address.map(|address| address.to_string());
        Self {
            at: moment_to_the_second(sign_in.at),
            application: sign_in.application,
            from: match (address, sign_in.place) {
                (Some(address), Some(place)) => Some(format!("{address} ({place})")),
                (address, _) => address,
            },
            by_session: sign_in.by_session,
            outcome: sign_in.outcome.as_str(),
            words: experience(sign_in.outcome),
            reasons: sign_in.reasons,
            would_be: sign_in.would_be.map(experience),
            reported: sign_in.reported.into_iter().map(|(name, result)| (name, reported(result, true))).collect(),
        }
    }
}
