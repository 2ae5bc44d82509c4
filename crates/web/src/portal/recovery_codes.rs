//! Security info: recovery codes [STD-3].

use serde::Serialize;
use wardkey_domain::secret::Secret;
use wardkey_usecases::Error;
use wardkey_usecases::credential;
use wardkey_usecases::signin::{Destination, PortalPage};

use crate::address::Params;
use crate::drawn::Answer;
use crate::error::{OrFreshFactor, PageError};
use crate::form::Checked;
use crate::goto::Goto;
use crate::notice::Notice;
use crate::page::Page;
use crate::person::Person;
use crate::routes;
use crate::signin::Towards;
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
    /// Where to go on.
    pub(crate) next: String,
}

/// The page that asks for new recovery codes on the way in, because few are left.
#[derive(Serialize)]
pub(crate) struct RenewCodesView {
    pub(crate) left: usize,
    /// Where the form goes.
    pub(crate) action: String,
    /// Where to go on without.
    pub(crate) next: String,
    /// Whether that is back to an application.
    pub(crate) to_application: bool,
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
        Ok(codes) => Ok(new_codes(&person, &codes, routes::SECURITY_INFO.to_owned()).into()),
        Err(error @ Error::Conflict(_)) => Ok(about_codes(person).await?.refused(error)?.into()),
        Err(error) => Err(error).or_fresh_factor(HERE),
    }
}

fn new_codes(person: &Person, codes: &[Secret<String>], next: String) -> Page {
    let view = NewCodesView {
        address: person.account.address.as_str().to_owned(),
        codes: codes.iter().map(Secret::expose).cloned().collect(),
        next,
    };
    Page::new("portal/new-recovery-codes.html", person.frame(), view)
}

/// `GET /profile/security-info/recovery-codes/renew`
pub(crate) async fn renew_codes(person: Person, Params(towards): Params<Towards>) -> Result<Answer, PageError> {
    let destination = towards.destination()?;
    let info = credential::security_info(person.app(), &person.op).await?;
    // Back from the next page, or made elsewhere meanwhile.
    let Some(codes) = info.recovery.filter(|codes| codes.are_few) else {
        return Ok(Goto::towards(&destination).into());
    };
    Ok(renewal(&person, codes.left, &destination).into())
}

fn renewal(person: &Person, left: usize, destination: &Destination) -> Page {
    let view = RenewCodesView {
        left,
        action: routes::on_the_way(routes::RENEW_CODES, destination),
        next: routes::destination(destination),
        to_application: matches!(destination, Destination::Authorization(_)),
    };
    Page::new("portal/renew-recovery-codes.html", person.frame(), view)
}

/// `POST /profile/security-info/recovery-codes/renew`: makes codes on the way in.
pub(crate) async fn make_renewed_codes(
    person: Person,
    Params(towards): Params<Towards>,
    _form: Checked,
) -> Result<Answer, PageError> {
    let destination = towards.destination()?;
    match credential::make_recovery_codes(person.app(), &person.op).await {
        Ok(codes) => Ok(new_codes(&person, &codes, routes::destination(&destination)).into()),
        Err(error @ Error::Conflict(_)) => {
            let info = credential::security_info(person.app(), &person.op).await?;
            let left = info.recovery.map_or(0, |codes| codes.left);
            Ok(renewal(&person, left, &destination).refused(error)?.into())
        }
        Err(error) => Err(error).or_fresh_factor(HERE),
    }
}

/// `POST /profile/security-info/recovery-codes/remove`
pub(crate) async fn remove_codes(person: Person, _form: Checked) -> Result<Goto, PageError> {
    credential::remove_recovery_codes(person.app(), &person.op).await.or_fresh_factor(HERE)?;
    Ok(Goto::to(routes::SECURITY_INFO).notice(Notice::RecoveryCodesRemoved))
}
