//! What an operator may set about telephone numbers.

/// Which telephone numbers are allowed besides ordinary ones of the United Kingdom.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TelephoneRules {
    /// Whether numbers of Jersey, Guernsey and the Isle of Man are allowed, which share the code +44.
    pub crown_dependencies: bool,
    /// Whether numbers are allowed that Ofcom sets aside for drama: they belong to nobody, and providers use them for tests.
    pub drama: bool,
}
