//! The token that every form carries, so that no other site can send it.
//!
//! It is a hash of the cookie that the form acts under (session, sign-in in progress, or visitor): who cannot read the
//! cookie cannot make the token, and nothing needs to be stored. `form::Checked` demands it; `page` writes it.

use data_encoding::BASE64URL_NOPAD;
use wardkey_domain::secret::{Secret, TokenHash, constant_time_equal};

use crate::cookie::RequestCookies;

/// The name of the form field.
pub(crate) const FIELD: &str = "form_token";

/// The token that belongs to the cookie value `cookie`.
pub(crate) fn token(cookie: &Secret<String>) -> String {
    BASE64URL_NOPAD.encode(TokenHash::of(&format!("wardkey form {}", cookie.expose())).as_bytes())
}

/// Whether `presented` belongs to one of the cookies that came with the request.
pub(crate) fn is_genuine(presented: &str, cookies: &RequestCookies) -> bool {
    // SECURITY: each comparison takes the same time wherever the texts differ.
    [&cookies.session, &cookies.flow, &cookies.visitor]
        .into_iter()
        .flatten()
        .any(|cookie| constant_time_equal(token(cookie).as_bytes(), presented.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_good_under_its_own_cookie_only() {
        let secret = |text: &str| Secret::new(text.to_owned());
        let under = |flow: Option<&str>| RequestCookies { flow: flow.map(secret), ..RequestCookies::default() };
        let good = token(&secret("mine"));
        assert!(is_genuine(&good, &under(Some("mine"))));
        assert!(!is_genuine(&good, &under(Some("theirs"))));
        assert!(!is_genuine(&good, &under(None)));
        assert!(!is_genuine("", &under(Some("mine"))));
    }
}
