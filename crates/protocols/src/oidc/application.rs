//! The settings of an OAuth client as an operator writes them.

use serde_json::Value;
use wardkey_domain::application::ClientSettings;
use wardkey_usecases::{Error, FieldError, Result};

/// Reads settings from JSON, and checks every rule.
///
/// # Errors
/// Names what cannot be read, or every rule that is broken.
pub fn read_settings(written: Value) -> Result<ClientSettings> {
    let settings: ClientSettings =
        serde_json::from_value(written).map_err(|error| Error::invalid("settings", error.to_string()))?;
    settings.check().map_err(|broken| {
        let told = |rule: wardkey_domain::application::BrokenClientRule| FieldError {
            field: rule.field(),
            message: rule.to_string(),
        };
        Error::Invalid(broken.into_iter().map(told).collect())
    })?;
    Ok(settings)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(written: Value, expected: &[&str]) {
        let wrong = match read_settings(written) {
            Ok(_) => Vec::new(),
            Err(Error::Invalid(errors)) => errors.into_iter().map(|error| error.field).collect(),
            Err(other) => panic!("{other}"),
        };
        assert_eq!(wrong, expected);
    }

    #[test]
    fn settings_are_read_and_checked() {
        let web = json!({
            "authentication": "client_secret_basic",
            "redirect_uris": ["https://app.example/cb"],
            "grants": ["authorization_code", "refresh_token"],
            "scopes": "openid profile email"
        });
        check(web.clone(), &[]);
        let mut bad = web.clone();
        bad["redirect_uris"] = json!(["http://app.example/cb"]);
        check(bad, &["settings"]);
        let mut bad = web.clone();
        bad["unheard_of"] = json!(1);
        check(bad, &["settings"]);
        let mut bad = web;
        bad["authentication"] = json!("none");
        bad["pkce"] = json!("optional");
        check(bad, &["pkce"]);
    }
}
