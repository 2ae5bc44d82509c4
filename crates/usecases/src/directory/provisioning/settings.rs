//! What an operator may set.

/// How many leavers one application may have within a day.
///
/// A feed that has lost its data says that nobody works here any more. Whoever has an account for less than a day is not counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProvisioningSettings {
    /// So many in any case.
    pub leavers: u32,
    /// So many of a hundred accounts that it reaches, if that is more.
    pub leavers_percent: u32,
}

impl Default for ProvisioningSettings {
    fn default() -> Self {
        Self { leavers: 20, leavers_percent: 5 }
    }
}
