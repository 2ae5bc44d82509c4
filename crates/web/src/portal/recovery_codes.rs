//! Security info: recovery codes [STD-3].

use serde::Serialize;
use wardkey_domain::secret::Secret;
use wardkey_usecases::Error;
use wardkey_usecases::credential;
use wardkey_usecases::signin::{Destination, PortalPage};

use crate::drawn::Answer;
use crate::error::{OrFreshFactor, PageError};
use crate::form::Checked;
use crate::goto::Goto;
use crate::notice::Notice;
use crate::page::Page;
use crate::person::Person;
use crate::routes;
use crate::view::RecoveryView;

const HERE: Destination = Destination::PortalPage(PortalPage::RecoveryCodes);

/// The page that says what recovery codes are, and how many are left.
#[derive(Serialize)]
pub(crate) struct AboutCodesView {
    pub(crate) codes: RecoveryView,
}

/// New recovery codes, shown once.
#[derive(Serialize)]
pub(crate) struct NewCodesView {
    pub(crate) address: String,
    pub(crate) codes: Vec<String>,
}

/// `GET /profile/security-info/recovery-codes`
pub(crate) async fn about_codes(person: Person) -> Result<Page, PageError> {
    let info = credential::security_info(person.app(), &person.op).await?;
    let codes = info.recovery.as_ref().map(RecoveryView::from).ok_or(PageError::NotFound)?;
    Ok(Page::new("portal/recovery-codes.html", person.frame(), AboutCodesView { codes }))
}

/// `POST /profile/security-info/recovery-codes`: makes codes, and shows them this once.
pub(crate) async fn make_codes(person: Person, _form: Checked) -> Result<Answer, PageError> {
    match credential::make_recovery_codes(person.app(), &person.op).await {
        Ok(codes) => {
            let view = NewCodesView {
                address: person.account.address.as_str().to_owned(),
                codes: codes.iter().map(Secret::expose).cloned().collect(),
            };
            Ok(Page::new("portal/new-recovery-codes.html", person.frame(), view).into())
        }
        Err(error @ Error::Conflict(_)) => Ok(about_codes(person).await?.refused(error)?.into()),
        Err(error) => Err(error).or_fresh_factor(HERE),
    }
}

/// `POST /profile/security-info/recovery-codes/remove`
pub(crate) async fn remove_codes(person: Person, _form: Checked) -> Result<Goto, PageError> {
    credential::remove_recovery_codes(person.app(), &person.op).await.or_fresh_factor(HERE)?;
    Ok(Goto::to(routes::SECURITY_INFO).notice(Notice::RecoveryCodesRemoved))
}
