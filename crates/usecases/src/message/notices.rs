//! News by e-mail: to the person, and to administrators [ENR-19, CMP-6].

use wardkey_domain::directory::Account;
use wardkey_domain::factor::{FactorKind, definition};
use wardkey_domain::id::{AccountId, MessageId};
use wardkey_domain::message::MessageKind;
use wardkey_domain::op::Op;
use wardkey_domain::time::Timestamp;
use wardkey_store::message::NewMessage;
use wardkey_store::{self as store, Tx};

use super::payload::{About, AboutLocation, MailPayload, Payload};
use crate::{App, Error, Result};

/// For how long news is worth sending.
const NEWS_FOR: std::time::Duration = std::time::Duration::from_secs(3 * 86_400);

/// News about an account.
#[derive(Clone, Debug)]
pub(crate) struct Notice {
    /// What happened.
    pub(crate) kind: MessageKind,
    /// To whom.
    pub(crate) to: AccountId,
    /// Whom it is about, for administrators.
    pub(crate) about: Option<About>,
    /// Which factor.
    pub(crate) factor: Option<FactorKind>,
    /// Its name.
    pub(crate) label: Option<String>,
    /// Its number, masked.
    pub(crate) number: Option<String>,
    /// The number before, masked.
    pub(crate) old_number: Option<String>,
    /// On the way to which application.
    pub(crate) application: Option<String>,
    /// How many accounts it is about.
    pub(crate) accounts: Option<u32>,
    /// How many recovery codes are left.
    pub(crate) left: Option<u32>,
    /// Which named location it is about.
    pub(crate) location: Option<AboutLocation>,
    /// The number of the case that it is about.
    pub(crate) case: Option<i64>,
    /// When it ends.
    pub(crate) until: Option<Timestamp>,
    /// Whether what is on the person's phone is removed then.
    pub(crate) re_enrol: bool,
    /// Whether the account was locked.
    pub(crate) locked: bool,
}

impl Notice {
    /// News of `kind` to `to`, about nothing in particular yet.
    pub(crate) const fn new(kind: MessageKind, to: AccountId) -> Self {
        Self {
            kind,
            to,
            about: None,
            factor: None,
            label: None,
            number: None,
            old_number: None,
            application: None,
            accounts: None,
            left: None,
            location: None,
            case: None,
            until: None,
            re_enrol: false,
            locked: false,
        }
    }
}

/// Writes news into the outbox, if e-mail is set up; without it the audit alone tells.
pub(crate) async fn notify(app: &App, tx: &mut Tx, op: &Op, notice: Notice) -> Result<()> {
    if !app.gateways().has_mail() {
        return Ok(());
    }
    let account = store::directory::find_account(tx, notice.to).await?.ok_or(Error::NotFound("account"))?;
    let organisation = store::directory::find_organisation(tx, account.organisation).await?;
    let help = store::directory::help_contact(tx, account.organisation).await?;
    let expires_at = worth_until(&notice, op.now);
    let payload = Payload::Mail(Box::new(MailPayload {
        to: account.address.as_str().to_owned(),
        name: account.display_name.clone(),
        organisation: organisation.map(|organisation| organisation.name).unwrap_or_default(),
        about: notice.about,
        factor: notice.factor.map(|factor| definition(factor).name.to_owned()),
        label: notice.label,
        number: notice.number,
        old_number: notice.old_number,
        application: notice.application,
        at: op.now.as_seconds(),
        accounts: notice.accounts,
        left: notice.left,
        location: notice.location,
        case: notice.case,
        until: notice.until.map(Timestamp::as_seconds),
        re_enrol: notice.re_enrol,
        locked: notice.locked,
        help: help.unwrap_or_else(|| app.settings().help.clone()),
    }));
    let message = NewMessage {
        id: MessageId::new(op.now, app.id_entropy()),
        kind: notice.kind,
        account: account.id,
        organisation: account.organisation,
        flow: None,
        payload: &payload.to_bytes()?,
        expires_at,
        report: None,
    };
    Ok(store::message::insert_message(tx, &message, op.now).await?)
}

/// Until when news is worth sending: what will be so must arrive before it is.
fn worth_until(notice: &Notice, now: Timestamp) -> Timestamp {
    let usual = now.plus(NEWS_FOR);
    let end = notice.until.filter(|_| notice.kind == MessageKind::ExceptionEnding);
    end.map_or(usual, |end| end.min(usual))
}

/// Writes news about `account` to everybody who administers the people of its organisation.
pub(crate) async fn tell_administrators(
    app: &App,
    tx: &mut Tx,
    op: &Op,
    account: &Account,
    notice: impl Fn(AccountId) -> Notice,
) -> Result<()> {
    let organisation = store::directory::find_organisation(tx, account.organisation).await?;
    let Some(organisation) = organisation else { return Ok(()) };
    let about = About {
        name: account.display_name.clone(),
        organisation: organisation.name.clone(),
        address: account.address.to_string(),
    };
    for administrator in store::directory::local_administrator_ids(tx, &organisation, op.now).await? {
        let notice = Notice { about: Some(about.clone()), ..notice(administrator) };
        notify(app, tx, op, notice).await?;
    }
    Ok(())
}
