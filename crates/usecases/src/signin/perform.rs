//! Carrying out what the engine decided, all in the transaction that saves the flow.

use wardkey_domain::access::SignInRequest;
use wardkey_domain::audit::Event as AuditEvent;
use wardkey_domain::credential::{Attempt, Credential, CredentialState, Credentials, Enrolled, Label, Permit};
use wardkey_domain::factor::password::PasswordHash;
use wardkey_domain::factor::push::{AskedApp, PushStanding};
use wardkey_domain::factor::smartcard::CardFailure;
use wardkey_domain::factor::sms::SentCode;
use wardkey_domain::factor::telephone::PhoneNumber;
use wardkey_domain::factor::voice_call::PlacedCall;
use wardkey_domain::factor::webauthn::KeyFailure;
use wardkey_domain::factor::{FactorKind, definition, totp};
use wardkey_domain::id::{
    AccountId, ApplicationId, CredentialId, DeviceId, FlowId, MessageId, OrganisationId, SessionId,
};
use wardkey_domain::message::{Channel, MessageKind};
use wardkey_domain::op::Op;
use wardkey_domain::secret::{Secret, TokenHash, token_text};
use wardkey_domain::session::{EndedWhy, Session};
use wardkey_domain::signin::{Challenge, DispatchTo, Effect, Event, Flow, Purpose, Refusal, SignedIn, Step};
use wardkey_store::credential::{OfferedBinding, StoredApp};
use wardkey_store::{self as store, Tx};

use crate::credential::asks_for_new_codes;
use crate::message::{self, CallOrder, Notice, TextOrder};
use crate::session::asks_to_remember;
use crate::signin::advance::known_device;
use crate::signin::ask::{self, Asker};
use crate::signin::flow_token::Resumed;
use crate::signin::present::{self, Shown};
use crate::signin::{Advance, Destination, Stopover, device, dispatch, load};
use crate::{App, Error, Result, access};

/// The try that an input was, if it was one.
#[derive(Clone, Debug, Default)]
pub(super) struct Guess {
    attempt: Option<Attempt>,
    counted: bool,
    account: Option<AccountId>,
    activation_spent: bool,
}

impl Guess {
    /// An input that guesses nothing.
    pub(super) fn none() -> Self {
        Self::default()
    }

    /// A try that the throttle has answered.
    pub(super) fn reserved(attempt: Attempt, permit: Permit) -> Self {
        Self { counted: permit == Permit::Now, attempt: Some(attempt), ..Self::default() }
    }

    /// Names the account that the try aimed at, for the audit.
    pub(super) fn at(self, account: Option<AccountId>) -> Self {
        Self { account, ..self }
    }

    /// Notes that an activation code was spent on the way.
    pub(super) fn spending_activation(self, activation_spent: bool) -> Self {
        Self { activation_spent, ..self }
    }
}

/// What is needed to settle a step, taken from the flow before the engine consumes it.
#[derive(Debug)]
pub(super) struct Settling {
    flow: FlowId,
    version: i64,
    destination: Destination,
    shown: Shown,
    account: Option<AccountId>,
    application: Option<ApplicationId>,
    request: SignInRequest,
    guess: Guess,
    upgrade: Option<Upgrade>,
    /// Whether it was opened by a pass or a recovery code that is for enrolling.
    enrols_only: bool,
    /// Whether a code or a call that is asked for next is sent without being asked again.
    sends_at_once: bool,
}

/// A credential that a sign-in has enrolled.
struct Enrolment {
    credential: CredentialId,
    account: AccountId,
    kind: FactorKind,
    label: Label,
}

/// A stored hash, and what the same password hashes to at today's cost.
#[derive(Debug)]
pub(super) struct Upgrade {
    pub(super) old: PasswordHash,
    pub(super) new: PasswordHash,
}

impl Settling {
    pub(super) fn of(resumed: &Resumed, guess: Guess) -> Self {
        Self {
            flow: resumed.flow.id(),
            version: resumed.version,
            destination: resumed.destination,
            shown: Shown::of(&resumed.flow),
            account: resumed.flow.account(),
            application: resumed.flow.request().application,
            request: resumed.flow.request().clone(),
            guess,
            upgrade: None,
            enrols_only: resumed.flow.enrols_only(),
            sends_at_once: true,
        }
    }

    /// Adds the upgraded hash that the engine may ask to store.
    pub(super) fn upgrading(self, upgrade: Option<Upgrade>) -> Self {
        Self { upgrade, ..self }
    }

    /// The try that was counted.
    pub(super) const fn attempt(&self) -> Option<&Attempt> {
        self.guess.attempt.as_ref()
    }

    /// Carries out a step and commits it. A refusal is committed too: its counter and its audit row must survive.
    pub(super) async fn settle(self, app: &App, op: &Op, mut tx: Tx, step: Step) -> Result<Advance> {
        match step {
            Step::Ask(flow, challenge @ Challenge::Dispatch { .. }, effects) if self.sends_at_once => {
                if let Some(refusal) = self.perform(app, op, &mut tx, effects).await? {
                    return self.spent_elsewhere(app, op, tx, refusal).await;
                }
                self.send_at_once(app, op, tx, flow, challenge).await
            }
            Step::Ask(flow, challenge, effects) => {
                let channels = channels(&effects);
                if let Some(refusal) = self.perform(app, op, &mut tx, effects).await? {
                    return self.spent_elsewhere(app, op, tx, refusal).await;
                }
                self.save(&mut tx, &flow).await?;
                let screen = present::screen(app, &mut tx, Shown::of(&flow), challenge).await?;
                tx.commit().await?;
                channels.into_iter().for_each(|channel| app.wake().ring(channel));
                Ok(Advance::Ask(screen))
            }
            Step::Done(signed_in, effects) => {
                let enrols = |effect: &Effect| {
                    matches!(
                        effect,
                        Effect::EnrolTotp { .. }
                            | Effect::EnrolTelephone { .. }
                            | Effect::EnrolApp { .. }
                            | Effect::EnrolKey { .. }
                            | Effect::EnrolCard { .. }
                            | Effect::ActivateToken { .. }
                    )
                };
                let enrolled = effects.iter().any(enrols);
                let channels = channels(&effects);
                if let Some(refusal) = self.perform(app, op, &mut tx, effects).await? {
                    return self.spent_elsewhere(app, op, tx, refusal).await;
                }
                let advanced = self.finish(app, op, tx, signed_in, enrolled).await?;
                channels.into_iter().for_each(|channel| app.wake().ring(channel));
                Ok(advanced)
            }
            Step::Refused(flow, refusal) => self.refuse(app, op, tx, flow, refusal).await,
            Step::Wait(_) => Err(Error::fault("settle a sign-in: it still waits for a password check")),
        }
    }

    /// Carries out the effects; says why nothing of them may stand, if another node was faster.
    async fn perform(&self, app: &App, op: &Op, tx: &mut Tx, effects: Vec<Effect>) -> Result<Option<Refusal>> {
        for effect in effects {
            match effect {
                Effect::SpendTotpStep { credential, step } => {
                    if !store::credential::spend_totp_step(tx, credential, step, op.now).await? {
                        return Ok(Some(Refusal::CodeAlreadyUsed));
                    }
                }
                Effect::NotePrompt { account } => {
                    let organisation = organisation_of(tx, account).await?;
                    store::access::note_prompt(tx, account, organisation, op.now).await?;
                }
                Effect::NoteSkip { account, skips } => {
                    if !store::access::note_skip(tx, account, skips).await? {
                        return Err(moved_on());
                    }
                    let organisation = organisation_of(tx, account).await?;
                    let event = AuditEvent::RegistrationPutOff { account, times: u32::from(skips) + 1 };
                    store::audit::append(tx, op, Some(organisation), event).await?;
                }
                Effect::ClearFailures { .. } => self.clear_failures(app, op, tx).await?,
                Effect::SetPassword { account, hash } => self.set_password(app, op, tx, account, &hash).await?,
                Effect::UpgradeHash { account } => {
                    if let Some(upgrade) = &self.upgrade {
                        store::credential::upgrade_password(tx, account, &upgrade.old, &upgrade.new).await?;
                    }
                }
                Effect::EnrolTotp { credential, account, seed, step, label } => {
                    let enrolment = Enrolment { credential, account, kind: FactorKind::Totp, label };
                    self.enrol(app, op, tx, enrolment, &seed, step).await?;
                }
                Effect::SendText { to, sent } => self.send_text(app, op, tx, to, &sent).await?,
                Effect::PlaceCall { to, call } => self.place_call(op, tx, to, &call).await?,
                Effect::AskApp { to, asked } => self.ask_app(app, op, tx, &to, &asked).await?,
                Effect::TakeBack { request } => {
                    let standing = PushStanding::TakenBack;
                    store::credential::settle_push_request(tx, request, standing, None, op.now).await?;
                }
                Effect::OfferBinding { account, binding } => {
                    let organisation = organisation_of(tx, account).await?;
                    let holder = self.flow.uuid();
                    let offered = OfferedBinding { binding: &binding, account, organisation, holder, moves: false };
                    store::credential::offer_binding(tx, &offered, op.now).await?;
                }
                Effect::EnrolApp { credential, account, label } => {
                    let enrolment = Enrolment { credential, account, kind: FactorKind::Push, label };
                    self.enrol_app(app, op, tx, enrolment).await?;
                }
                Effect::UsePass { pass } => {
                    if !store::credential::use_pass(tx, pass, op.now).await? {
                        return Ok(Some(Refusal::WrongPass));
                    }
                    self.note_pass(app, op, tx).await?;
                }
                Effect::UseRecoveryCode { account, code } => {
                    if !store::credential::use_recovery_code(tx, code, op.now).await? {
                        return Ok(Some(Refusal::CodeAlreadyUsed));
                    }
                    note_recovery(app, op, tx, account).await?;
                }
                Effect::UseKey(used) => {
                    if !store::credential::use_key(tx, &used, op.now).await? {
                        return Ok(Some(Refusal::KeyFailed(KeyFailure::Copied)));
                    }
                }
                Effect::EnrolKey { credential, account, key, label } => {
                    let enrolment = Enrolment { credential, account, kind: FactorKind::WebAuthn, label };
                    let secret = store::credential::key_secret(account, &key.record);
                    let enrolled = self.enrol(app, op, tx, enrolment, &secret, None).await?;
                    if !store::credential::insert_key(tx, &enrolled, &key).await? {
                        return Ok(Some(Refusal::KeyFailed(KeyFailure::KnownKey)));
                    }
                }
                Effect::EnrolCard { credential, account, card } => {
                    let label = Label::numbered(definition(FactorKind::Smartcard).name, 1);
                    let label = crate::credential::label_of(&card, label);
                    let enrolment = Enrolment { credential, account, kind: FactorKind::Smartcard, label };
                    let secret = store::credential::card_secret(account, &card);
                    let enrolled = self.enrol(app, op, tx, enrolment, &secret, None).await?;
                    if !store::credential::insert_card(tx, &enrolled, &card).await? {
                        return Ok(Some(Refusal::CardFailed(CardFailure::KnownCard)));
                    }
                }
                Effect::ActivateToken { token, credential, account, step, label } => {
                    let organisation = organisation_of(tx, account).await?;
                    store::credential::lock_credentials(tx, account, organisation).await?;
                    let seed = store::credential::activate_token(tx, token, account, credential).await?;
                    // SECURITY: one that was taken back, or is in use since, proves nothing.
                    let Some(seed) = seed else { return Ok(Some(Refusal::FactorNotUsable)) };
                    let enrolment = Enrolment { credential, account, kind: FactorKind::HardwareToken, label };
                    self.enrol(app, op, tx, enrolment, &seed, step).await?;
                }
                Effect::ResetPace { account } => reset_pace(op, tx, account).await?,
                Effect::Withdraw { message } => {
                    store::message::withdraw_message(tx, message, op.now).await?;
                }
                Effect::NoteUse { credential } => {
                    // SECURITY: a credential that was removed meanwhile proves nothing.
                    if !store::credential::note_use(tx, credential, op.now).await? {
                        return Ok(Some(Refusal::FactorNotUsable));
                    }
                }
                Effect::EnrolTelephone { credential, account, factor, number, label } => {
                    let secret = store::credential::telephone_secret(&number)?;
                    let enrolment = Enrolment { credential, account, kind: factor, label };
                    let enrolled = self.enrol(app, op, tx, enrolment, &secret, None).await?;
                    crate::credential::note_number(app, op, tx, &enrolled, &number).await?;
                }
            }
        }
        if self.guess.activation_spent {
            self.clear_failures(app, op, tx).await?;
        }
        self.note_activation(op, tx).await?;
        Ok(None)
    }

    /// Notes that a pass was used: whoever gave it can see so, and its owner is told.
    async fn note_pass(&self, app: &App, op: &Op, tx: &mut Tx) -> Result<()> {
        let account = self.account.ok_or_else(|| Error::fault("find whose pass was used"))?;
        let organisation = organisation_of(tx, account).await?;
        store::audit::append(tx, op, Some(organisation), AuditEvent::PassUsed { account }).await?;
        message::notify(app, tx, op, Notice::new(MessageKind::PassUsed, account)).await
    }

    /// An activation code that was spent is told, whatever came of it.
    async fn note_activation(&self, op: &Op, tx: &mut Tx) -> Result<()> {
        let Some(account) = self.guess.account.filter(|_| self.guess.activation_spent) else { return Ok(()) };
        let event = AuditEvent::ActivationUsed { account, purpose: "set_password".into() };
        let organisation = organisation_of(tx, account).await?;
        store::audit::append(tx, op, Some(organisation), event).await?;
        Ok(())
    }

    /// Stores a new credential, and tells its owner.
    async fn enrol(
        &self,
        app: &App,
        op: &Op,
        tx: &mut Tx,
        new: Enrolment,
        secret: &Secret<Vec<u8>>,
        used_step: Option<totp::Step>,
    ) -> Result<Credential> {
        let organisation = organisation_of(tx, new.account).await?;
        store::credential::lock_credentials(tx, new.account, organisation).await?;
        let held = Credentials::new(store::credential::list_credentials(tx, new.account).await?);
        // SECURITY: of two sign-ins at once that both found nothing, one enrols; the engine judged what was there before the lock.
        if !self.enrols_only && held.as_slice().iter().any(|other| definition(other.kind).is_second_factor()) {
            return Err(moved_on());
        }
        let free = crate::credential::room(app, &held, new.kind)?;
        // Whoever has lost one may still have it in the list.
        let is_taken = held.as_slice().iter().any(|other| other.label == new.label);
        let label = if is_taken { free } else { new.label };
        let credential = Credential {
            id: new.credential,
            account: new.account,
            organisation,
            kind: new.kind,
            label: label.clone(),
            state: CredentialState::Active,
            is_default: false,
            created_at: op.now,
            last_used_at: Some(op.now),
            version: 1,
        };
        let Enrolled { credential, former_default } = held.enrol(credential, label, op.now);
        if let Some(former) = &former_default
            && !store::credential::save_credential(tx, former).await?
        {
            return Err(moved_on());
        }
        store::credential::insert_credential(tx, &credential, Some(secret), used_step).await?;
        crate::credential::note_enrolment(tx, op, &credential, Some(self.flow)).await?;
        let notice = Notice {
            factor: Some(new.kind),
            label: Some(credential.label.as_str().to_owned()),
            ..Notice::new(MessageKind::FactorAdded, new.account)
        };
        message::notify(app, tx, op, notice).await?;
        Ok(credential)
    }

    /// Asks an app of the person who signs in.
    async fn ask_app(&self, app: &App, op: &Op, tx: &mut Tx, to: &DispatchTo, asked: &AskedApp) -> Result<()> {
        let account = self.account.or(self.guess.account).ok_or_else(|| Error::fault("find whose app to ask"))?;
        let asker = Asker {
            account,
            organisation: organisation_of(tx, account).await?,
            flow: Some(self.flow),
            application: self.application_name(tx).await?,
            joining: matches!(to, DispatchTo::NewApp(_)),
        };
        ask::ask(app, op, tx, &asker, asked).await
    }

    /// Stores the app that this sign-in has bound.
    async fn enrol_app(&self, app: &App, op: &Op, tx: &mut Tx, new: Enrolment) -> Result<()> {
        // SECURITY: whoever drew another code meanwhile has voided this one, with the app that used it.
        let bound = store::credential::take_binding(tx, new.credential, self.flow.uuid()).await?;
        let bound = bound.ok_or_else(moved_on)?;
        let enrolled = self.enrol(app, op, tx, new, &bound.secret, None).await?;
        store::credential::set_app_key(tx, enrolled.id, &bound.key).await?;
        if let Some(subscription) = &bound.subscription {
            let (credential, account, organisation) = (enrolled.id, enrolled.account, enrolled.organisation);
            let stored = StoredApp { credential, account, organisation, key: bound.key, joining: false };
            store::credential::save_subscription(tx, &stored, subscription, op.now).await?;
        }
        Ok(())
    }

    async fn send_text(&self, app: &App, op: &Op, tx: &mut Tx, to: DispatchTo, sent: &SentCode) -> Result<()> {
        let (to, kind) = match to {
            DispatchTo::Credential(credential, _) => (number_of(tx, credential).await?, MessageKind::SignInText),
            DispatchTo::Number(number) => (number, MessageKind::EnrolmentText),
            DispatchTo::App(_) | DispatchTo::NewApp(_) => return Err(Error::fault("send a text to an app")),
        };
        let (account, organisation) = self.ordered(op, tx, sent.message, FactorKind::Sms).await?;
        let application = self.application_name(tx).await?;
        let order = TextOrder { kind, account, organisation, flow: Some(self.flow), to, application, sent };
        message::send_text(app, tx, op, order).await
    }

    async fn place_call(&self, op: &Op, tx: &mut Tx, to: DispatchTo, call: &PlacedCall) -> Result<()> {
        let (to, kind) = match to {
            DispatchTo::Credential(credential, _) => (number_of(tx, credential).await?, MessageKind::SignInCall),
            DispatchTo::Number(number) => (number, MessageKind::EnrolmentCall),
            DispatchTo::App(_) | DispatchTo::NewApp(_) => return Err(Error::fault("call an app")),
        };
        let (account, organisation) = self.ordered(op, tx, call.message, FactorKind::VoiceCall).await?;
        let application = self.application_name(tx).await?;
        let order = CallOrder { kind, account, organisation, flow: Some(self.flow), to, application, call };
        message::place_call(tx, op, order).await
    }

    /// Notes that something was sent in this sign-in; says for whom.
    async fn ordered(
        &self,
        op: &Op,
        tx: &mut Tx,
        message: MessageId,
        factor: FactorKind,
    ) -> Result<(AccountId, OrganisationId)> {
        let account = self.account.or(self.guess.account).ok_or_else(|| Error::fault("find whom to send a code to"))?;
        let organisation = organisation_of(tx, account).await?;
        let event = AuditEvent::MessageOrdered { account, message, factor: factor.as_str().into() };
        store::audit::append(tx, op, Some(organisation), event).await?;
        Ok((account, organisation))
    }

    async fn application_name(&self, tx: &mut Tx) -> Result<Option<String>> {
        let Some(id) = self.application else { return Ok(None) };
        Ok(store::application::find_application(tx, id).await?.map(|application| application.name))
    }

    /// The factor to ask for is a telephone: sends to it in the same transaction, so that it rings or buzzes while the page
    /// loads. When budgets do not allow it, the page says so and offers other ways.
    async fn send_at_once(self, app: &App, op: &Op, mut tx: Tx, flow: Flow, challenge: Challenge) -> Result<Advance> {
        let person = match flow.account() {
            Some(id) => load::person(app, &mut tx, op, id).await?,
            None => None,
        };
        let Some(person) = person else { return Err(Error::NotFound("account")) };
        let settling = Self { sends_at_once: false, ..self };
        match dispatch::request(app, op, &mut tx, flow, person).await? {
            // SECURITY: what was proved so far is kept; only the message is refused.
            Step::Refused(Some(flow), refusal) => {
                settling.save(&mut tx, &flow).await?;
                let screen = present::screen(app, &mut tx, Shown::of(&flow), challenge).await?;
                tx.commit().await?;
                metrics::counter!("wardkey_sign_in_refused_total", "refusal" => refusal.as_str()).increment(1);
                Ok(Advance::Refused { screen, refusal })
            }
            step @ (Step::Ask(..) | Step::Done(..) | Step::Wait(_) | Step::Refused(None, _)) => {
                Box::pin(settling.settle(app, op, tx, step)).await
            }
        }
    }

    async fn clear_failures(&self, app: &App, op: &Op, tx: &mut Tx) -> Result<()> {
        if let Some(attempt) = &self.guess.attempt {
            store::credential::succeed_attempt(tx, attempt, &app.settings().throttle, op.now).await?;
        }
        Ok(())
    }

    /// A new password ends every session and every grant of the account [SES-1, SES-5].
    async fn set_password(
        &self,
        app: &App,
        op: &Op,
        tx: &mut Tx,
        account: AccountId,
        hash: &PasswordHash,
    ) -> Result<()> {
        let organisation = organisation_of(tx, account).await?;
        store::credential::set_password(tx, account, organisation, hash, None, &app.settings().password, op.now)
            .await?;
        // SECURITY: nor does a sign-in go on to which the old one was typed.
        store::signin::stop_account_flows(tx, account, Some(self.flow)).await?;
        store::session::end_account_sessions(tx, account, None, EndedWhy::PasswordChanged, op.now).await?;
        store::credential::end_memories(tx, account, None).await?;
        crate::application::revoke_account_grants(tx, op, account).await?;
        let event = AuditEvent::PasswordSet { account, by: "person".into() };
        store::audit::append(tx, op, Some(organisation), event).await?;
        message::notify(app, tx, op, Notice::new(MessageKind::PasswordChanged, account)).await
    }

    async fn save(&self, tx: &mut Tx, flow: &Flow) -> Result<()> {
        if store::signin::save_flow(tx, flow, self.version).await? { Ok(()) } else { Err(moved_on()) }
    }

    async fn finish(self, app: &App, op: &Op, mut tx: Tx, signed_in: SignedIn, enrolled: bool) -> Result<Advance> {
        if !store::signin::delete_flow(&mut tx, self.flow, self.version).await? {
            return Err(moved_on());
        }
        let token = token_text(app.random());
        let hash = TokenHash::of(token.expose());
        let (account, organisation) = (signed_in.account(), signed_in.organisation());
        let device = op.origin.device.unwrap_or_else(|| DeviceId::new(op.now, app.id_entropy()));
        let factors: Vec<_> = signed_in.proofs().iter().map(|proof| proof.factor().as_str().into()).collect();
        let (strength, application) = (signed_in.strength().as_str().into(), signed_in.request().application);
        let begins = signed_in.purpose() == Purpose::SignIn;
        let kept = signed_in.kept().clone();
        access::record_sign_in(app, &mut tx, op, kept.clone()).await?;
        let session = match signed_in.purpose() {
            Purpose::SignIn => self.start(app, op, &mut tx, signed_in, device, &hash).await?,
            Purpose::FreshFactor { session } => self.refresh(op, &mut tx, signed_in, session, &hash).await?,
        };
        store::credential::save_device(&mut tx, device, account, organisation, &op.origin, op.now).await?;
        store::directory::record_sign_in(&mut tx, account, op.now).await?;
        let event = AuditEvent::SignedIn { account, application, factors, strength, session: session.id() };
        store::audit::append(&mut tx, op, Some(organisation), event).await?;
        let stopover = if enrolled {
            Some(Stopover::Enrolled)
        } else {
            let leads_on = begins && !self.destination.adds();
            if leads_on && asks_for_new_codes(app, op, &mut tx, &session).await? {
                Some(Stopover::RenewCodes)
            } else {
                let asks = leads_on && asks_to_remember(app, op, &mut tx, &session, &kept).await?;
                asks.then_some(Stopover::Remember)
            }
        };
        let cookie = device::cookie_of(app, device).await?;
        tx.commit().await?;
        metrics::counter!("wardkey_sign_ins_total").increment(1);
        Ok(Advance::Done { session: token, device: cookie, destination: self.destination, stopover })
    }

    /// Starts the session of a new sign-in. A browser holds one session: the same person's goes on under a new token, so
    /// that signing in again for one application does not end the others'; somebody else's ends.
    async fn start(
        &self,
        app: &App,
        op: &Op,
        tx: &mut Tx,
        signed_in: SignedIn,
        device: DeviceId,
        token: &TokenHash,
    ) -> Result<Session> {
        let mut own = None;
        for old in store::session::list_device_sessions(tx, device, op.now).await? {
            if old.account() == signed_in.account() && own.is_none() {
                own = Some(old);
            } else {
                crate::session::end_in(tx, op, &old, EndedWhy::Replaced).await?;
            }
        }
        let limits = &app.settings().session;
        if let Some(old) = own {
            let session = signed_in.renew_session(op, limits, &old).ok_or(Error::NotFound("session"))?;
            return if store::session::refresh_session(tx, &session, token).await? {
                Ok(session)
            } else {
                Err(Error::NotFound("session"))
            };
        }
        let session = signed_in.start_session(op, limits, SessionId::new(op.now, app.id_entropy()), device);
        store::session::insert_session(tx, &session, token).await?;
        Ok(session)
    }

    async fn refresh(
        &self,
        op: &Op,
        tx: &mut Tx,
        signed_in: SignedIn,
        id: SessionId,
        token: &TokenHash,
    ) -> Result<Session> {
        let old = store::session::session(tx, id).await?.ok_or(Error::NotFound("session"))?;
        let session = signed_in.refresh_session(op, &old).ok_or(Error::NotFound("session"))?;
        if store::session::refresh_session(tx, &session, token).await? {
            Ok(session)
        } else {
            Err(Error::NotFound("session"))
        }
    }

    async fn refuse(self, app: &App, op: &Op, mut tx: Tx, flow: Option<Flow>, refusal: Refusal) -> Result<Advance> {
        metrics::counter!("wardkey_sign_in_refused_total", "refusal" => refusal.as_str()).increment(1);
        let account = self.guess.account.or(self.account);
        if account.is_some() || self.application.is_some() {
            let organisation = match account {
                Some(account) => Some(organisation_of(&mut tx, account).await?),
                None => None,
            };
            let event = AuditEvent::SignInRefused {
                account,
                application: self.application,
                refusal: refusal.as_str().into(),
                count: 1,
            };
            store::audit::append(&mut tx, op, organisation, event).await?;
        }
        self.note_activation(op, &mut tx).await?;
        if self.guess.counted && !refusal.is_guess() {
            // Counted beforehand, but it turned out to be no guess: the password was right, say, and the account disabled.
            // SECURITY: this one count is given back and no other, or an input at the wrong step would wipe the slate.
            if let Some(attempt) = &self.guess.attempt {
                store::credential::give_back_attempt(&mut tx, attempt, &app.settings().throttle, op.now).await?;
            }
        }
        let screen = match flow {
            Some(flow) => self.again(app, op, &mut tx, flow).await?,
            None => {
                store::signin::delete_flow(&mut tx, self.flow, self.version).await?;
                // SECURITY: these are told to nobody but who knows the password; of others not even the organisation is shown.
                let proved = match refusal {
                    Refusal::NoUsableFactor
                    | Refusal::NumberNotAllowed
                    | Refusal::StrengthOutOfReach
                    | Refusal::BlockedByPolicy
                    | Refusal::PolicyBroken
                    | Refusal::RegisterElsewhere
                    | Refusal::NothingButTheMovingApp => account,
                    _ => None,
                };
                if let Some(account) = proved {
                    access::record_refused(app, &mut tx, op, account, &self.request).await?;
                }
                present::refused(app, &mut tx, self.shown, refusal.clone(), proved).await?
            }
        };
        tx.commit().await?;
        Ok(Advance::Refused { screen, refusal })
    }

    /// The page that the flow stands at, to be shown again.
    async fn again(&self, app: &App, op: &Op, tx: &mut Tx, flow: Flow) -> Result<crate::signin::Screen> {
        let person = match flow.account() {
            Some(id) => load::person(app, tx, op, id).await?,
            None => None,
        };
        let policies = access::policies(app, tx, op.now).await?;
        let looked = Event::Looked { person };
        match flow.step(op, &app.settings().signin, &policies, looked) {
            Step::Ask(flow, challenge, _) => present::screen(app, tx, Shown::of(&flow), challenge).await,
            Step::Refused(_, refusal) => present::refused(app, tx, self.shown.clone(), refusal, None).await,
            Step::Wait(_) | Step::Done(..) => Err(Error::fault("look at a sign-in: it moved on by itself")),
        }
    }

    /// Another node was faster with the same code: nothing of this transaction may stand, but its count and its audit row.
    async fn spent_elsewhere(self, app: &App, op: &Op, tx: Tx, refusal: Refusal) -> Result<Advance> {
        drop(tx);
        let mut tx = app.store().begin().await?;
        metrics::counter!("wardkey_sign_in_refused_total", "refusal" => refusal.as_str()).increment(1);
        if let Some(attempt) = &self.guess.attempt {
            store::credential::reserve_attempt(&mut tx, attempt, &app.settings().throttle, op.now).await?;
        }
        if let Some(account) = self.account {
            let organisation = organisation_of(&mut tx, account).await?;
            let event = AuditEvent::SignInRefused {
                account: Some(account),
                application: self.application,
                refusal: refusal.as_str().into(),
                count: 1,
            };
            store::audit::append(&mut tx, op, Some(organisation), event).await?;
        }
        let screen = present::refused(app, &mut tx, self.shown, refusal.clone(), None).await?;
        tx.commit().await?;
        Ok(Advance::Refused { screen, refusal })
    }
}

/// Notes that a recovery code was used, and tells its owner by another channel [STD-1].
async fn note_recovery(app: &App, op: &Op, tx: &mut Tx, account: AccountId) -> Result<()> {
    let facts = store::credential::find_recovery_facts(tx, account).await?;
    let left = facts.and_then(|facts| u32::try_from(facts.left).ok()).unwrap_or(0);
    let event = AuditEvent::RecoveryCodeUsed { account, left };
    let organisation = organisation_of(tx, account).await?;
    store::audit::append(tx, op, Some(organisation), event).await?;
    message::notify(app, tx, op, Notice { left: Some(left), ..Notice::new(MessageKind::RecoveryCodeUsed, account) })
        .await
}

/// A success: the next request of a browser like this one waits for nothing.
async fn reset_pace(op: &Op, tx: &mut Tx, account: AccountId) -> Result<()> {
    let known = known_device(tx, op, Some(account)).await?.is_some();
    let organisation = organisation_of(tx, account).await?;
    let pace = store::credential::lock_pace(tx, account, organisation, known).await?;
    store::credential::save_pace(tx, account, known, pace.succeed()).await?;
    Ok(())
}

async fn number_of(tx: &mut Tx, credential: CredentialId) -> Result<PhoneNumber> {
    store::credential::find_number(tx, credential).await?.ok_or(Error::NotFound("telephone number"))
}

async fn organisation_of(tx: &mut Tx, account: AccountId) -> Result<OrganisationId> {
    let account = store::directory::find_account(tx, account).await?.ok_or(Error::NotFound("account"))?;
    Ok(account.organisation)
}

/// Two inputs for one flow at once: one of them moved it on, the other changed nothing.
fn moved_on() -> Error {
    Error::Conflict("This sign-in has moved on in another window. Continue there, or start again.".to_owned())
}

/// The channels whose workers have something to do once `effects` are committed; nobody else is woken.
fn channels(effects: &[Effect]) -> Vec<Channel> {
    let of = |effect: &Effect| match effect {
        Effect::SendText { .. } => Some(Channel::Text),
        Effect::PlaceCall { .. } => Some(Channel::Call),
        Effect::AskApp { .. } => Some(Channel::Push),
        Effect::EnrolTotp { .. }
        | Effect::EnrolTelephone { .. }
        | Effect::EnrolApp { .. }
        | Effect::EnrolKey { .. }
        | Effect::EnrolCard { .. }
        | Effect::ActivateToken { .. }
        | Effect::UsePass { .. }
        | Effect::UseRecoveryCode { .. } => Some(Channel::Mail),
        _ => None,
    };
    effects.iter().filter_map(of).collect()
}
