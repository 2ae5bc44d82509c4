//! The environment: the one place that reads it.

use std::collections::BTreeMap;

/// The variables that begin with `WARDKEY_`.
pub type Environment = BTreeMap<String, String>;

/// What every variable of ours begins with.
pub const PREFIX: &str = "WARDKEY_";

/// Names the configuration file.
pub const FILE: &str = "WARDKEY_CONFIG";

/// Belongs to our tests, not to the server.
const TESTS: &str = "WARDKEY_TEST_";

/// Reads the environment of this process. A value that is not UTF-8 is read with replacement characters, so that it is
/// refused rather than ignored.
pub fn read() -> Environment {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.to_string_lossy().into_owned())))
        .filter(|(name, _)| name.starts_with(PREFIX) && !name.starts_with(TESTS))
        .collect()
}

/// The variable that overrides a setting; of `[smpp.second]` it begins with `WARDKEY_SMPP_SECOND_`.
pub fn name_of(section: &str, key: &str) -> String {
    let section = section.to_uppercase().replace(['.', '-'], "_");
    format!("{PREFIX}{section}_{}", key.to_uppercase())
}
