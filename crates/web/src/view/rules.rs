//! The password rules.

use serde::Serialize;
use wardkey_domain::factor::password::PasswordRules;

/// The password rules as a page lists them.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct RulesView {
    min_length: usize,
    history: usize,
}

impl From<&PasswordRules> for RulesView {
    fn from(rules: &PasswordRules) -> Self {
        Self { min_length: rules.min_length, history: rules.history }
    }
}
