//! From a challenge to a page's contents.

use wardkey_domain::credential::Label;
use wardkey_domain::directory::HelpContact;
use wardkey_domain::factor::push::{AskedApp, NewBinding};
use wardkey_domain::factor::telephone::PhoneNumber;
use wardkey_domain::factor::voice_call::PlacedCall;
use wardkey_domain::factor::webauthn::{KeyChallenge, creation_options, request_options};
use wardkey_domain::id::{AccountId, ApplicationId, CredentialId, FlowId, MessageId};
use wardkey_domain::message::DeliveryState;
use wardkey_domain::secret::Secret;
use wardkey_domain::signin::{Challenge, EnrolWhy, Flow, Previous, Refusal};
use wardkey_domain::time::Timestamp;
use wardkey_store::{self as store, Tx};

use crate::credential::{CardFor, CardTicket};
use crate::signin::{
    AccountView, ApplicationView, AskedView, BindingView, CredentialView, Screen, ScreenKind, SentView,
};
use crate::{App, Error, Result};

/// What of a flow every page of it shows.
#[derive(Clone, Debug)]
pub(super) struct Shown {
    flow: FlowId,
    account: Option<AccountId>,
    application: Option<ApplicationId>,
    login_hint: Option<String>,
    expires_at: Timestamp,
    again_at: Option<Timestamp>,
    takes_app_codes: bool,
    challenge: KeyChallenge,
}

impl Shown {
    pub(super) fn of(flow: &Flow) -> Self {
        Self {
            flow: flow.id(),
            account: flow.account(),
            application: flow.request().application,
            login_hint: flow.request().login_hint.clone(),
            expires_at: flow.expires_at(),
            again_at: flow.next_dispatch_at(),
            takes_app_codes: flow.takes_app_codes(),
            challenge: *flow.key_challenge(),
        }
    }
}

/// The page that asks `challenge`.
pub(super) async fn screen(app: &App, tx: &mut Tx, shown: Shown, challenge: Challenge) -> Result<Screen> {
    let account = match shown.account {
        Some(id) => store::directory::find_account(tx, id).await?,
        None => None,
    };
    let address = account.as_ref().map(|account| account.address.as_str().to_owned());
    let kind = match challenge {
        Challenge::Password => ScreenKind::Password { address: shown.login_hint.clone() },
        Challenge::Activation => ScreenKind::Activation,
        Challenge::NewPassword { why } => ScreenKind::NewPassword { why, rules: app.settings().password.clone() },
        Challenge::SelfEnrol { why: EnrolWhy::Needed | EnrolWhy::Lost } => ScreenKind::SelfEnrol,
        Challenge::SelfEnrol { why: why @ (EnrolWhy::CanWait { .. } | EnrolWhy::Stronger { .. }) } => {
            ScreenKind::Register { why }
        }
        Challenge::SelfEnrol { why: EnrolWhy::Recovered { can_be_put_off } } => {
            let facts = match shown.account {
                Some(account) => store::credential::find_recovery_facts(tx, account).await?,
                None => None,
            };
            ScreenKind::Recovered { left: facts.map_or(0, |facts| facts.left), can_be_put_off }
        }
        Challenge::ChooseFactor { kinds, why } => ScreenKind::ChooseFactor { kinds, why },
        Challenge::EnrolTotp { new } => ScreenKind::EnrolTotp {
            key: new.key_text(),
            uri: new.uri(&app.settings().totp.issuer, address.as_deref().unwrap_or_default()),
        },
        Challenge::Code { credentials, several } => {
            ScreenKind::Code { credentials: views(tx, &credentials).await?, several }
        }
        Challenge::Pass { several } => ScreenKind::Pass { several },
        Challenge::RecoveryCode { several } => ScreenKind::RecoveryCode { several },
        Challenge::Key { credentials, several } => {
            let mut keys = match shown.account {
                Some(account) => store::credential::list_keys(tx, account).await?,
                None => Vec::new(),
            };
            keys.retain(|key| credentials.contains(&key.credential));
            let options = request_options(&app.settings().signin.webauthn, &shown.challenge, &keys);
            ScreenKind::Key { options, credentials: views(tx, &credentials).await?, several }
        }
        Challenge::Card { credentials, several } => {
            let account = shown.account.ok_or(Error::NotFound("account"))?;
            let ticket = CardTicket { shown_for: CardFor::SignIn(shown.flow), account, until: shown.expires_at };
            ScreenKind::Card { ticket: ticket.text(tx)?, credentials: views(tx, &credentials).await?, several }
        }
        Challenge::EnrolCard { .. } => {
            let account = shown.account.ok_or(Error::NotFound("account"))?;
            let ticket = CardTicket { shown_for: CardFor::Enrolment(shown.flow), account, until: shown.expires_at };
            ScreenKind::EnrolCard { ticket: ticket.text(tx)? }
        }
        Challenge::EnrolKey { .. } => {
            let account = account.as_ref().ok_or(Error::NotFound("account"))?;
            let rules = &app.settings().signin.webauthn;
            let (address, name) = (account.address.as_str(), account.display_name.as_str());
            let held = store::credential::list_keys(tx, account.id).await?;
            ScreenKind::EnrolKey {
                options: creation_options(rules, &shown.challenge, account.id, address, name, &held),
            }
        }
        Challenge::ActivateToken { token } => {
            let tokens = match shown.account {
                Some(account) => store::credential::list_tokens(tx, account).await?,
                None => Vec::new(),
            };
            let token = tokens.into_iter().find(|held| held.id == token);
            ScreenKind::ActivateToken { token: token.map(|held| held.name) }
        }
        Challenge::App { asked, several } => {
            let credential = views(tx, &[asked.credential]).await?.pop().ok_or(Error::NotFound("credential"))?;
            ScreenKind::App { asked: asked_view(tx, &asked).await?, credential, several }
        }
        Challenge::BindApp { binding } => {
            let standing = store::credential::binding_standing(tx, binding.credential, shown.flow.uuid()).await?;
            let is_bound = standing.is_some_and(|standing| standing.device.is_some());
            ScreenKind::BindApp { binding: binding_view(app, &binding, is_bound) }
        }
        Challenge::ConfirmApp { asked } => {
            let standing = store::credential::binding_standing(tx, asked.credential, shown.flow.uuid()).await?;
            let device = standing.and_then(|standing| standing.device).unwrap_or_default();
            ScreenKind::ConfirmApp { asked: asked_view(tx, &asked).await?, device }
        }
        Challenge::Dispatch { credential, kind: _, several } => {
            let mut views = views(tx, &[credential]).await?;
            let credential = views.pop().ok_or(Error::NotFound("credential"))?;
            ScreenKind::Send { credential, again_at: shown.again_at, several }
        }
        Challenge::TextCode { sent, several } => {
            let number = number_of(tx, sent.credential).await?;
            let sent = sent_view(tx, &shown, sent.message, &number, sent.expires_at).await?;
            ScreenKind::TextCode { sent, several }
        }
        Challenge::Call { call, several } => {
            let number = number_of(tx, call.credential).await?;
            let sent = sent_view(tx, &shown, call.message, &number, call.expires_at).await?;
            let standing = store::message::call_standing(tx, call.message).await?;
            ScreenKind::Call { sent, standing, code: code_of(&call), several }
        }
        Challenge::EnrolNumber { kind } => ScreenKind::EnrolNumber { kind },
        Challenge::ConfirmText { sent, number } => {
            ScreenKind::ConfirmText { sent: sent_view(tx, &shown, sent.message, &number, sent.expires_at).await? }
        }
        Challenge::ConfirmCall { call, number } => {
            let sent = sent_view(tx, &shown, call.message, &number, call.expires_at).await?;
            let standing = store::message::call_standing(tx, call.message).await?;
            ScreenKind::ConfirmCall { sent, standing, code: code_of(&call) }
        }
    };
    let help = match &account {
        Some(account) => help_for(app, tx, account.organisation).await?,
        None => app.settings().help.clone(),
    };
    Ok(Screen {
        kind,
        account: account
            .map(|account| AccountView { display_name: account.display_name, address: account.address.to_string() }),
        application: application(tx, shown.application).await?,
        help,
        expires_at: shown.expires_at,
        takes_app_codes: shown.takes_app_codes,
    })
}

/// The page of a sign-in that ended with `refusal`, with what is known of it.
///
/// The help desk is that of `proved`, the account that is known to sign in.
pub(super) async fn refused(
    app: &App,
    tx: &mut Tx,
    shown: Shown,
    refusal: Refusal,
    proved: Option<AccountId>,
) -> Result<Screen> {
    let mut screen = screen(app, tx, shown, Challenge::Password).await?;
    screen.kind = ScreenKind::Ended { refusal };
    if let Some(account) = proved
        && let Some(account) = store::directory::find_account(tx, account).await?
    {
        screen.help = help_for(app, tx, account.organisation).await?;
    }
    Ok(screen)
}

/// The page of a sign-in of which nothing is known any more.
pub(super) fn ended(app: &App, refusal: Refusal, now: Timestamp) -> Screen {
    Screen {
        kind: ScreenKind::Ended { refusal },
        account: None,
        application: None,
        help: app.settings().help.clone(),
        expires_at: now,
        takes_app_codes: false,
    }
}

async fn help_for(app: &App, tx: &mut Tx, id: wardkey_domain::id::OrganisationId) -> Result<HelpContact> {
    let organisation = store::directory::find_organisation(tx, id).await?;
    Ok(organisation.and_then(|organisation| organisation.help_contact).unwrap_or_else(|| app.settings().help.clone()))
}

async fn application(tx: &mut Tx, id: Option<ApplicationId>) -> Result<Option<ApplicationView>> {
    let Some(id) = id else {
        return Ok(None);
    };
    let application = store::application::find_application(tx, id).await?;
    Ok(application.map(|application| ApplicationView { id, name: application.name }))
}

async fn number_of(tx: &mut Tx, credential: CredentialId) -> Result<PhoneNumber> {
    store::credential::find_number(tx, credential).await?.ok_or(Error::NotFound("telephone number"))
}

async fn sent_view(
    tx: &mut Tx,
    shown: &Shown,
    message: MessageId,
    number: &PhoneNumber,
    expires_at: Timestamp,
) -> Result<SentView> {
    let standing = store::message::message_standing(tx, message).await?;
    let state = standing.as_ref().map_or(DeliveryState::Unknown, |standing| standing.state);
    let again_at = match state.previous(standing.and_then(|standing| standing.call)) {
        Previous::Lost => None,
        Previous::Underway => shown.again_at,
    };
    Ok(SentView { masked: number.masked(), state, again_at, expires_at })
}

pub(crate) async fn asked_view(tx: &mut Tx, asked: &AskedApp) -> Result<AskedView> {
    Ok(AskedView {
        number: Secret::new(asked.number.text()),
        standing: store::credential::push_standing(tx, asked.request).await?,
        expires_at: asked.expires_at,
        credential: asked.credential,
    })
}

/// A binding as a page shows it.
pub(crate) fn binding_view(app: &App, binding: &NewBinding, is_bound: bool) -> BindingView {
    let (origin, code) = (app.settings().issuer.origin(), binding.code.text());
    BindingView {
        code: code.clone(),
        link: Secret::new(format!("{origin}/authenticator/#enrol={}", code.expose())),
        is_bound,
        expires_at: binding.expires_at,
        credential: binding.credential,
    }
}

fn code_of(call: &PlacedCall) -> Option<Secret<String>> {
    call.code.map(|code| Secret::new(code.text()))
}

async fn views(tx: &mut Tx, ids: &[CredentialId]) -> Result<Vec<CredentialView>> {
    let mut views = Vec::with_capacity(ids.len());
    for id in ids {
        if let Some(credential) = store::credential::find_credential(tx, *id).await? {
            let label = Label::to_string(&credential.label);
            let number = store::credential::find_number(tx, *id).await?;
            let masked = number.map(|number| number.masked());
            views.push(CredentialView { id: *id, label, kind: credential.kind, masked });
        }
    }
    Ok(views)
}
