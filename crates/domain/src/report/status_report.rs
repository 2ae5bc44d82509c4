//! How each account stands with multi-factor authentication, row by row: the MFA Status report, and what is picked from it
//! [ADM-6, RPT-5].

use std::str::FromStr;

use super::{Cover, MfaStatus, PeopleFilter, SignedIn};
use crate::access::exception::ExceptionKind;
use crate::access::{Baseline, FactorSet};
use crate::directory::{AccountKind, StatusName};
use crate::factor::FactorKind;
use crate::time::Timestamp;

/// Which accounts a report has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReportKind {
    /// All of them.
    MfaStatus,
    /// Those in use without a second factor.
    NoSecondFactor,
    /// Those whose prompts are suspended.
    Excepted,
    /// Those with a privileged role and no factor that cannot be phished.
    PrivilegedWithoutKey,
    /// Those in use with which nobody has ever signed in.
    NeverSignedIn,
}

/// Why an account stands as it does [ADM-6].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StatusSource {
    /// Its kind: nobody signs in with it.
    Kind,
    /// It was compromised.
    Compromise,
    /// It holds a privileged role, which forces it on.
    Role,
    /// An administrator has enabled it.
    Administrator,
    /// The baseline of a group that it is in.
    Group,
    /// The baseline of its organisation.
    Organisation,
}

/// One account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusLine {
    /// The code of its organisation.
    pub ods_code: String,
    /// What its organisation is called.
    pub organisation: String,
    /// The name that pages show.
    pub display_name: String,
    /// Its address.
    pub address: String,
    /// What kind it is.
    pub kind: AccountKind,
    /// Its status.
    pub status: StatusName,
    /// How it stands with multi-factor authentication.
    pub mfa: MfaStatus,
    /// Why.
    pub source: StatusSource,
    /// Since when; nothing when that began before it was kept.
    pub since: Option<Timestamp>,
    /// What is asked of it when no policy asks for more.
    pub baseline: Baseline,
    /// The second factors of its own that count.
    pub methods: FactorSet,
    /// How many of them there are, two keys being two.
    pub enrolled: u32,
    /// The one that its owner is asked for first.
    pub default: Option<FactorKind>,
    /// Whether it holds a privileged role.
    pub is_privileged: bool,
    /// The exception that suspends its prompts, and until when.
    pub exception: Option<(ExceptionKind, Timestamp)>,
    /// When a second factor of its own was last used.
    pub last_second_factor_at: Option<Timestamp>,
    /// When somebody signed in with it last.
    pub last_signed_in_at: Option<Timestamp>,
}

/// A word that names no report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown report")]
pub struct UnknownReport;

impl ReportKind {
    /// Every report.
    pub const ALL: &'static [Self] =
        &[Self::MfaStatus, Self::NoSecondFactor, Self::Excepted, Self::PrivilegedWithoutKey, Self::NeverSignedIn];

    /// The word in addresses and names of files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MfaStatus => "mfa-status",
            Self::NoSecondFactor => "no-second-factor",
            Self::Excepted => "excepted",
            Self::PrivilegedWithoutKey => "privileged-without-key",
            Self::NeverSignedIn => "never-signed-in",
        }
    }

    /// Which accounts are looked at.
    pub fn filter(self) -> PeopleFilter {
        let all = PeopleFilter::default();
        match self {
            Self::MfaStatus => all,
            Self::NoSecondFactor => PeopleFilter { cover: Some(Cover::Uncovered), ..all },
            Self::Excepted => PeopleFilter { cover: Some(Cover::Excepted), ..all },
            Self::PrivilegedWithoutKey => PeopleFilter { is_privileged: Some(true), ..all },
            Self::NeverSignedIn => {
                PeopleFilter { status: Some(StatusName::Active), signed_in: Some(SignedIn::Never), ..all }
            }
        }
    }

    /// Whether an account that was looked at is in the report.
    pub fn has(self, line: &StatusLine) -> bool {
        match self {
            Self::MfaStatus | Self::NoSecondFactor | Self::Excepted => true,
            Self::PrivilegedWithoutKey => {
                matches!(line.status, StatusName::Active | StatusName::Leaver) && !line.is_phishing_resistant()
            }
            Self::NeverSignedIn => line.kind.may_sign_in(),
        }
    }
}

impl FromStr for ReportKind {
    type Err = UnknownReport;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == text).ok_or(UnknownReport)
    }
}

impl StatusSource {
    /// The word that files use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Kind => "kind",
            Self::Compromise => "compromise",
            Self::Role => "role",
            Self::Administrator => "administrator",
            Self::Group => "group",
            Self::Organisation => "organisation",
        }
    }

    /// The words that a person reads.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Kind => "kind of account",
            Self::Compromise => "compromised",
            Self::Role => "privileged role",
            Self::Administrator => "administrator",
            Self::Group => "group",
            Self::Organisation => "organisation",
        }
    }
}

/// The names of the columns.
pub const STATUS_COLUMNS: [&str; 18] = [
    "ods_code",
    "org_name",
    "display_name",
    "email",
    "account_type",
    "account_status",
    "mfa_status",
    "status_source",
    "status_changed_at",
    "ca_policy",
    "registered",
    "core_method",
    "methods_count",
    "phishing_resistant",
    "privileged",
    "exception_type",
    "exception_expires",
    "last_mfa_at",
];

impl StatusLine {
    /// Whether it has a factor that cannot be phished.
    pub fn is_phishing_resistant(&self) -> bool {
        self.methods.contains(FactorKind::WebAuthn) || self.methods.contains(FactorKind::Smartcard)
    }

    /// The method that a report names: the one that is asked for first, and otherwise the strongest.
    pub fn core_method(&self) -> Option<FactorKind> {
        self.default.filter(|kind| self.methods.contains(*kind)).or_else(|| self.methods.iter().next())
    }

    /// What stands in the columns, in their order. Moments are in UTC.
    pub fn cells(&self) -> [String; 18] {
        let yes_no = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
        let moment = |at: Option<Timestamp>| at.map(Timestamp::to_utc).unwrap_or_default();
        [
            self.ods_code.clone(),
            self.organisation.clone(),
            self.display_name.clone(),
            self.address.clone(),
            self.kind.as_str().to_owned(),
            self.status.as_str().to_owned(),
            self.mfa.as_str().to_owned(),
            self.source.as_str().to_owned(),
            moment(self.since),
            self.baseline.as_str().to_owned(),
            yes_no(!self.methods.is_empty()),
            self.core_method().map(FactorKind::as_str).unwrap_or_default().to_owned(),
            self.enrolled.to_string(),
            yes_no(self.is_phishing_resistant()),
            yes_no(self.is_privileged),
            self.exception.map(|(kind, _)| kind.as_str()).unwrap_or_default().to_owned(),
            moment(self.exception.map(|(_, until)| until)),
            moment(self.last_second_factor_at),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(methods: &[FactorKind]) -> StatusLine {
        StatusLine {
            ods_code: "A81001".to_owned(),
            organisation: "Riverside Surgery".to_owned(),
            display_name: "Ann Annison".to_owned(),
            address: "ann@a.example".to_owned(),
            kind: AccountKind::User,
            status: StatusName::Active,
            mfa: MfaStatus::Enforced,
            source: StatusSource::Organisation,
            since: Some(Timestamp::from_seconds(1_700_000_000)),
            baseline: Baseline::Standard,
            methods: methods.iter().copied().collect(),
            enrolled: 2,
            default: None,
            is_privileged: true,
            exception: Some((ExceptionKind::Short, Timestamp::from_seconds(1_700_000_060))),
            last_second_factor_at: None,
            last_signed_in_at: None,
        }
    }

    #[test]
    fn each_column_has_its_cell() {
        let cells = line(&[FactorKind::Sms]).cells();
        let row: Vec<_> = STATUS_COLUMNS.iter().zip(&cells).map(|(name, cell)| format!("{name}={cell}")).collect();
        assert_eq!(
            row.join(" "),
            "ods_code=A81001 org_name=Riverside Surgery display_name=Ann Annison email=ann@a.example account_type=user \
             account_status=active mfa_status=enforced status_source=organisation \
             status_changed_at=2023-11-14T22:13:20Z ca_policy=standard registered=yes core_method=sms methods_count=2 \
             phishing_resistant=no privileged=yes exception_type=short exception_expires=2023-11-14T22:14:20Z last_mfa_at="
        );
    }

    #[test]
    fn a_report_has_whom_it_says() {
        let privileged = ReportKind::PrivilegedWithoutKey;
        assert!(privileged.has(&line(&[FactorKind::Totp])) && privileged.has(&line(&[])));
        assert!(!privileged.has(&line(&[FactorKind::WebAuthn, FactorKind::Sms])));
        assert!(!privileged.has(&line(&[FactorKind::Smartcard])));
        assert!(!privileged.has(&StatusLine { status: StatusName::Disabled, ..line(&[]) }));
        let mailbox = StatusLine { kind: AccountKind::SharedMailbox, ..line(&[]) };
        assert!(!ReportKind::NeverSignedIn.has(&mailbox) && ReportKind::MfaStatus.has(&mailbox));
        for kind in ReportKind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(*kind));
        }
    }

    #[test]
    fn the_default_is_named_while_it_counts() {
        let both = line(&[FactorKind::Totp, FactorKind::Sms]);
        let with = |default| StatusLine { default, ..both.clone() }.core_method();
        assert_eq!(with(Some(FactorKind::Sms)), Some(FactorKind::Sms));
        assert_eq!(with(Some(FactorKind::Push)), with(None));
        assert_eq!(line(&[]).core_method(), None);
    }
}
