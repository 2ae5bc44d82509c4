//! The authorization response: a redirect or a form that posts itself [RFC 6749 §4.1.2, Form Post Response Mode, RFC 9207].

use super::authorization::ResponseMode;
use super::error::OAuthError;
use super::parameters::push_pair;

/// Where an answer goes and what it always carries. The address must have been verified.
#[derive(Clone, Copy, Debug)]
pub struct Destination<'a> {
    /// The verified address.
    pub redirect_uri: &'a str,
    /// How the answer travels.
    pub mode: ResponseMode,
    /// What the client wants back unchanged.
    pub state: Option<&'a str>,
    /// Who answers: a client of several servers must not mix them up [RFC 9207 §2].
    pub issuer: &'a str,
}

/// An answer on its way through the browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuthorizationResponse {
    /// Send the browser there.
    Redirect(String),
    /// Have the browser post these fields there.
    FormPost {
        /// The address.
        action: String,
        /// Names and values; whoever writes the page escapes them.
        fields: Vec<(String, String)>,
    },
}

impl<'a> Destination<'a> {
    /// The answer that carries a code.
    pub fn success(&self, code: &str) -> AuthorizationResponse {
        self.answer(vec![("code", code)])
    }

    /// The answer that carries an error.
    pub fn error(&self, error: &OAuthError) -> AuthorizationResponse {
        let mut fields = vec![("error", error.code.as_str())];
        if !error.description().is_empty() {
            fields.push(("error_description", error.description()));
        }
        self.answer(fields)
    }

    fn answer<'f>(&self, mut fields: Vec<(&'f str, &'f str)>) -> AuthorizationResponse
    where
        'a: 'f,
    {
        fields.extend(self.state.map(|state| ("state", state)));
        fields.push(("iss", self.issuer));
        match self.mode {
            ResponseMode::Query => AuthorizationResponse::Redirect(with_query(self.redirect_uri, &fields)),
            ResponseMode::FormPost => AuthorizationResponse::FormPost {
                action: self.redirect_uri.to_owned(),
                fields: fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            },
        }
    }
}

/// Adds `fields` to the query of `address`; a query that is there already stays [RFC 6749 §3.1.2].
pub fn with_query(address: &str, fields: &[(&str, &str)]) -> String {
    let mut location = address.to_owned();
    let mut query = String::new();
    for (name, value) in fields {
        push_pair(&mut query, name, value);
    }
    if query.is_empty() {
        return location;
    }
    if !location.contains('?') {
        location.push('?');
    } else if !location.ends_with(['?', '&']) {
        location.push('&');
    }
    location + &query
}

#[cfg(test)]
mod tests {
    use super::super::error::ErrorCode;
    use super::*;

    fn destination(redirect_uri: &str, mode: ResponseMode) -> Destination<'_> {
        Destination { redirect_uri, mode, state: Some("a b&c"), issuer: "https://id.example" }
    }

    #[test]
    fn a_code_travels_in_the_query() {
        for (address, location) in [
            ("https://app.example/cb", "https://app.example/cb?code=xyz&state=a+b%26c&iss=https%3A%2F%2Fid.example"),
            (
                "https://app.example/cb?x=1",
                "https://app.example/cb?x=1&code=xyz&state=a+b%26c&iss=https%3A%2F%2Fid.example",
            ),
            ("https://app.example/cb?", "https://app.example/cb?code=xyz&state=a+b%26c&iss=https%3A%2F%2Fid.example"),
            ("uk.nhs.app:/cb", "uk.nhs.app:/cb?code=xyz&state=a+b%26c&iss=https%3A%2F%2Fid.example"),
        ] {
            let answer = destination(address, ResponseMode::Query).success("xyz");
            assert_eq!(answer, AuthorizationResponse::Redirect(location.to_owned()));
        }
    }

    #[test]
    fn an_error_names_its_code_and_its_issuer() {
        let error = OAuthError::new(ErrorCode::LoginRequired, "nobody is signed in");
        let AuthorizationResponse::FormPost { action, fields } =
            destination("https://app.example/cb", ResponseMode::FormPost).error(&error)
        else {
            panic!("not a form");
        };
        assert_eq!(action, "https://app.example/cb");
        let fields: Vec<_> = fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(
            fields,
            ["error=login_required", "error_description=nobody is signed in", "state=a b&c", "iss=https://id.example"]
        );
    }

    #[test]
    fn no_value_can_add_a_header_or_a_parameter() {
        let hostile = Destination {
            state: Some("x\r\nSet-Cookie: a=b&code=other#f"),
            ..destination("https://a/", ResponseMode::Query)
        };
        let AuthorizationResponse::Redirect(location) = hostile.success("xyz") else { panic!("not a redirect") };
        assert_eq!(
            location,
            "https://a/?code=xyz&state=x%0D%0ASet-Cookie%3A+a%3Db%26code%3Dother%23f&iss=https%3A%2F%2Fid.example"
        );
    }
}
