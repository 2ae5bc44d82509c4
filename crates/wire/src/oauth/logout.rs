//! Signing out: begun by a client [RP-Initiated Logout 1.0], and told to clients [Back-Channel Logout 1.0].

use serde::Serialize;

use super::error::OAuthError;
use super::parameters::Parameters;
use super::response::with_query;

/// The longest short parameter, and the longest address and state.
const SHORT: usize = 1024;
const LONG: usize = 4096;

/// A client's request that the person sign out [RP-Initiated Logout §2].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EndSessionRequest {
    /// An ID token that we issued before. Not verified yet.
    pub id_token_hint: Option<String>,
    /// Who will probably sign out.
    pub logout_hint: Option<String>,
    /// Who asks.
    pub client_id: Option<String>,
    /// Where to go afterwards; to be compared with the registered addresses.
    pub post_logout_redirect_uri: Option<String>,
    /// What the client wants back unchanged.
    pub state: Option<String>,
    /// The languages that the person reads.
    pub ui_locales: Option<String>,
}

impl EndSessionRequest {
    /// Reads the query or the form.
    ///
    /// # Errors
    /// `invalid_request`: to be shown to the person.
    pub fn parse(parameters: &Parameters) -> Result<Self, OAuthError> {
        parameters.unique()?;
        let owned = |name, longest| parameters.text(name, longest).map(|text| text.map(str::to_owned));
        Ok(Self {
            id_token_hint: owned("id_token_hint", crate::jose::MAX_TOKEN)?,
            logout_hint: owned("logout_hint", SHORT)?,
            client_id: owned("client_id", SHORT)?,
            post_logout_redirect_uri: owned("post_logout_redirect_uri", LONG)?,
            state: owned("state", LONG)?,
            ui_locales: owned("ui_locales", SHORT)?,
        })
    }
}

/// Where the browser goes after signing out: the verified address with the client's state [RP-Initiated Logout §3].
pub fn location(post_logout_redirect_uri: &str, state: Option<&str>) -> String {
    let fields: Vec<_> = state.map(|state| ("state", state)).into_iter().collect();
    with_query(post_logout_redirect_uri, &fields)
}

/// The header type of a logout token [Back-Channel Logout §2.4].
pub const LOGOUT_TOKEN_TYPE: &str = "logout+jwt";
/// The form field that carries it [Back-Channel Logout §2.5].
pub const LOGOUT_TOKEN_FIELD: &str = "logout_token";

/// What a logout token says [Back-Channel Logout §2.4]. It never has a nonce, so that it cannot pass for an ID token.
#[derive(Clone, Debug, Serialize)]
pub struct LogoutTokenClaims<'a> {
    /// The issuer.
    pub iss: &'a str,
    /// The client.
    pub aud: &'a str,
    /// When, in seconds since 1970.
    pub iat: i64,
    /// Until when the client may believe it.
    pub exp: i64,
    /// What makes it single-use.
    pub jti: &'a str,
    /// Who signed out.
    pub sub: &'a str,
    /// Which session ended; none means all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sid: Option<&'a str>,
    /// That it is a logout token.
    pub events: LogoutEvents,
}

/// The one event that a logout token is about.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct LogoutEvents {
    #[serde(rename = "http://schemas.openid.net/event/backchannel-logout")]
    backchannel_logout: Empty,
}

#[derive(Clone, Copy, Debug, Default, Serialize)]
struct Empty {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_read() {
        let form =
            b"id_token_hint=a.b.c&client_id=app&post_logout_redirect_uri=https%3A%2F%2Fapp.example%2Fbye&state=x+y";
        let request = EndSessionRequest::parse(&Parameters::parse(form).unwrap()).unwrap();
        assert_eq!(request.post_logout_redirect_uri.as_deref(), Some("https://app.example/bye"));
        assert_eq!(request.state.as_deref(), Some("x y"));
        assert_eq!(EndSessionRequest::parse(&Parameters::default()), Ok(EndSessionRequest::default()));
        for bad in ["state=a&state=b", "state=%0a", "client_id=a&client_id=a"] {
            assert!(EndSessionRequest::parse(&Parameters::parse(bad.as_bytes()).unwrap()).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_state_goes_back_with_the_browser() {
        assert_eq!(location("https://app.example/bye", Some("x y")), "https://app.example/bye?state=x+y");
        assert_eq!(location("https://app.example/bye?a=1", Some("s")), "https://app.example/bye?a=1&state=s");
        assert_eq!(location("https://app.example/bye", None), "https://app.example/bye");
    }

    #[test]
    fn a_logout_token_has_the_claims_of_the_standard() {
        let claims = LogoutTokenClaims {
            iss: "https://server.example.com",
            aud: "s6BhdRkqt3",
            iat: 1_471_566_154,
            exp: 1_471_569_754,
            jti: "bWJq",
            sub: "248289761001",
            sid: Some("08a5019c-17e1-4977-8f42-65a12843ea02"),
            events: LogoutEvents::default(),
        };
        // Back-Channel Logout §2.4, example; the members in our order.
        assert_eq!(
            serde_json::to_string(&claims).unwrap(),
            r#"{"iss":"https://server.example.com","aud":"s6BhdRkqt3","iat":1471566154,"exp":1471569754,"jti":"bWJq","sub":"248289761001","sid":"08a5019c-17e1-4977-8f42-65a12843ea02","events":{"http://schemas.openid.net/event/backchannel-logout":{}}}"#
        );
    }
}
