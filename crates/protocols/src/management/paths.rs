//! Where each call is.

/// The people that a search finds.
pub const PEOPLE: &str = "/api/v1/people";
/// One person.
pub const PERSON: &str = "/api/v1/people/{id}";
/// Their sign-ins.
pub const SIGN_INS: &str = "/api/v1/people/{id}/sign-ins";
/// Has them prompted at each sign-in.
pub const ENABLE_MFA: &str = "/api/v1/people/{id}/enable-mfa";
/// Switches their account off.
pub const DISABLE: &str = "/api/v1/people/{id}/disable";
/// Switches it on again.
pub const ENABLE: &str = "/api/v1/people/{id}/enable";
/// Ends their sessions.
pub const END_SESSIONS: &str = "/api/v1/people/{id}/end-sessions";
/// Marks their account as compromised.
pub const MARK_COMPROMISED: &str = "/api/v1/people/{id}/mark-compromised";
/// The organisations.
pub const ORGANISATIONS: &str = "/api/v1/organisations";
/// How many people are covered.
pub const COVERAGE: &str = "/api/v1/coverage";
/// How many of one organisation and those below.
pub const COVERAGE_OF: &str = "/api/v1/coverage/{ods_code}";
/// A report.
pub const REPORT: &str = "/api/v1/reports/{report}";
/// The description of all this.
pub const DOCUMENT: &str = "/api/v1/openapi.json";
