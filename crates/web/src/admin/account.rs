//! One person's account.

use axum::extract::Path;
use serde::Serialize;
use wardkey_domain::access::Unusable;
use wardkey_domain::credential::PasswordStanding;
use wardkey_domain::directory::{MfaRule, StatusName};
use wardkey_domain::factor::definition;
use wardkey_domain::id::AccountId;
use wardkey_domain::op::Op;
use wardkey_domain::permission::Action;
use wardkey_domain::time::Timestamp;
use wardkey_usecases::access::{AccountExceptions, HeldFacts, account_exceptions, may_see_cases};
use wardkey_usecases::credential::{HeldCredential, StoredCustody, StoredToken};
use wardkey_usecases::directory::{self, AccountFacts, GivenPass, HeldRole, PasswordFacts};
use wardkey_usecases::message::may_see_messages;

use super::deed::Deed;
use super::exception::{StandingView, exception_links};
use crate::error::PageError;
use crate::page::Page;
use crate::person::Person;
use crate::portal::{SignInRow, sign_in_rows};
use crate::routes;
use crate::view::{NumberView, ending, moment, token_words, written_day};

#[derive(Serialize)]
pub(crate) struct AccountView {
    pub(crate) name: String,
    pub(crate) address: String,
    pub(crate) kind: &'static str,
    pub(crate) organisation: String,
    pub(crate) status: &'static str,
    pub(crate) status_colour: &'static str,
    pub(crate) status_since: Option<String>,
    /// What holds it, if somebody else had it.
    pub(crate) held: Option<HeldView>,
    pub(crate) added: String,
    pub(crate) last_signed_in: Option<String>,
    pub(crate) password: PasswordView,
    pub(crate) has_activation: bool,
    /// Hardware tokens that were assigned.
    pub(crate) tokens: Vec<TokenRow>,
    /// How many recovery codes are left, in words.
    pub(crate) recovery: Option<String>,
    /// What became of the last temporary access pass, in words.
    pub(crate) pass: Option<String>,
    /// What stands in place of prompts, or waits.
    pub(crate) exceptions: StandingView,
    /// Whether an administrator has it prompted at each sign-in.
    pub(crate) mfa_enabled: bool,
    /// `needed`, `nobody_signs_in`, or `long_password_only`.
    pub(crate) mfa: &'static str,
    pub(crate) credentials: Vec<CredentialRow>,
    pub(crate) roles: Vec<RoleRow>,
    pub(crate) sessions: usize,
    pub(crate) sign_ins: Vec<SignInRow>,
    /// Where is said what was decided of them.
    pub(crate) decided: String,
    /// Where their browsers are.
    pub(crate) devices: String,
    /// Where the messages are that they were sent, for those who may see them.
    pub(crate) messages: Option<String>,
    pub(crate) deeds: Vec<DeedLink>,
}

/// What may be known about a password.
#[derive(Serialize)]
pub(crate) struct PasswordView {
    /// `none`, `good`, `must_change`, `expired`, `lapsed` or `void`.
    pub(crate) standing: &'static str,
    pub(crate) set: Option<String>,
    pub(crate) until: Option<String>,
}

/// One second factor.
#[derive(Serialize)]
pub(crate) struct CredentialRow {
    pub(crate) label: String,
    pub(crate) kind: &'static str,
    /// What its maker calls it, for a security key that has proved it.
    pub(crate) model: Option<String>,
    pub(crate) number: Option<NumberView>,
    /// What was noted when somebody was given it, in words.
    pub(crate) custody: Option<String>,
    /// The word of the reason why it cannot be used now.
    pub(crate) unusable: Option<&'static str>,
    pub(crate) is_default: bool,
    pub(crate) added: String,
    pub(crate) last_used: Option<String>,
}

/// A hardware token that was assigned.
#[derive(Serialize)]
pub(crate) struct TokenRow {
    pub(crate) name: String,
    /// Whether a code has activated it.
    pub(crate) in_use: bool,
    /// Where it is taken back, by whoever may.
    pub(crate) take_back: Option<String>,
}

impl TokenRow {
    fn of(account: AccountId, token: &StoredToken, may_take_back: bool) -> Self {
        let in_use = token.credential.is_some();
        let take_back = (may_take_back && !in_use).then(|| routes::admin_take_token_back(account, token.id));
        Self { name: token_words(&token.name), in_use, take_back }
    }
}

/// One role.
#[derive(Serialize)]
pub(crate) struct RoleRow {
    pub(crate) role: &'static str,
    pub(crate) privileged: bool,
    pub(crate) organisation: String,
    pub(crate) until: Option<String>,
    /// Where it is taken away, for whoever may.
    pub(crate) take_away: Option<String>,
}

/// What holds an account that somebody else had.
#[derive(Serialize)]
pub(crate) struct HeldView {
    /// `compromised` or `pinned`.
    pub(crate) word: &'static str,
    pub(crate) since: String,
    /// What the case is called.
    pub(crate) case: String,
    /// Where it is, for whoever works on cases.
    pub(crate) href: Option<String>,
}

impl HeldView {
    fn of(held: &HeldFacts, works_on_cases: bool) -> Self {
        Self {
            word: held.hold.as_str(),
            since: moment(held.since),
            case: held.number.to_string(),
            href: works_on_cases.then(|| routes::case(held.case)),
        }
    }
}

/// Something that the person who looks may do.
#[derive(Serialize)]
pub(crate) struct DeedLink {
    /// Its word; the template has the sentence.
    pub(crate) word: &'static str,
    pub(crate) href: String,
}

impl AccountView {
    fn of(facts: AccountFacts, exceptions: &AccountExceptions, sign_ins: Vec<SignInRow>, op: &Op) -> Self {
        let now = op.now;
        let account = facts.account;
        let status = account.status.name();
        let deeds = Deed::ALL.into_iter().filter(|deed| offered(*deed, status, &facts.permitted));
        // It is enabled in its case, and nowhere else.
        let is_compromised = facts.held.is_some_and(|held| held.hold.opens().is_err());
        let deeds = deeds.filter(|deed| !is_compromised || *deed != Deed::Enable);
        let can_sign_in = account.kind.may_sign_in();
        let has_pass = facts.pass.as_ref().is_some_and(|pass| pass.can_be_withdrawn);
        let deeds = deeds.filter(|deed| has_pass || *deed != Deed::WithdrawPass);
        let deeds = deeds.filter(|deed| can_sign_in || matches!(deed, Deed::Disable | Deed::Enable));
        let deeds = deeds.filter(|deed| stands(*deed, exceptions));
        let mfa_enabled = facts.is_mfa_enabled;
        let deeds = deeds.filter(|deed| match deed {
            Deed::EnableMfa => !mfa_enabled,
            Deed::ReturnToBaseline => mfa_enabled && facts.held.is_none(),
            _other => true,
        });
        let key = can_sign_in && works(status) && facts.permitted.contains(&Action::RegisterKey);
        let is_privileged = facts.roles.iter().any(|held| held.grant.role.is_privileged());
        let pass = can_sign_in && works(status) && !is_privileged && facts.permitted.contains(&Action::IssuePass);
        let pass = pass.then(|| DeedLink { word: "pass", href: routes::admin_issue_pass(account.id) });
        let may_assign = can_sign_in && works(status) && facts.permitted.contains(&Action::AssignToken);
        // Also from whoever has left.
        let may_take_back = facts.permitted.contains(&Action::AssignToken);
        let token = may_assign.then(|| DeedLink { word: "token", href: routes::admin_assign_token(account.id) });
        let key = key.then(|| DeedLink { word: "register-key", href: routes::admin_begin_key(account.id) });
        let role = can_sign_in && works(status) && facts.permitted.contains(&Action::GrantRole);
        let role = role.then(|| DeedLink { word: "role", href: routes::admin_give_role(account.id) });
        let compromise = may_be_marked(status) && facts.permitted.contains(&Action::MarkCompromised);
        let word = if is_compromised { "compromise-again" } else { "compromise" };
        let compromise = compromise.then(|| DeedLink { word, href: routes::admin_compromise(account.id) });
        let deeds = deeds.map(|deed| deed.link(account.id));
        Self {
            deeds: deeds
                .chain(pass)
                .chain(key)
                .chain(token)
                .chain(role)
                .chain(compromise)
                .chain(exception_links(account.id, exceptions))
                .collect(),
            exceptions: StandingView::from(exceptions),
            mfa_enabled,
            name: account.display_name,
            address: account.address.to_string(),
            kind: account.kind.words(),
            organisation: format!("{} ({})", facts.organisation.name, facts.organisation.ods_code),
            status: status.words(),
            status_colour: colour(status),
            status_since: account.status.since().map(moment),
            held: facts.held.map(|held| HeldView::of(&held, may_see_cases(op))),
            added: moment(account.created_at),
            last_signed_in: account.last_signed_in_at.map(moment),
            password: PasswordView::from(facts.password),
            pass: facts.pass.as_ref().map(|pass| pass_words(pass, now)),
            has_activation: facts.has_activation,
            tokens: facts.tokens.iter().map(|token| TokenRow::of(account.id, token, may_take_back)).collect(),
            recovery: facts.recovery.map(|codes| format!("{} of {} left", codes.left, codes.made)),
            mfa: match account.kind.mfa_rule() {
                MfaRule::Required => "needed",
                MfaRule::NobodySignsIn => "nobody_signs_in",
                MfaRule::LongPasswordOnly => "long_password_only",
            },
            credentials: facts.credentials.iter().map(CredentialRow::from).collect(),
            roles: facts.roles.into_iter().map(RoleRow::from).collect(),
            sessions: facts.sessions,
            sign_ins,
            messages: may_see_messages(op).then(|| routes::admin_messages_to(account.id)),
            devices: routes::admin_devices(account.id),
            decided: format!("{}/{}/sign-ins", routes::ADMIN_PEOPLE, account.id),
        }
    }
}

/// Whether there is what a deed would end.
const fn stands(deed: Deed, exceptions: &AccountExceptions) -> bool {
    match deed {
        Deed::WithdrawException => exceptions.may_withdraw,
        Deed::WithdrawRequest => exceptions.may_take_back,
        Deed::WithdrawPostponement => exceptions.may_end_postponement,
        Deed::TemporaryPassword
        | Deed::ReEnrol
        | Deed::EnableMfa
        | Deed::ReturnToBaseline
        | Deed::WithdrawPass
        | Deed::EndSessions
        | Deed::Disable
        | Deed::Enable => true,
    }
}

/// What became of a pass. SECURITY: never the pass itself [ADM-14].
fn pass_words(pass: &GivenPass, now: Timestamp) -> String {
    let uses = if pass.multi_use { "several uses" } else { "one use" };
    let used = pass.used_at.map_or_else(String::new, |at| format!(", last used {}", moment(at)));
    match pass.ended_at {
        Some(at) if pass.used_at == Some(at) => format!("Used {}", moment(at)),
        Some(at) => format!("Ended {}{used}", moment(at)),
        None if now >= pass.expires_at => format!("Expired {}{used}", moment(pass.expires_at)),
        None if now < pass.starts_at => {
            format!("Good from {} until {}, for {uses}", moment(pass.starts_at), moment(pass.expires_at))
        }
        None => format!("Good until {}, for {uses}{used}", moment(pass.expires_at)),
    }
}

fn custody_words(custody: &StoredCustody) -> String {
    let StoredCustody { model, serial, handed_over_on, .. } = custody;
    format!("{model}, serial number {serial}, handed over on {}", written_day(handed_over_on))
}

/// Whether an account with this status is in use.
const fn works(status: StatusName) -> bool {
    matches!(status, StatusName::Active | StatusName::Leaver)
}

/// Whether an account with this status can be marked as compromised.
const fn may_be_marked(status: StatusName) -> bool {
    works(status) || matches!(status, StatusName::Inactive | StatusName::Locked | StatusName::Disabled)
}

/// Whether a deed makes sense for an account with this status, and is permitted.
fn offered(deed: Deed, status: StatusName, permitted: &[Action]) -> bool {
    let works = works(status);
    let stopped = matches!(status, StatusName::Inactive | StatusName::Locked | StatusName::Disabled);
    permitted.contains(&deed.action())
        && match deed {
            Deed::TemporaryPassword | Deed::ReEnrol | Deed::EnableMfa | Deed::ReturnToBaseline | Deed::EndSessions => {
                works
            }
            Deed::Disable => works || matches!(status, StatusName::Inactive | StatusName::Locked),
            Deed::Enable => stopped,
            // An account that is held is one of which somebody may have the pass.
            Deed::WithdrawPass | Deed::WithdrawException | Deed::WithdrawRequest | Deed::WithdrawPostponement => true,
        }
}

impl From<Option<PasswordFacts>> for PasswordView {
    fn from(facts: Option<PasswordFacts>) -> Self {
        let Some(facts) = facts else { return Self { standing: "none", set: None, until: None } };
        let (standing, until) = match facts.standing {
            PasswordStanding::Good { until } => ("good", until),
            PasswordStanding::MustChange(_) => ("must_change", None),
            PasswordStanding::Expired => ("expired", None),
            PasswordStanding::Lapsed => ("lapsed", None),
            PasswordStanding::Void => ("void", None),
        };
        Self { standing, set: Some(moment(facts.set_at)), until: until.map(moment) }
    }
}

impl From<&HeldCredential> for CredentialRow {
    fn from(held: &HeldCredential) -> Self {
        let credential = &held.credential;
        Self {
            model: held.model.clone(),
            number: held.masked.as_deref().map(NumberView::of),
            custody: held.custody.as_ref().map(custody_words),
            unusable: held.unusable.map(Unusable::as_str),
            label: credential.label.to_string(),
            kind: definition(credential.kind).name,
            is_default: credential.is_default,
            added: moment(credential.created_at),
            last_used: credential.last_used_at.map(moment),
        }
    }
}

impl From<HeldRole> for RoleRow {
    fn from(held: HeldRole) -> Self {
        Self {
            role: held.grant.role.words(),
            privileged: held.grant.role.is_privileged(),
            organisation: held.organisation,
            until: held.grant.expires_at.map(ending),
            take_away: held.may_take.then(|| routes::admin_take_role(held.grant.account, held.grant.id)),
        }
    }
}

/// The colour of a status's tag; the words say the same.
pub(super) const fn colour(status: StatusName) -> &'static str {
    match status {
        StatusName::Active => "green",
        StatusName::Leaver | StatusName::Inactive => "yellow",
        StatusName::Locked | StatusName::Disabled | StatusName::Deleted | StatusName::DeletedPermanently => "red",
        StatusName::Pending
        | StatusName::MigrationPending
        | StatusName::Enabling
        | StatusName::Disabling
        | StatusName::Deleting
        | StatusName::Restoring => "blue",
    }
}

/// `GET /admin/people/{id}`
pub(crate) async fn see(person: Person, Path(id): Path<String>) -> Result<Page, PageError> {
    let id = account_id(&id)?;
    let mut facts = directory::see_account(person.app(), &person.op, id).await?;
    let exceptions = account_exceptions(person.app(), &person.op, id).await?;
    let sign_ins = sign_in_rows(person.app(), std::mem::take(&mut facts.sign_ins)).await?;
    let view = AccountView::of(facts, &exceptions, sign_ins, &person.op);
    Ok(Page::new("admin/account.html", person.admin_frame(), view))
}

/// An address that names no account names no page either.
pub(super) fn account_id(text: &str) -> Result<AccountId, PageError> {
    text.parse().map_err(|_| PageError::NotFound)
}

impl Deed {
    fn link(self, id: AccountId) -> DeedLink {
        DeedLink { word: self.word(), href: routes::admin_deed(id, self.word()) }
    }
}
