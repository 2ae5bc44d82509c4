//! What can be done: one name per button, command and page.

/// Something that needs permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// See, add, rename and remove one's own credentials, never the last.
    ManageOwnCredentials,
    /// Change one's own password.
    ChangeOwnPassword,
    /// See and end one's own sessions, and see one's own sign-ins.
    ManageOwnSessions,
    /// Search for people and list organisations.
    FindPeople,
    /// See an account: its status, roles, credentials and last sign-ins.
    SeeAccount,
    /// See how many people are covered, and where.
    SeeCoverage,
    /// Have people reminded to set up a second factor.
    RemindPeople,
    /// Give an account a temporary password.
    ResetPassword,
    /// Remove an account's second factors, so that it enrols again.
    ReEnrol,
    /// Have an account prompted at each sign-in, whatever its organisation and its groups say [CA-6].
    EnableMfa,
    /// Let what its organisation and its groups say hold for an account again.
    ReturnToBaseline,
    /// Approve a change to many accounts that somebody else has asked for [ADM-12].
    ApproveBulkChange,
    /// Give somebody a temporary access pass, and withdraw it.
    IssuePass,
    /// Register a security key for somebody and hand it over.
    RegisterKey,
    /// Give somebody a hardware token, and take it back.
    AssignToken,
    /// Take hardware tokens in from a file.
    ImportTokens,
    /// Suspend somebody's prompts for a day, and end any suspension [EXC-20].
    GrantShortException,
    /// Ask for a long suspension of somebody's prompts, and take that back [EXC-22].
    RequestLongException,
    /// Approve or reject a long suspension that somebody else has asked for.
    ApproveLongException,
    /// Give somebody leave to register later, and end that [ENR-6].
    PostponeDefaultOn,
    /// See which messages were sent to somebody and what became of them, never what they say.
    SeeMessages,
    /// Send news again that did not arrive.
    SendAgain,
    /// Issue a single-use activation code.
    IssueActivation,
    /// Switch an account off.
    DisableAccount,
    /// Switch an account on.
    EnableAccount,
    /// End an account's sessions and withdraw what its applications hold.
    EndSessions,
    /// Mark an account as compromised.
    MarkCompromised,
    /// Work through the check-list of a compromised account.
    WorkOnCase,
    /// Give a compromised account back to its owner.
    RestoreAccount,
    /// Lift the pin of an account that was given back, together with somebody else.
    LiftPin,
    /// Add and change organisations from a file.
    ImportOrganisations,
    /// Add and change accounts from a file.
    ImportAccounts,
    /// Change an organisation's own facts, such as its help contact.
    ChangeOrganisation,
    /// Ask for a named location, attest it, suspend it and retire it.
    RequestNamedLocation,
    /// Approve and reject named locations, and resume one that is suspended.
    ApproveNamedLocation,
    /// Give an account a role.
    GrantRole,
    /// Take a role away.
    RevokeRole,
    /// Read, verify and export the audit.
    ReadAudit,
    /// Add and change applications.
    ManageApplications,
    /// See policies, and what they would decide.
    SeePolicies,
    /// Write and publish policies, and make groups.
    ManagePolicies,
    /// Rotate keys.
    RotateKeys,
}

impl Action {
    /// Every action, in the order of the permission grid.
    pub const ALL: &'static [Self] = &[
        Self::ManageOwnCredentials,
        Self::ChangeOwnPassword,
        Self::ManageOwnSessions,
        Self::FindPeople,
        Self::SeeAccount,
        Self::SeeCoverage,
        Self::RemindPeople,
        Self::ResetPassword,
        Self::ReEnrol,
        Self::EnableMfa,
        Self::ReturnToBaseline,
        Self::ApproveBulkChange,
        Self::IssuePass,
        Self::RegisterKey,
        Self::AssignToken,
        Self::ImportTokens,
        Self::GrantShortException,
        Self::RequestLongException,
        Self::ApproveLongException,
        Self::PostponeDefaultOn,
        Self::SeeMessages,
        Self::SendAgain,
        Self::IssueActivation,
        Self::DisableAccount,
        Self::EnableAccount,
        Self::EndSessions,
        Self::MarkCompromised,
        Self::WorkOnCase,
        Self::RestoreAccount,
        Self::LiftPin,
        Self::ImportOrganisations,
        Self::ImportAccounts,
        Self::ChangeOrganisation,
        Self::RequestNamedLocation,
        Self::ApproveNamedLocation,
        Self::GrantRole,
        Self::RevokeRole,
        Self::ReadAudit,
        Self::ManageApplications,
        Self::SeePolicies,
        Self::ManagePolicies,
        Self::RotateKeys,
    ];

    /// The words that the grid uses.
    pub const fn words(self) -> &'static str {
        match self {
            Self::ManageOwnCredentials => "manage own credentials",
            Self::ChangeOwnPassword => "change own password",
            Self::ManageOwnSessions => "manage own sessions",
            Self::FindPeople => "find people",
            Self::SeeAccount => "see account",
            Self::SeeCoverage => "see coverage",
            Self::RemindPeople => "remind people",
            Self::ResetPassword => "reset password",
            Self::ReEnrol => "re-enrol",
            Self::EnableMfa => "enable MFA",
            Self::ReturnToBaseline => "return to baseline",
            Self::ApproveBulkChange => "approve bulk change",
            Self::IssuePass => "issue pass",
            Self::RegisterKey => "register key",
            Self::AssignToken => "assign a token",
            Self::ImportTokens => "import tokens",
            Self::GrantShortException => "except for a day",
            Self::RequestLongException => "ask to except longer",
            Self::ApproveLongException => "except for longer",
            Self::PostponeDefaultOn => "postpone default-on",
            Self::SeeMessages => "see messages",
            Self::SendAgain => "send again",
            Self::IssueActivation => "issue activation",
            Self::DisableAccount => "disable account",
            Self::EnableAccount => "enable account",
            Self::EndSessions => "end sessions",
            Self::MarkCompromised => "mark as compromised",
            Self::WorkOnCase => "work on a case",
            Self::RestoreAccount => "restore account",
            Self::LiftPin => "lift pin",
            Self::ImportOrganisations => "import organisations",
            Self::ImportAccounts => "import accounts",
            Self::ChangeOrganisation => "change organisation",
            Self::RequestNamedLocation => "request named location",
            Self::ApproveNamedLocation => "approve named location",
            Self::GrantRole => "grant role",
            Self::RevokeRole => "revoke role",
            Self::ReadAudit => "read audit",
            Self::ManageApplications => "manage applications",
            Self::SeePolicies => "see policies",
            Self::ManagePolicies => "manage policies",
            Self::RotateKeys => "rotate keys",
        }
    }

    /// Whether the action is one that people do to themselves.
    pub const fn is_own(self) -> bool {
        matches!(self, Self::ManageOwnCredentials | Self::ChangeOwnPassword | Self::ManageOwnSessions)
    }

    /// Whether the action only looks.
    pub const fn only_looks(self) -> bool {
        matches!(
            self,
            Self::FindPeople
                | Self::SeeAccount
                | Self::SeeCoverage
                | Self::SeeMessages
                | Self::ReadAudit
                | Self::SeePolicies
        )
    }

    /// Whether the action asks for something, and changes nothing before somebody who may has approved it, or whoever was asked does
    /// it themselves.
    pub const fn only_asks(self) -> bool {
        matches!(self, Self::RequestLongException | Self::RemindPeople)
    }
}
