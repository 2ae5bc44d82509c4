//! Rows of reports.

use serde::Serialize;
use utoipa::ToSchema;
use wardkey_domain::factor::FactorKind;
use wardkey_domain::report::StatusLine;
use wardkey_domain::time::Timestamp;
use wardkey_usecases::report::StatusSlice;

use crate::management::word;

/// Part of a report.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Report {
    /// The accounts.
    accounts: Vec<Row>,
    /// What to pass as `after` for the part that follows; nothing after the last.
    #[schema(required = true)]
    pub next: Option<String>,
}

/// How an account stands with multi-factor authentication, and why.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ReportRow)]
pub struct Row {
    /// The code of its organisation.
    #[schema(example = "A81001")]
    ods_code: String,
    /// What its organisation is called.
    organisation: String,
    /// The name that pages show.
    name: String,
    /// The address that names it.
    address: String,
    /// Its kind.
    #[schema(schema_with = word::kind)]
    kind: &'static str,
    /// Its status.
    #[schema(schema_with = word::status)]
    status: &'static str,
    /// How it stands.
    #[schema(schema_with = word::mfa)]
    mfa: &'static str,
    /// Why it stands so.
    #[schema(example = "organisation")]
    source: &'static str,
    /// Since when; nothing when that began before it was kept.
    #[schema(format = DateTime, required = true)]
    since: Option<String>,
    /// What is asked of it when no policy asks for more.
    #[schema(schema_with = word::baseline)]
    baseline: &'static str,
    /// The second factors of its own that count.
    #[schema(schema_with = word::methods)]
    methods: Vec<&'static str>,
    /// How many of them there are, two keys being two.
    enrolled: u32,
    /// The one that is asked for first.
    #[schema(schema_with = word::method_or_null, required = true)]
    core_method: Option<&'static str>,
    /// Whether it has one that no look-alike site can pass on.
    phishing_resistant: bool,
    /// Whether it holds a privileged role.
    privileged: bool,
    /// The exception that suspends its prompts.
    #[schema(required = true)]
    exception: Option<Excepted>,
    /// When a second factor of its own was last used.
    #[schema(format = DateTime, required = true)]
    last_second_factor_at: Option<String>,
    /// When somebody signed in with it last.
    #[schema(format = DateTime, required = true)]
    last_signed_in_at: Option<String>,
}

/// An exception.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Exception)]
pub struct Excepted {
    /// Which kind.
    #[schema(example = "short")]
    kind: &'static str,
    /// Until when.
    #[schema(format = DateTime)]
    until: String,
}

impl From<StatusSlice> for Report {
    fn from(slice: StatusSlice) -> Self {
        Self { accounts: slice.lines.into_iter().map(Row::from).collect(), next: slice.next }
    }
}

impl From<StatusLine> for Row {
    fn from(line: StatusLine) -> Self {
        Self {
            core_method: line.core_method().map(FactorKind::as_str),
            phishing_resistant: line.is_phishing_resistant(),
            ods_code: line.ods_code,
            organisation: line.organisation,
            name: line.display_name,
            address: line.address,
            kind: line.kind.as_str(),
            status: line.status.as_str(),
            mfa: line.mfa.as_str(),
            source: line.source.as_str(),
            since: line.since.map(Timestamp::to_utc),
            baseline: line.baseline.as_str(),
            methods: line.methods.iter().map(|kind| kind.as_str()).collect(),
            enrolled: line.enrolled,
            privileged: line.is_privileged,
            exception: line.exception.map(|(kind, until)| Excepted { kind: kind.as_str(), until: until.to_utc() }),
            last_second_factor_at: line.last_second_factor_at.map(Timestamp::to_utc),
            last_signed_in_at: line.last_signed_in_at.map(Timestamp::to_utc),
        }
    }
}
