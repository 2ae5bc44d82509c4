//! Security info: listing, renaming, removing and choosing methods, and adding authenticator apps [ENR-9, ENR-12].

use http::StatusCode;
use serde::Serialize;
use wardkey_domain::access::Unusable;
use wardkey_domain::credential::Credential;
use wardkey_domain::factor::{FactorKind, definition};
use wardkey_domain::id::CredentialId;
use wardkey_usecases::Error;
use wardkey_usecases::access::own_prompts_suspended_until;
use wardkey_usecases::credential::{self, Confirmation, HeldCredential, NewApp, SecurityInfo, StoredToken};
use wardkey_usecases::signin::{Destination, PortalPage};

use crate::address::Segment;
use crate::drawn::Answer;
use crate::error::{OrFreshFactor, PageError};
use crate::form::Checked;
use crate::goto::Goto;
use crate::notice::Notice;
use crate::page::Page;
use crate::person::Person;
use crate::view::{NumberView, PhoneOffer, RecoveryView, moment, token_words};
use crate::{qr, routes, words};

const HERE: Destination = Destination::PortalPage(PortalPage::SecurityInfo);
const ADDING: Destination = Destination::PortalPage(PortalPage::AddAuthenticator);

#[derive(Serialize)]
pub(crate) struct SecurityInfoView {
    pub(crate) methods: Vec<MethodView>,
    /// Whether there is room for another authenticator app.
    pub(crate) may_add: bool,
    /// Whether an app that is asked may be added.
    pub(crate) may_bind: bool,
    /// Whether a security key may be added.
    pub(crate) may_add_key: bool,
    /// Whether a smartcard may be linked.
    pub(crate) may_add_card: bool,
    /// The kinds of telephone that may be added.
    pub(crate) phones: Vec<PhoneOffer>,
    pub(crate) may_remove: bool,
    /// Whether the account was given back after somebody else had it.
    pub(crate) pinned: bool,
    /// Hardware tokens that were assigned and are not in use.
    pub(crate) tokens: Vec<TokenView>,
    /// The recovery codes; nothing where the person may have none.
    pub(crate) recovery: Option<RecoveryView>,
    /// When the person's own prompts return, if they are suspended.
    pub(crate) suspended_until: Option<String>,
    pub(crate) password_set: Option<String>,
    pub(crate) password_expires_in_days: Option<u64>,
}

/// One method, with the addresses of what can be done to it.
#[derive(Serialize)]
pub(crate) struct MethodView {
    /// The word of its factor.
    pub(crate) kind: &'static str,
    /// The same for people.
    pub(crate) name: &'static str,
    pub(crate) label: String,
    /// What its maker calls it, for a security key that has proved it.
    pub(crate) model: Option<String>,
    pub(crate) number: Option<NumberView>,
    /// The word of the reason why it cannot be used now.
    pub(crate) unusable: Option<&'static str>,
    pub(crate) is_default: bool,
    pub(crate) added: String,
    pub(crate) last_used: Option<String>,
    pub(crate) rename: String,
    pub(crate) remove: String,
    pub(crate) make_default: String,
    /// Changing its number, for a telephone.
    pub(crate) change_number: Option<String>,
    /// Moving it to a new phone, for an app that is asked.
    pub(crate) move_app: Option<String>,
}

/// A hardware token that was assigned, and where it is activated.
#[derive(Serialize)]
pub(crate) struct TokenView {
    pub(crate) name: String,
    pub(crate) href: String,
}

impl From<&StoredToken> for TokenView {
    fn from(token: &StoredToken) -> Self {
        Self { name: token_words(&token.name), href: routes::activate_token(token.id) }
    }
}

impl From<&HeldCredential> for MethodView {
    fn from(held: &HeldCredential) -> Self {
        let credential = &held.credential;
        let is_phone = definition(credential.kind).telephone.is_some();
        Self {
            kind: credential.kind.as_str(),
            name: definition(credential.kind).name,
            model: held.model.clone(),
            number: held.masked.as_deref().map(NumberView::of),
            unusable: held.unusable.map(Unusable::as_str),
            move_app: (credential.kind == FactorKind::Push).then(|| routes::move_app(credential.id)),
            change_number: is_phone.then(|| routes::change_number(credential.id)),
            label: credential.label.to_string(),
            is_default: credential.is_default,
            added: moment(credential.created_at),
            last_used: credential.last_used_at.map(moment),
            rename: routes::rename_credential(credential.id),
            remove: routes::remove_credential(credential.id),
            make_default: routes::default_credential(credential.id),
        }
    }
}

impl From<SecurityInfo> for SecurityInfoView {
    fn from(info: SecurityInfo) -> Self {
        Self {
            methods: info.credentials.iter().filter(|own| own.credential.is_active()).map(MethodView::from).collect(),
            may_add: info.can_add_app,
            may_bind: info.can_bind_app,
            may_add_key: info.can_add_key,
            may_add_card: info.can_add_card,
            phones: PhoneOffer::of(&info.phones),
            may_remove: info.can_remove,
            pinned: info.pinned,
            tokens: info.tokens.iter().map(TokenView::from).collect(),
            recovery: info.recovery.as_ref().map(RecoveryView::from),
            suspended_until: None,
            password_set: info.password.map(|password| moment(password.set_at)),
            password_expires_in_days: info.password.and_then(|password| password.expires_in_days),
        }
    }
}

/// `GET /profile/security-info`
pub(crate) async fn security_info(person: Person) -> Result<Page, PageError> {
    let info = credential::security_info(person.app(), &person.op).await?;
    let until = own_prompts_suspended_until(person.app(), &person.op).await?;
    let view = SecurityInfoView { suspended_until: until.map(moment), ..SecurityInfoView::from(info) };
    Ok(Page::new("portal/security-info.html", person.frame(), view))
}

#[derive(Serialize)]
pub(crate) struct BeginAddingView {}

/// `GET /profile/security-info/add`
pub(crate) async fn begin_adding_form(person: Person) -> Page {
    Page::new("portal/begin-adding.html", person.frame(), BeginAddingView {})
}

/// `POST /profile/security-info/add`
pub(crate) async fn begin_adding(person: Person, _form: Checked) -> Result<Goto, PageError> {
    let new = credential::begin_adding_app(person.app(), &person.op).await.or_fresh_factor(ADDING)?;
    Ok(Goto::to(routes::add_app(new.id)))
}

#[derive(Serialize)]
pub(crate) struct AddAppView {
    pub(crate) address: String,
    pub(crate) key: String,
    pub(crate) picture: Option<String>,
    pub(crate) label: Option<String>,
    pub(crate) action: String,
    pub(crate) until: String,
    pub(crate) demo: bool,
}

/// `GET /profile/security-info/add/{id}`
pub(crate) async fn add_app_form(person: Person, Segment(id): Segment<CredentialId>) -> Result<Page, PageError> {
    let new = credential::pending_app(person.app(), &person.op, id).await?;
    Ok(add_app_page(&person, &new, None))
}

/// `POST /profile/security-info/add/{id}`
pub(crate) async fn add_app(
    person: Person,
    Segment(id): Segment<CredentialId>,
    form: Checked,
) -> Result<Answer, PageError> {
    let typed = form.text("label");
    let label = Some(typed).filter(|label| !label.is_empty());
    match credential::confirm_app(person.app(), &person.op, id, form.text("code"), label).await {
        Ok(Confirmation::Enrolled(_)) => Ok(Goto::to(routes::SECURITY_INFO).notice(Notice::CredentialAdded).into()),
        Ok(Confirmation::WrongCode(new)) => {
            let page = add_app_page(&person, &new, label).status(StatusCode::UNPROCESSABLE_ENTITY);
            Ok(page.error("code", words::sentence("wrong_code")).into())
        }
        Err(error @ (Error::Invalid(_) | Error::Conflict(_))) => {
            let new = credential::pending_app(person.app(), &person.op, id).await?;
            Ok(add_app_page(&person, &new, label).refused(error)?.into())
        }
        Err(error) => Err(error.into()),
    }
}

fn add_app_page(person: &Person, new: &NewApp, typed: Option<&str>) -> Page {
    let view = AddAppView {
        address: person.account.address.as_str().to_owned(),
        key: new.key.expose().clone(),
        picture: qr::svg(new.uri.expose()),
        label: typed.map(str::to_owned),
        action: routes::add_app(new.id),
        until: moment(new.expires_at),
        demo: person.web.settings().demo.is_some(),
    };
    Page::new("portal/add-app.html", person.frame(), view)
}

#[derive(Serialize)]
pub(crate) struct RenameView {
    pub(crate) label: String,
    pub(crate) typed: String,
    pub(crate) action: String,
}

/// `GET /profile/security-info/{id}/rename`
pub(crate) async fn rename_form(person: Person, Segment(id): Segment<CredentialId>) -> Result<Page, PageError> {
    let credential = own(&person, id).await?;
    Ok(rename_page(&person, &credential, credential.label.as_str()))
}

/// `POST /profile/security-info/{id}/rename`
pub(crate) async fn rename(
    person: Person,
    Segment(id): Segment<CredentialId>,
    form: Checked,
) -> Result<Answer, PageError> {
    match credential::rename(person.app(), &person.op, id, form.text("label")).await {
        Ok(_) => Ok(Goto::to(routes::SECURITY_INFO).notice(Notice::CredentialRenamed).into()),
        Err(error) => {
            let credential = own(&person, id).await?;
            Ok(rename_page(&person, &credential, form.text("label")).refused(error)?.into())
        }
    }
}

fn rename_page(person: &Person, credential: &Credential, typed: &str) -> Page {
    let view = RenameView {
        label: credential.label.to_string(),
        typed: typed.to_owned(),
        action: routes::rename_credential(credential.id),
    };
    Page::new("portal/rename-method.html", person.frame(), view)
}

#[derive(Serialize)]
pub(crate) struct RemoveView {
    pub(crate) label: String,
    /// The word of its factor.
    pub(crate) kind: &'static str,
    pub(crate) action: String,
}

/// `GET /profile/security-info/{id}/remove`
pub(crate) async fn remove_form(person: Person, Segment(id): Segment<CredentialId>) -> Result<Page, PageError> {
    let credential = own(&person, id).await?;
    Ok(remove_page(&person, &credential))
}

/// `POST /profile/security-info/{id}/remove`
pub(crate) async fn remove(
    person: Person,
    Segment(id): Segment<CredentialId>,
    _form: Checked,
) -> Result<Answer, PageError> {
    match credential::remove(person.app(), &person.op, id).await {
        Ok(removed) => {
            let is_phone = definition(removed.kind).telephone.is_some();
            let notice = [
                (removed.kind == FactorKind::HardwareToken, Notice::TokenRemoved),
                (removed.kind == FactorKind::WebAuthn, Notice::KeyRemoved),
                (removed.kind == FactorKind::Smartcard, Notice::CardRemoved),
                (is_phone, Notice::PhoneRemoved),
            ];
            let notice = notice.into_iter().find(|(is_so, _)| *is_so);
            let notice = notice.map_or(Notice::CredentialRemoved, |(_, notice)| notice);
            Ok(Goto::to(routes::SECURITY_INFO).notice(notice).into())
        }
        Err(Error::FreshFactorNeeded) => Err(PageError::FreshFactorNeeded(HERE)),
        Err(error) => {
            let credential = own(&person, id).await?;
            Ok(remove_page(&person, &credential).refused(error)?.into())
        }
    }
}

fn remove_page(person: &Person, credential: &Credential) -> Page {
    let view = RemoveView {
        label: credential.label.to_string(),
        kind: credential.kind.as_str(),
        action: routes::remove_credential(credential.id),
    };
    Page::new("portal/remove-method.html", person.frame(), view)
}

/// `POST /profile/security-info/{id}/default`
pub(crate) async fn make_default(
    person: Person,
    Segment(id): Segment<CredentialId>,
    _form: Checked,
) -> Result<Goto, PageError> {
    credential::set_default(person.app(), &person.op, id).await.or_fresh_factor(HERE)?;
    Ok(Goto::to(routes::SECURITY_INFO).notice(Notice::DefaultChanged))
}

/// One of the person's own methods.
pub(super) async fn own(person: &Person, id: CredentialId) -> Result<Credential, PageError> {
    let info = credential::security_info(person.app(), &person.op).await?;
    let mut own = info.credentials.into_iter().map(|own| own.credential);
    own.find(|each| each.id == id && each.is_active()).ok_or(PageError::NotFound)
}
