//! A hardware token in words.

use wardkey_domain::factor::hardware_token::TokenName;

/// A token in words, such as "Contoso HardwareKey, serial number 1234567".
pub(crate) fn token_words(name: &TokenName) -> String {
    let TokenName { serial, manufacturer, model } = name;
    format!("{manufacturer} {model}, serial number {serial}")
}
