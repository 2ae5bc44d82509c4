//! How many recovery codes are left.

use serde::Serialize;
use wardkey_usecases::credential::OwnRecoveryCodes;

use super::moment;

/// How many recovery codes are left.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct RecoveryView {
    /// When they were made; nothing if there are none.
    pub(crate) made: Option<String>,
    pub(crate) left: usize,
    /// Of how many.
    pub(crate) of: usize,
    /// Whether it is time to make new ones.
    pub(crate) are_few: bool,
}

impl From<&OwnRecoveryCodes> for RecoveryView {
    fn from(codes: &OwnRecoveryCodes) -> Self {
        let OwnRecoveryCodes { made_at, made, left, are_few } = *codes;
        Self { made: made_at.map(moment), left, of: made, are_few }
    }
}
