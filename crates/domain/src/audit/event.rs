//! `Event`: everything that is worth remembering, as a closed list.
//!
//! An event carries identifiers, words of the program and reasons, never a name, an address, a label, a password or a
//! code: what it says about a person is said by the identifier of their account [RPT-7].

use serde::{Deserialize, Serialize};

use super::stream::StreamName;
use super::word::{Reason, Word};
use crate::id::{
    AccountId, ApplicationId, BulkChangeId, CaseId, CredentialId, DeviceId, ExceptionRequestId, GrantId, GroupId,
    KeyId, MessageId, NamedLocationId, OrganisationId, PostponementId, PushRequestId, RoleGrantId, SessionId,
    UserExceptionId,
};
use crate::time::Timestamp;

/// One line of the reference: an event's name, what it means, and the names of its fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Described {
    /// The name that the store and exports use.
    pub kind: &'static str,
    /// What happened, one sentence a part.
    pub meaning: &'static [&'static str],
    /// The names of its fields.
    pub fields: &'static [&'static str],
}

/// Declares the enum, and from the same lines the reference: an event without a description does not compile.
macro_rules! events {
    ($($(#[doc = $doc:literal])+ $name:ident $kind:literal { $($field:ident: $type:ty,)* })*) => {
        /// Something that happened and must not be forgotten.
        ///
        /// A variant's fields may gain an `Option` with `#[serde(default)]`; they never change their meaning, since old
        /// rows are read for years.
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(tag = "kind")]
        pub enum Event {$(
            $(#[doc = $doc])+
            #[serde(rename = $kind)]
            #[expect(missing_docs, reason = "the fields are named after their types, and described by the variant")]
            $name { $($field: $type,)* },
        )*}

        impl Event {
            /// Every kind of event, for the reference.
            pub const ALL: &'static [Described] = &[$(
                Described { kind: $kind, meaning: &[$($doc),+], fields: &[$(stringify!($field)),*] },
            )*];

            /// The name that the store and exports use.
            pub const fn kind(&self) -> &'static str {
                match self {
                    $(Self::$name { .. } => $kind,)*
                }
            }
        }
    };
}

events! {
    /// A person completed a sign-in and has a session.
    SignedIn "signed_in" {
        account: AccountId, application: Option<ApplicationId>, factors: Vec<Word>, strength: Word, session: SessionId,
    }
    /// A sign-in of a known account, or for a known application, was refused; `count` times in its minute.
    SignInRefused "sign_in_refused" {
        account: Option<AccountId>, application: Option<ApplicationId>, refusal: Word, count: u32,
    }
    /// A factor was verified again in a session, so that something sensitive may be done.
    FactorVerified "factor_verified" { account: AccountId, session: SessionId, factor: Word, }
    /// A session ended.
    SessionEnded "session_ended" { session: SessionId, account: AccountId, why: Word, }
    /// All sessions of an account ended, `count` of them.
    SessionsEnded "sessions_ended" { account: AccountId, count: u32, why: Word, reason: Option<Reason>, }
    /// A person has had a browser remembered: until then, at most, it spares them the prompt of their baseline.
    DeviceRemembered "device_remembered" { account: AccountId, device: DeviceId, until: Timestamp, }
    /// A browser or device is no longer known as one that has signed in before.
    DeviceForgotten "device_forgotten" { account: AccountId, device: DeviceId, why: Word, }

    /// A person's password was set; `by` says on which way.
    PasswordSet "password_set" { account: AccountId, by: Word, }
    /// Somebody in charge replaced a person's password by a temporary one.
    PasswordReset "password_reset" { account: AccountId, reason: Reason, }
    /// A single-use activation code or link was made for an account.
    ActivationIssued "activation_issued" { account: AccountId, purpose: Word, reason: Option<Reason>, }
    /// An activation code or link was spent.
    ActivationUsed "activation_used" { account: AccountId, purpose: Word, }

    /// A factor was enrolled.
    CredentialEnrolled "credential_enrolled" { account: AccountId, credential: CredentialId, factor: Word, }
    /// A person put off registering a second factor, for the `times`th time (section ENR).
    RegistrationPutOff "registration_put_off" { account: AccountId, times: u32, }
    /// A set of policies was published and is in force; it is taken back unless somebody confirms it by `confirm_by`.
    PoliciesPublished "policies_published" { version: u32, confirm_by: Option<Timestamp>, reason: Reason, }
    /// A set of policies was confirmed from a session that began after it was published.
    PoliciesConfirmed "policies_confirmed" { version: u32, }
    /// A set of policies was taken back, `by` a person or because nobody had confirmed it in time: the one before is in force.
    PoliciesRolledBack "policies_rolled_back" { version: u32, by: Word, }
    /// A group of accounts was made.
    GroupMade "group_made" { group: GroupId, organisation: OrganisationId, }
    /// An account was put into a group, or taken out of it.
    GroupChanged "group_changed" { group: GroupId, account: AccountId, member: bool, }
    /// A group of accounts was removed, with everybody in it.
    GroupRemoved "group_removed" { group: GroupId, organisation: OrganisationId, }
    /// Multi-factor authentication was enabled for an account: it is prompted at each sign-in, whatever its organisation and its
    /// groups say.
    MfaEnabled "mfa_enabled" { account: AccountId, reason: Reason, }
    /// That was taken back: what its organisation and its groups say holds for an account again.
    ReturnedToBaseline "returned_to_baseline" { account: AccountId, reason: Reason, }
    /// Somebody took a report with the names of people, with so many rows; `signed` says whether it was signed.
    ReportTaken "report_taken" { organisation: Option<OrganisationId>, report: Word, rows: u32, signed: bool, }
    /// A change to many accounts was confirmed; `waits` says whether somebody else has to approve it.
    BulkChangeConfirmed "bulk_change_confirmed" {
        organisation: OrganisationId, change: BulkChangeId, deed: Word, accounts: u32, waits: bool, reason: Reason,
    }
    /// A change to many accounts that somebody else had asked for was approved, or rejected.
    BulkChangeDecided "bulk_change_decided" { organisation: OrganisationId, change: BulkChangeId, approved: bool, }
    /// A change to many accounts was stopped before its end, or is to be undone; `step` says which.
    BulkChangeHalted "bulk_change_halted" { organisation: OrganisationId, change: BulkChangeId, step: Word, }
    /// A change to many accounts was done, or undone, as far as it could be; `step` says which.
    BulkChangeFinished "bulk_change_finished" {
        organisation: OrganisationId, change: BulkChangeId, step: Word, done: u32, failed: u32,
    }
    /// A security key or a smartcard that was to be added in Security info, or registered for somebody, was not taken; `refusal`
    /// says why, as in `sign_in_refused`.
    EnrolmentRefused "enrolment_refused" { account: AccountId, factor: Word, refusal: Word, }
    /// An enrolled factor was removed.
    CredentialRemoved "credential_removed" { account: AccountId, credential: CredentialId, factor: Word, }
    /// An enrolled factor was given another label.
    CredentialRenamed "credential_renamed" { account: AccountId, credential: CredentialId, }
    /// A person is now asked for another of their factors first.
    DefaultCredentialChanged "default_credential_changed" { account: AccountId, credential: CredentialId, }
    /// A person said that a sign-in, or the enrolment of their number, was not theirs, `by` a text, a call or an app [CMP-6]; `locked`
    /// says whether the account was.
    SignInReported "sign_in_reported" { account: AccountId, by: Word, locked: bool, }
    /// A code was sent or a call was asked for; `message` is its identifier in the outbox.
    MessageOrdered "message_ordered" { account: AccountId, message: MessageId, factor: Word, }
    /// News that did not arrive is sent again; `news` says what it is about.
    MessageSentAgain "message_sent_again" { account: AccountId, message: MessageId, news: Word, }
    /// An app was asked whether a sign-in is the person's own; `known` says whether the browser has signed in before.
    AppAsked "app_asked" { account: AccountId, credential: CredentialId, request: PushRequestId, known: bool, }
    /// An app answered a request; `outcome` says how.
    AppAnswered "app_answered" {
        account: AccountId, credential: CredentialId, request: PushRequestId, outcome: Word,
    }
    /// An app has used the code that binds it; it is no factor before its number is typed.
    AppBound "app_bound" { account: AccountId, credential: CredentialId, }
    /// A factor moved to another phone: the key of the phone before is worth nothing.
    CredentialMoved "credential_moved" { account: AccountId, credential: CredentialId, factor: Word, }
    /// One telephone number is enrolled for `accounts` accounts, this one among them.
    NumberShared "number_shared" { account: AccountId, credential: CredentialId, accounts: u32, }
    /// An organisation switched factors off or on for its people; `off` lists those that are off now.
    FactorsSwitched "factors_switched" { organisation: OrganisationId, off: Vec<Word>, }
    /// A factor reached the ceiling of failures, and only a new enrolment opens it [AUT-6].
    CredentialBlocked "credential_blocked" { account: AccountId, credential: Option<CredentialId>, factor: Word, }
    /// Somebody was given a temporary access pass, good until `until`.
    PassIssued "pass_issued" { account: AccountId, until: Timestamp, multi_use: bool, reason: Reason, }
    /// A temporary access pass was used.
    PassUsed "pass_used" { account: AccountId, }
    /// A temporary access pass ended before its time, with what it had opened; `why` says what ended it: `withdrawn`,
    /// `enrolled`, `disabled`, `re_enrolled`, `role_granted`, `reported` or `compromised`.
    PassEnded "pass_ended" { account: AccountId, why: Word, reason: Option<Reason>, }
    /// Hardware tokens were taken in from a file; so many rows had each outcome.
    TokensImported "tokens_imported" {
        organisation: OrganisationId, added: u64, changed: u64, unchanged: u64, refused: u64,
    }
    /// A hardware token was given to somebody, who activates it by a code.
    TokenAssigned "token_assigned" { account: AccountId, token: CredentialId, }
    /// A hardware token was taken back.
    TokenTakenBack "token_taken_back" { account: AccountId, token: CredentialId, }
    /// A hardware token was removed from the stock of an organisation.
    TokenRemoved "token_removed" { organisation: OrganisationId, token: CredentialId, }
    /// A person made recovery codes, `count` of them, in place of those before.
    RecoveryCodesMade "recovery_codes_made" { account: AccountId, count: u32, }
    /// A recovery code was used; `left` says how many are not.
    RecoveryCodeUsed "recovery_code_used" { account: AccountId, left: u32, }
    /// The recovery codes of an account are good no more; `why` says whether they were `removed`, or the account was
    /// `re_enrolled`, got a role (`role_granted`), a sign-in to it was `reported`, or it was marked as `compromised`.
    RecoveryCodesEnded "recovery_codes_ended" { account: AccountId, why: Word, }
    /// A security key was registered for somebody and handed over; the reason says which, and when.
    KeyHandedOver "key_handed_over" { account: AccountId, credential: CredentialId, reason: Reason, }
    /// Somebody in charge removed all second factors of an account, so that the person enrols again.
    ReEnrolled "re_enrolled" { account: AccountId, reason: Reason, }

    /// An account's prompts are suspended until `until`; `span` is `short` or `long`, `why` the word of its ground, `reason` what was
    /// typed. `repeated` says that it is the third short one or more within thirty days [EXC-26].
    ExceptionGiven "exception_given" {
        account: AccountId, exception: UserExceptionId, span: Word, why: Word, until: Timestamp, reason: Option<Reason>,
        repeated: bool,
    }
    /// Somebody asked for a long suspension of an account's prompts; those of one `request` are decided together.
    ExceptionRequested "exception_requested" {
        account: AccountId, exception: UserExceptionId, request: ExceptionRequestId, why: Word, reason: Reason,
    }
    /// A long suspension of an account's prompts was rejected.
    ExceptionRejected "exception_rejected" { account: AccountId, exception: UserExceptionId, reason: Reason, }
    /// A suspension of an account's prompts ended, `how`: `over`, `withdrawn`, or `taken_back` before anybody had decided.
    /// `re_enrol` says that what was on a phone counts no more.
    ExceptionEnded "exception_ended" {
        account: AccountId, exception: UserExceptionId, how: Word, reason: Option<Reason>, re_enrol: bool,
    }
    /// An account was given leave to register a second factor later, until `until`; the reason says which risk is taken [ENR-6].
    RegistrationPostponed "registration_postponed" {
        account: AccountId, postponement: PostponementId, until: Timestamp, reason: Reason,
    }
    /// Leave to register later was withdrawn.
    PostponementWithdrawn "postponement_withdrawn" {
        account: AccountId, postponement: PostponementId, reason: Reason,
    }

    /// An account was made.
    AccountAdded "account_added" { account: AccountId, organisation: OrganisationId, account_kind: Word, }
    /// Details of an account were changed; `changed` names them.
    AccountChanged "account_changed" { account: AccountId, changed: Vec<Word>, }
    /// An application that provisions people gave an account names of its own (`named`), deleted the person, so that there is none
    /// for it any more (`ended`), or made the same person again (`resumed`) [RFC 7644].
    AccountProvisioned "account_provisioned" { account: AccountId, application: ApplicationId, change: Word, }
    /// An application wanted to switch off more people within a day than the `limit`, and was not let; `count` times in its minute.
    ProvisioningHalted "provisioning_halted" { application: ApplicationId, limit: u32, count: u32, }
    /// A file added or changed an account; `change` says which.
    AccountImported "account_imported" { account: AccountId, organisation: OrganisationId, change: Word, }
    /// A file of accounts, or a part of it, was taken in.
    AccountsImported "accounts_imported" { added: u64, changed: u64, unchanged: u64, refused: u64, }
    /// People of an organisation, and of those below it, were asked by e-mail to set up a second factor.
    PeopleReminded "people_reminded" { organisation: OrganisationId, people: u32, }
    /// An account's status changed.
    AccountStatusChanged "account_status_changed" { account: AccountId, from: Word, to: Word, reason: Option<Reason>, }
    /// An account was marked as compromised, for the first time or again in the same case [CMP-1]: from `since` on it may have been in
    /// the wrong hands, and so many factors were quarantined.
    AccountCompromised "account_compromised" {
        account: AccountId, case: CaseId, since: Timestamp, quarantined: u32, reason: Reason,
    }
    /// A point of the check-list of a compromised account was ticked [CMP-3].
    CasePointTicked "case_point_ticked" { account: AccountId, case: CaseId, point: Word, }
    /// A quarantined factor was `kept`, or `removed`.
    QuarantineDecided "quarantine_decided" {
        account: AccountId, case: CaseId, credential: CredentialId, factor: Word, verdict: Word,
    }
    /// A compromised account was given back to its owner, with a temporary password or an activation code; it is pinned from then on.
    AccountRestored "account_restored" { account: AccountId, case: CaseId, reason: Reason, }
    /// Somebody asked that the pin of an account be lifted; somebody else has to confirm it [CMP-2].
    PinLiftAsked "pin_lift_asked" { account: AccountId, reason: Reason, }
    /// The pin of an account was lifted, as `asked_by` had asked.
    PinLifted "pin_lifted" { account: AccountId, asked_by: AccountId, reason: Reason, }
    /// A role was given to an account for an organisation and what belongs to it.
    RoleGranted "role_granted" {
        account: AccountId, organisation: OrganisationId, grant: RoleGrantId, role: Word, expires_at: Option<Timestamp>,
    }
    /// A role was taken from an account.
    RoleRevoked "role_revoked" {
        account: AccountId, organisation: OrganisationId, grant: RoleGrantId, role: Word, reason: Option<Reason>,
    }
    /// An organisation was added or changed; `change` says which.
    OrganisationSaved "organisation_saved" { organisation: OrganisationId, change: Word, }
    /// A named location was asked for, or its request was written anew; `ranges` counts its ranges.
    NamedLocationDrafted "named_location_drafted" {
        organisation: OrganisationId, location: NamedLocationId, owner: AccountId, ranges: u32,
    }
    /// The request for a named location was handed in, its prerequisites confirmed.
    NamedLocationSubmitted "named_location_submitted" { organisation: OrganisationId, location: NamedLocationId, }
    /// Other ranges or another owner were proposed for a named location in force.
    NamedLocationChangeProposed "named_location_change_proposed" {
        organisation: OrganisationId, location: NamedLocationId, owner: AccountId, ranges: u32,
    }
    /// A named location, or a change of it, was approved; `what` says which: `request` or `change`.
    NamedLocationApproved "named_location_approved" {
        organisation: OrganisationId, location: NamedLocationId, what: Word, owner: AccountId, ranges: u32,
    }
    /// A named location, or a change of it, was rejected; `what` says which: `request` or `change`.
    NamedLocationRejected "named_location_rejected" {
        organisation: OrganisationId, location: NamedLocationId, what: Word, reason: Reason,
    }
    /// Somebody vouched for a named location, until `until`.
    NamedLocationAttested "named_location_attested" {
        organisation: OrganisationId, location: NamedLocationId, until: Timestamp,
    }
    /// The attestation of a named location ended, and with it that it is active; noted by the job that tells its owner.
    NamedLocationLapsed "named_location_lapsed" { organisation: OrganisationId, location: NamedLocationId, }
    /// A named location was put out of use; `by` says in which capacity: `requester` or `approver`.
    NamedLocationSuspended "named_location_suspended" {
        organisation: OrganisationId, location: NamedLocationId, by: Word, reason: Reason,
    }
    /// A suspended named location was put into use again.
    NamedLocationResumed "named_location_resumed" { organisation: OrganisationId, location: NamedLocationId, reason: Reason, }
    /// A named location was put out of use for good.
    NamedLocationRetired "named_location_retired" { organisation: OrganisationId, location: NamedLocationId, reason: Reason, }
    /// A file of organisations, or a part of it, was taken in.
    OrganisationsImported "organisations_imported" { added: u64, changed: u64, unchanged: u64, refused: u64, }

    /// An application was added.
    ApplicationAdded "application_added" { application: ApplicationId, protocol: Word, }
    /// Settings of an application were changed; `changed` names them.
    ApplicationChanged "application_changed" { application: ApplicationId, changed: Vec<Word>, }
    /// An application was removed.
    ApplicationRemoved "application_removed" { application: ApplicationId, reason: Option<Reason>, }
    /// An authorization was granted to an application; `flow` says on which way.
    GrantMade "grant_made" { application: ApplicationId, account: Option<AccountId>, grant: GrantId, flow: Word, }
    /// Tokens were issued; `flow` says for what.
    TokenIssued "token_issued" {
        application: ApplicationId, account: Option<AccountId>, grant: Option<GrantId>, flow: Word,
    }
    /// A request of a known application was refused with a protocol error; `count` times in its minute.
    TokenRefused "token_refused" {
        application: ApplicationId, account: Option<AccountId>, error: Word, count: u32,
    }
    /// A request that named a known account or application was malformed or hostile; `count` times in its minute.
    RequestRefused "request_refused" {
        account: Option<AccountId>, application: Option<ApplicationId>, endpoint: Word, error: Word, count: u32,
    }
    /// An authorization code was presented a second time, and what it had granted was revoked [RFC 6749 §4.1.2].
    CodeReused "code_reused" { application: ApplicationId, account: Option<AccountId>, grant: GrantId, }
    /// A rotated refresh token was presented again, and its grant was revoked [RFC 9700 §4.14.2].
    RefreshTokenReused "refresh_token_reused" {
        application: ApplicationId, account: Option<AccountId>, grant: GrantId,
    }
    /// A grant and all its tokens were revoked.
    GrantRevoked "grant_revoked" { application: ApplicationId, account: Option<AccountId>, grant: GrantId, why: Word, }
    /// All grants of an account were revoked, `count` of them.
    GrantsRevoked "grants_revoked" { account: AccountId, count: u32, why: Word, }
    /// An application gave back one access token [RFC 7009].
    TokenRevoked "token_revoked" { application: ApplicationId, }
    /// A person answered a device's request for authorization [RFC 8628].
    DeviceAnswered "device_answered" { application: ApplicationId, account: AccountId, answer: Word, }
    /// An application could not be told that a session had ended.
    LogoutUndelivered "logout_undelivered" { application: ApplicationId, session: SessionId, why: Word, }

    /// Keys were replaced; `what` says which, `key` is the new one.
    KeysRotated "keys_rotated" { what: Word, key: Option<KeyId>, }
    /// A key that signs the blocks of this audit was made.
    AuditKeyMade "audit_key_made" { key: KeyId, }
    /// The audit was exported.
    AuditExported "audit_exported" { format: Word, since: Option<Timestamp>, until: Option<Timestamp>, events: u64, }
    /// A stream of this audit to somebody who watches it elsewhere began after a block: the last one, or before the first.
    AuditStreamBegun "audit_stream_begun" { stream: StreamName, after_block: i64, }
    /// How far a stream of this audit had come was forgotten.
    AuditStreamForgotten "audit_stream_forgotten" { stream: StreamName, after_block: i64, }
    /// A backup was made, and restored once to prove it.
    BackupMade "backup_made" { rows: u64, last_block: Option<i64>, }
    /// The database was restored from a backup.
    Restored "restored" { rows: u64, last_block: Option<i64>, }
}

/// Whom and what an event is about, as the store's columns need it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Subjects {
    /// The account it is about.
    pub account: Option<AccountId>,
    /// The organisation it names itself; most events take the account's.
    pub organisation: Option<OrganisationId>,
    /// The application it is about.
    pub application: Option<ApplicationId>,
}

impl Event {
    /// Whom and what it is about.
    pub const fn subjects(&self) -> Subjects {
        let (account, organisation, application) = match *self {
            Self::FactorVerified { account, .. }
            | Self::SessionEnded { account, .. }
            | Self::SessionsEnded { account, .. }
            | Self::DeviceRemembered { account, .. }
            | Self::DeviceForgotten { account, .. }
            | Self::PasswordSet { account, .. }
            | Self::PasswordReset { account, .. }
            | Self::ActivationIssued { account, .. }
            | Self::ActivationUsed { account, .. }
            | Self::CredentialEnrolled { account, .. }
            | Self::RegistrationPutOff { account, .. }
            | Self::GroupChanged { account, .. }
            | Self::MfaEnabled { account, .. }
            | Self::ReturnedToBaseline { account, .. }
            | Self::EnrolmentRefused { account, .. }
            | Self::CredentialRemoved { account, .. }
            | Self::CredentialRenamed { account, .. }
            | Self::DefaultCredentialChanged { account, .. }
            | Self::CredentialBlocked { account, .. }
            | Self::PassIssued { account, .. }
            | Self::PassUsed { account }
            | Self::PassEnded { account, .. }
            | Self::TokenAssigned { account, .. }
            | Self::TokenTakenBack { account, .. }
            | Self::RecoveryCodesMade { account, .. }
            | Self::RecoveryCodeUsed { account, .. }
            | Self::RecoveryCodesEnded { account, .. }
            | Self::KeyHandedOver { account, .. }
            | Self::ReEnrolled { account, .. }
            | Self::ExceptionGiven { account, .. }
            | Self::ExceptionRequested { account, .. }
            | Self::ExceptionRejected { account, .. }
            | Self::ExceptionEnded { account, .. }
            | Self::RegistrationPostponed { account, .. }
            | Self::PostponementWithdrawn { account, .. }
            | Self::SignInReported { account, .. }
            | Self::MessageOrdered { account, .. }
            | Self::MessageSentAgain { account, .. }
            | Self::NumberShared { account, .. }
            | Self::AppAsked { account, .. }
            | Self::AppAnswered { account, .. }
            | Self::AppBound { account, .. }
            | Self::CredentialMoved { account, .. }
            | Self::AccountChanged { account, .. }
            | Self::AccountStatusChanged { account, .. }
            | Self::AccountCompromised { account, .. }
            | Self::CasePointTicked { account, .. }
            | Self::QuarantineDecided { account, .. }
            | Self::AccountRestored { account, .. }
            | Self::PinLiftAsked { account, .. }
            | Self::PinLifted { account, .. }
            | Self::GrantsRevoked { account, .. } => (Some(account), None, None),
            Self::AccountAdded { account, organisation, .. }
            | Self::AccountImported { account, organisation, .. }
            | Self::RoleGranted { account, organisation, .. }
            | Self::RoleRevoked { account, organisation, .. } => (Some(account), Some(organisation), None),
            Self::OrganisationSaved { organisation, .. }
            | Self::FactorsSwitched { organisation, .. }
            | Self::GroupMade { organisation, .. }
            | Self::GroupRemoved { organisation, .. }
            | Self::NamedLocationDrafted { organisation, .. }
            | Self::NamedLocationSubmitted { organisation, .. }
            | Self::NamedLocationChangeProposed { organisation, .. }
            | Self::NamedLocationApproved { organisation, .. }
            | Self::NamedLocationRejected { organisation, .. }
            | Self::NamedLocationAttested { organisation, .. }
            | Self::NamedLocationLapsed { organisation, .. }
            | Self::NamedLocationSuspended { organisation, .. }
            | Self::NamedLocationResumed { organisation, .. }
            | Self::NamedLocationRetired { organisation, .. }
            | Self::PeopleReminded { organisation, .. }
            | Self::BulkChangeConfirmed { organisation, .. }
            | Self::BulkChangeDecided { organisation, .. }
            | Self::BulkChangeHalted { organisation, .. }
            | Self::BulkChangeFinished { organisation, .. }
            | Self::TokensImported { organisation, .. }
            | Self::TokenRemoved { organisation, .. } => (None, Some(organisation), None),
            Self::SignedIn { account, application, .. } => (Some(account), None, application),
            Self::SignInRefused { account, application, .. } | Self::RequestRefused { account, application, .. } => {
                (account, None, application)
            }
            Self::DeviceAnswered { account, application, .. }
            | Self::AccountProvisioned { account, application, .. } => (Some(account), None, Some(application)),
            Self::GrantMade { application, account, .. }
            | Self::TokenIssued { application, account, .. }
            | Self::TokenRefused { application, account, .. }
            | Self::CodeReused { application, account, .. }
            | Self::RefreshTokenReused { application, account, .. }
            | Self::GrantRevoked { application, account, .. } => (account, None, Some(application)),
            Self::ApplicationAdded { application, .. }
            | Self::ApplicationChanged { application, .. }
            | Self::ApplicationRemoved { application, .. }
            | Self::TokenRevoked { application, .. }
            | Self::LogoutUndelivered { application, .. }
            | Self::ProvisioningHalted { application, .. } => (None, None, Some(application)),
            Self::ReportTaken { organisation, .. } => (None, organisation, None),
            Self::AccountsImported { .. }
            | Self::OrganisationsImported { .. }
            | Self::KeysRotated { .. }
            | Self::AuditKeyMade { .. }
            | Self::AuditExported { .. }
            | Self::AuditStreamBegun { .. }
            | Self::AuditStreamForgotten { .. }
            | Self::BackupMade { .. }
            | Self::PoliciesPublished { .. }
            | Self::PoliciesConfirmed { .. }
            | Self::PoliciesRolledBack { .. }
            | Self::Restored { .. } => (None, None, None),
        };
        Subjects { account, organisation, application }
    }

    /// The account it is about.
    pub const fn account(&self) -> Option<AccountId> {
        self.subjects().account
    }

    /// The organisation it names itself.
    pub const fn organisation(&self) -> Option<OrganisationId> {
        self.subjects().organisation
    }

    /// The application it is about.
    pub const fn application(&self) -> Option<ApplicationId> {
        self.subjects().application
    }

    /// The same event counted `repeats` times, if it is of a kind that repeats; another kind is returned as it is.
    #[must_use]
    pub fn counted(mut self, repeats: u32) -> Self {
        if let Some(count) = self.count_mut() {
            *count = repeats;
        }
        self
    }

    /// Whether repeats of it within a minute are counted in one row.
    pub fn repeats(&self) -> bool {
        self.clone().count_mut().is_some()
    }

    fn count_mut(&mut self) -> Option<&mut u32> {
        if let Self::SignInRefused { count, .. }
        | Self::TokenRefused { count, .. }
        | Self::RequestRefused { count, .. }
        | Self::ProvisioningHalted { count, .. } = self
        {
            Some(count)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(byte: u8) -> AccountId {
        AccountId::new(Timestamp::from_seconds(1), [byte; 10])
    }

    fn application() -> ApplicationId {
        ApplicationId::new(Timestamp::from_seconds(1), [9; 10])
    }

    #[test]
    fn an_event_reads_back_as_it_was_written() {
        let event = Event::SignedIn {
            account: account(1),
            application: None,
            factors: vec!["password".into(), "totp".into()],
            strength: "multi_factor".into(),
            session: SessionId::new(Timestamp::from_seconds(1), [3; 10]),
        };
        let text = serde_json::to_string(&event).unwrap();
        assert!(text.starts_with(r#"{"kind":"signed_in","account":"#), "{text}");
        assert_eq!(serde_json::from_str::<Event>(&text).unwrap(), event);
        assert_eq!(event.kind(), "signed_in");
    }

    #[test]
    fn every_kind_is_described_once() {
        let mut kinds: Vec<_> = Event::ALL.iter().map(|described| described.kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        assert_eq!(kinds.len(), Event::ALL.len());
        assert!(Event::ALL.iter().all(|described| described.meaning.iter().any(|line| !line.trim().is_empty())));
    }

    #[test]
    fn an_event_names_its_subjects() {
        let refused = Event::TokenRefused {
            application: application(),
            account: Some(account(2)),
            error: "invalid_grant".into(),
            count: 1,
        };
        assert_eq!(refused.application(), Some(application()));
        assert_eq!(refused.account(), Some(account(2)));
        assert_eq!(refused.organisation(), None);
    }

    #[test]
    fn only_refusals_are_counted() {
        let refused = Event::SignInRefused {
            account: Some(account(1)),
            application: None,
            refusal: "wrong_password".into(),
            count: 1,
        };
        assert!(refused.repeats());
        assert!(matches!(refused.counted(7), Event::SignInRefused { count: 7, .. }));
        let renamed = Event::AuditKeyMade { key: KeyId::new(Timestamp::from_seconds(1), [0; 10]) };
        assert!(!renamed.repeats());
        assert_eq!(renamed.clone().counted(7), renamed);
    }
}
