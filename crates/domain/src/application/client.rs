//! What an OAuth client is registered to do, and the rules that such a registration must keep.
//!
//! It is the typed form of an application's settings when its protocol is OpenID Connect; `protocols/oidc/application.rs`
//! reads it from what an operator writes.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::application::address::{RedirectUri, ServerUri};
use crate::application::key::SigningAlgorithm;
use crate::application::scope::{OFFLINE_ACCESS, STANDARD, Scopes};

/// The settings of an OAuth client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientSettings {
    /// How it proves at the token endpoint who it is.
    pub authentication: ClientAuthentication,
    /// Where browsers may be sent with an answer; matched exactly.
    #[serde(default)]
    pub redirect_uris: Vec<RedirectUri>,
    /// Where browsers may be sent after signing out; matched exactly.
    #[serde(default)]
    pub post_logout_redirect_uris: Vec<RedirectUri>,
    /// What it may do at the token endpoint.
    pub grants: Vec<GrantType>,
    /// The scopes that it may ask for; others are left out of what it is given.
    pub scopes: Scopes,
    /// Whether an authorization request must carry a code challenge [RFC 7636].
    #[serde(default)]
    pub pkce: Pkce,
    /// Whether authorization requests must be pushed [RFC 9126 §6].
    #[serde(default)]
    pub require_pushed_requests: bool,
    /// How ID and logout tokens are signed.
    #[serde(default)]
    pub signing: SigningAlgorithm,
    /// What its access tokens look like.
    #[serde(default)]
    pub access_tokens: AccessTokens,
    /// Its public keys, for `private_key_jwt`.
    #[serde(default)]
    pub keys: ClientKeys,
    /// Where to tell it that a session has ended [OpenID Connect Back-Channel Logout 1.0].
    #[serde(default)]
    pub backchannel_logout_uri: Option<ServerUri>,
    /// Whose tokens it may look into [RFC 7662].
    #[serde(default)]
    pub introspection: Introspection,
    /// The greatest age of a sign-in, in seconds, where the request names none.
    #[serde(default)]
    pub default_max_age: Option<u32>,
    /// Seconds that its access tokens live; the server's setting where none is given.
    #[serde(default)]
    pub access_token_seconds: Option<u32>,
}

/// How a client proves who it is [OpenID Connect Core §9].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientAuthentication {
    /// It cannot keep a secret: a native or single-page application. PKCE is then required.
    None,
    /// A secret in the Authorization header.
    ClientSecretBasic,
    /// A secret in the form.
    ClientSecretPost,
    /// A statement signed with its private key [RFC 7523].
    PrivateKeyJwt,
}

/// What a client may do at the token endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GrantType {
    /// Exchange a code for tokens [RFC 6749 §4.1].
    AuthorizationCode,
    /// Exchange a refresh token for new ones [RFC 6749 §6].
    RefreshToken,
    /// Act for itself [RFC 6749 §4.4].
    ClientCredentials,
    /// Let a person sign in on another device [RFC 8628]. Off until somebody switches it on.
    DeviceCode,
}

/// Whether a code challenge is demanded. `plain` is never accepted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pkce {
    /// A request without one is refused [RFC 9700 §2.1.1].
    #[default]
    Required,
    /// A confidential client may do without; a challenge that is sent is still checked.
    Optional,
}

/// What access tokens look like.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccessTokens {
    /// A reference that says nothing by itself and can be revoked at once.
    #[default]
    Reference,
    /// A signed statement that resource servers can read [RFC 9068].
    Jwt {
        /// The resource server that it is for.
        audience: String,
    },
}

/// A client's public keys.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientKeys {
    /// None.
    #[default]
    None,
    /// Where it publishes them.
    Uri(ServerUri),
    /// A key set, as registered.
    Inline(Value),
}

/// Whose tokens a client may look into.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Introspection {
    /// Those that were issued to it.
    #[default]
    Own,
    /// Those of every application: for resource servers, such as a mail server.
    All,
}

/// A rule that a registration breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BrokenClientRule {
    /// Nothing to do at the token endpoint.
    #[error("name at least one grant")]
    NoGrants,
    /// The code flow needs somewhere to send the browser.
    #[error("an application that signs people in through a browser needs a redirect address")]
    NoRedirectUri,
    /// A redirect address is useless without the code flow.
    #[error("redirect addresses are for applications with the grant authorization_code")]
    NeedlessRedirectUri,
    /// A public client could leak its challenge-less code.
    #[error("PKCE cannot be switched off for an application without a secret")]
    PublicWithoutPkce,
    /// Acting for itself needs proof of self.
    #[error("client_credentials is for applications with a secret or a key")]
    PublicClientCredentials,
    /// Looking into tokens needs proof of self.
    #[error("introspection of all tokens is for applications with a secret or a key")]
    PublicIntrospection,
    /// A browser that is sent to a private scheme or its own machine cannot keep a secret there.
    #[error(
        "a redirect address on the person's own device is for applications without a secret, or for tests over http on this machine"
    )]
    PrivateSchemeWithSecret,
    /// Refreshing needs something to refresh.
    #[error("refresh_token goes with authorization_code or device_code")]
    NothingToRefresh,
    /// `private_key_jwt` needs keys.
    #[error("private_key_jwt needs keys or an address of keys")]
    NoKeys,
    /// Keys of another method are a sign of a mistake.
    #[error("keys are for applications with private_key_jwt")]
    NeedlessKeys,
    /// A key set must be one.
    #[error("the keys must be a JSON object with the member `keys`, a list with public keys only")]
    BadKeys,
    /// A token must be for somebody.
    #[error("the audience of signed access tokens must have between 1 and 255 characters")]
    BadAudience,
    /// A token's life must make sense.
    #[error("access tokens live between 30 seconds and one day")]
    BadLifetime,
    /// There must be a limit to everything.
    #[error("an application may have at most 50 redirect addresses of each kind")]
    TooManyAddresses,
}

impl BrokenClientRule {
    /// The setting that breaks it.
    pub const fn field(self) -> &'static str {
        match self {
            Self::NoGrants | Self::PublicClientCredentials | Self::NothingToRefresh => "grants",
            Self::NoRedirectUri
            | Self::NeedlessRedirectUri
            | Self::PrivateSchemeWithSecret
            | Self::TooManyAddresses => "redirect_uris",
            Self::PublicWithoutPkce => "pkce",
            Self::PublicIntrospection => "introspection",
            Self::NoKeys | Self::NeedlessKeys | Self::BadKeys => "keys",
            Self::BadAudience => "access_tokens",
            Self::BadLifetime => "access_token_seconds",
        }
    }
}

impl ClientSettings {
    /// A confidential client that signs people in, with everything else at its default.
    pub fn web(redirect_uris: Vec<RedirectUri>) -> Self {
        Self {
            authentication: ClientAuthentication::ClientSecretBasic,
            redirect_uris,
            post_logout_redirect_uris: Vec::new(),
            grants: vec![GrantType::AuthorizationCode, GrantType::RefreshToken],
            scopes: standard_scopes(),
            pkce: Pkce::Required,
            require_pushed_requests: false,
            signing: SigningAlgorithm::Es256,
            access_tokens: AccessTokens::Reference,
            keys: ClientKeys::None,
            backchannel_logout_uri: None,
            introspection: Introspection::Own,
            default_max_age: None,
            access_token_seconds: None,
        }
    }

    /// The names of all settings.
    pub const NAMES: &'static [&'static str] = &[
        "authentication",
        "redirect_uris",
        "post_logout_redirect_uris",
        "grants",
        "scopes",
        "pkce",
        "require_pushed_requests",
        "signing",
        "access_tokens",
        "keys",
        "backchannel_logout_uri",
        "introspection",
        "default_max_age",
        "access_token_seconds",
    ];

    /// Checks every rule.
    ///
    /// # Errors
    /// Lists all that are broken.
    pub fn check(&self) -> Result<(), Vec<BrokenClientRule>> {
        use BrokenClientRule as Rule;
        let code = self.may(GrantType::AuthorizationCode);
        let addresses = self.redirect_uris.len().max(self.post_logout_redirect_uris.len());
        let lives_badly = self.access_token_seconds.is_some_and(|seconds| !(30..=86_400).contains(&seconds));
        let speaks_to_nobody = match &self.access_tokens {
            AccessTokens::Reference => false,
            AccessTokens::Jwt { audience } => audience.is_empty() || audience.len() > 255,
        };
        let uses_keys = self.authentication == ClientAuthentication::PrivateKeyJwt;
        let private_scheme = |uri: &RedirectUri| uri.is_native() && !uri.as_str().starts_with("http:");
        let rules = [
            (self.grants.is_empty(), Rule::NoGrants),
            (code && self.redirect_uris.is_empty(), Rule::NoRedirectUri),
            (!code && !self.redirect_uris.is_empty(), Rule::NeedlessRedirectUri),
            (self.is_public() && self.pkce == Pkce::Optional, Rule::PublicWithoutPkce),
            (self.is_public() && self.may(GrantType::ClientCredentials), Rule::PublicClientCredentials),
            (self.is_public() && self.introspection == Introspection::All, Rule::PublicIntrospection),
            (!self.is_public() && self.redirect_uris.iter().any(private_scheme), Rule::PrivateSchemeWithSecret),
            (self.may(GrantType::RefreshToken) && !code && !self.may(GrantType::DeviceCode), Rule::NothingToRefresh),
            (uses_keys && self.keys == ClientKeys::None, Rule::NoKeys),
            (!uses_keys && self.keys != ClientKeys::None, Rule::NeedlessKeys),
            (!self.keys.are_well_formed(), Rule::BadKeys),
            (speaks_to_nobody, Rule::BadAudience),
            (lives_badly, Rule::BadLifetime),
            (addresses > 50, Rule::TooManyAddresses),
        ];
        let broken: Vec<Rule> = rules.into_iter().filter_map(|(is_broken, rule)| is_broken.then_some(rule)).collect();
        if broken.is_empty() { Ok(()) } else { Err(broken) }
    }

    /// Whether it cannot keep a secret.
    pub fn is_public(&self) -> bool {
        self.authentication == ClientAuthentication::None
    }

    /// Whether it may do this at the token endpoint.
    pub fn may(&self, grant: GrantType) -> bool {
        self.grants.contains(&grant)
    }

    /// Whether an answer may be sent to `presented`.
    ///
    /// Exactly as registered; a public client's loopback address may have any port [RFC 8252 §7.3].
    pub fn may_redirect_to(&self, presented: &str) -> bool {
        self.redirect_uris
            .iter()
            .any(|uri| uri.is_exactly(presented) || (self.is_public() && uri.is_but_for_the_port(presented)))
    }

    /// Whether a browser may be sent to `presented` after signing out.
    pub fn may_return_to(&self, presented: &str) -> bool {
        self.post_logout_redirect_uris
            .iter()
            .any(|uri| uri.is_exactly(presented) || (self.is_public() && uri.is_but_for_the_port(presented)))
    }

    /// Whether it wants to hear that a session has ended.
    pub fn hears_of_logout(&self) -> bool {
        self.backchannel_logout_uri.is_some()
    }

    /// The addresses that we would call for it, with the settings that name them.
    pub fn called_addresses(&self) -> Vec<(&'static str, &str)> {
        let keys = match &self.keys {
            ClientKeys::Uri(uri) => Some(("keys", uri.as_str())),
            ClientKeys::None | ClientKeys::Inline(_) => None,
        };
        let logout = self.backchannel_logout_uri.as_ref().map(|uri| ("backchannel_logout_uri", uri.as_str()));
        keys.into_iter().chain(logout).collect()
    }

    /// Whether a request must carry a code challenge.
    pub fn demands_challenge(&self) -> bool {
        self.is_public() || self.pkce == Pkce::Required
    }

    /// The scopes that it gets of those it asks for.
    ///
    /// Offline access is for clients that can use it [OpenID Connect Core §11].
    pub fn grantable(&self, asked: &Scopes) -> Scopes {
        let granted = asked.limited_to(&self.scopes);
        if self.may(GrantType::RefreshToken) { granted } else { granted.without(OFFLINE_ACCESS) }
    }

    /// How long its access tokens live.
    pub fn access_token_life(&self, default: Duration) -> Duration {
        self.access_token_seconds.map_or(default, |seconds| Duration::from_secs(u64::from(seconds)))
    }
}

/// `openid profile email offline_access`.
pub fn standard_scopes() -> Scopes {
    STANDARD.join(" ").parse().unwrap_or_default()
}

impl ClientKeys {
    fn are_well_formed(&self) -> bool {
        let set = match self {
            Self::None | Self::Uri(_) => return true,
            Self::Inline(set) => set,
        };
        let Some(keys) = set.get("keys").and_then(Value::as_array) else { return false };
        // SECURITY: a private key sent here by mistake must not be stored.
        let private = |key: &Value| ["d", "p", "q", "k"].iter().any(|member| key.get(member).is_some());
        !keys.is_empty() && keys.len() <= 20 && keys.iter().all(|key| key.is_object() && !private(key))
    }
}

impl ClientAuthentication {
    /// Every method.
    pub const ALL: &'static [Self] =
        &[Self::ClientSecretBasic, Self::ClientSecretPost, Self::PrivateKeyJwt, Self::None];

    /// The method's registered name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
            Self::PrivateKeyJwt => "private_key_jwt",
        }
    }

    /// Whether the client has a secret that it shares with us.
    pub const fn uses_secret(self) -> bool {
        matches!(self, Self::ClientSecretBasic | Self::ClientSecretPost)
    }
}

impl GrantType {
    /// Every grant.
    pub const ALL: &'static [Self] =
        &[Self::AuthorizationCode, Self::RefreshToken, Self::ClientCredentials, Self::DeviceCode];

    /// The `grant_type` on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::RefreshToken => "refresh_token",
            Self::ClientCredentials => "client_credentials",
            Self::DeviceCode => "urn:ietf:params:oauth:grant-type:device_code",
        }
    }

    /// Reads a `grant_type`.
    pub fn of(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|grant| grant.as_str() == text)
    }

    /// The word for it in events and metrics.
    pub const fn word(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::RefreshToken => "refresh_token",
            Self::ClientCredentials => "client_credentials",
            Self::DeviceCode => "device_code",
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn web(uri: &str) -> ClientSettings {
        ClientSettings::web(vec![RedirectUri::parse(uri).unwrap()])
    }

    fn check(change: impl FnOnce(&mut ClientSettings), expected: &[BrokenClientRule]) {
        let mut settings = web("https://app.example/cb");
        change(&mut settings);
        assert_eq!(settings.check().err().unwrap_or_default(), expected);
    }

    #[test]
    fn a_registration_keeps_the_rules() {
        use BrokenClientRule as Rule;
        check(|_| (), &[]);
        check(|s| s.pkce = Pkce::Optional, &[]);
        check(|s| s.redirect_uris.clear(), &[Rule::NoRedirectUri]);
        check(|s| s.grants = vec![GrantType::ClientCredentials], &[Rule::NeedlessRedirectUri]);
        check(|s| s.grants.clear(), &[Rule::NoGrants, Rule::NeedlessRedirectUri]);
        check(
            |s| {
                s.authentication = ClientAuthentication::None;
                s.pkce = Pkce::Optional;
                s.grants.push(GrantType::ClientCredentials);
                s.introspection = Introspection::All;
            },
            &[Rule::PublicWithoutPkce, Rule::PublicClientCredentials, Rule::PublicIntrospection],
        );
        check(|s| s.authentication = ClientAuthentication::PrivateKeyJwt, &[Rule::NoKeys]);
        check(|s| s.keys = ClientKeys::Inline(json!({"keys": [{"kty": "EC"}]})), &[Rule::NeedlessKeys]);
        check(
            |s| {
                s.authentication = ClientAuthentication::PrivateKeyJwt;
                s.keys = ClientKeys::Inline(json!({"keys": [{"kty": "EC", "d": "private"}]}));
            },
            &[Rule::BadKeys],
        );
        check(|s| s.access_tokens = AccessTokens::Jwt { audience: String::new() }, &[Rule::BadAudience]);
        check(|s| s.access_token_seconds = Some(5), &[Rule::BadLifetime]);
        check(
            |s| s.redirect_uris = vec![RedirectUri::parse("uk.nhs.app:/cb").unwrap()],
            &[Rule::PrivateSchemeWithSecret],
        );
    }

    #[test]
    fn redirects_match_exactly() {
        let settings = web("https://app.example/cb?a=b");
        assert!(settings.may_redirect_to("https://app.example/cb?a=b"));
        for bad in ["https://app.example/cb", "https://app.example/cb?a=b&c", "https://app.example/cb/?a=b", ""] {
            assert!(!settings.may_redirect_to(bad), "{bad}");
        }
        let mut native = web("http://127.0.0.1/cb");
        assert!(!native.may_redirect_to("http://127.0.0.1:5000/cb"));
        native.authentication = ClientAuthentication::None;
        assert!(native.may_redirect_to("http://127.0.0.1:5000/cb"));
    }

    #[test]
    fn offline_access_needs_the_refresh_grant() {
        let mut settings = web("https://app.example/cb");
        let asked = "openid offline_access phone".parse().unwrap();
        assert_eq!(settings.grantable(&asked).to_string(), "openid offline_access");
        settings.grants = vec![GrantType::AuthorizationCode];
        assert_eq!(settings.grantable(&asked).to_string(), "openid");
    }

    #[test]
    fn settings_read_back() {
        let mut settings = web("https://app.example/cb");
        settings.access_tokens = AccessTokens::Jwt { audience: "https://api.example".into() };
        settings.keys = ClientKeys::Uri(ServerUri::parse("https://app.example/jwks").unwrap());
        let text = serde_json::to_string(&settings).unwrap();
        assert_eq!(serde_json::from_str::<ClientSettings>(&text).unwrap(), settings);
        assert!(
            serde_json::from_str::<ClientSettings>(&text.replace("https://app.example/cb", "http://evil/")).is_err()
        );
    }
}
