//! The discovery document [OpenID Connect Discovery §3, RFC 8414 §2].

use serde::Serialize;

/// What the provider is and can do. Whoever builds it says which endpoints and capabilities there are.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Discovery {
    /// The issuer.
    pub issuer: String,
    /// Where a sign-in begins.
    pub authorization_endpoint: String,
    /// Where tokens are issued.
    pub token_endpoint: String,
    /// Where claims are read.
    pub userinfo_endpoint: String,
    /// Where our public keys are.
    pub jwks_uri: String,
    /// Where a sign-out begins [RP-Initiated Logout §2.1].
    pub end_session_endpoint: String,
    /// Where tokens are revoked [RFC 8414 §2].
    pub revocation_endpoint: String,
    /// Where tokens are looked up [RFC 8414 §2].
    pub introspection_endpoint: String,
    /// Where requests are pushed [RFC 9126 §5].
    pub pushed_authorization_request_endpoint: String,
    /// Whether every request must be pushed [RFC 9126 §5].
    pub require_pushed_authorization_requests: bool,
    /// Where devices ask for a code [RFC 8628 §4].
    pub device_authorization_endpoint: String,
    /// Scopes.
    pub scopes_supported: Vec<String>,
    /// Response types.
    pub response_types_supported: Vec<String>,
    /// Response modes.
    pub response_modes_supported: Vec<String>,
    /// Grant types.
    pub grant_types_supported: Vec<String>,
    /// Strengths of sign-in.
    pub acr_values_supported: Vec<String>,
    /// Subject types.
    pub subject_types_supported: Vec<String>,
    /// Algorithms that sign ID tokens.
    pub id_token_signing_alg_values_supported: Vec<String>,
    /// How a client authenticates at the token endpoint.
    pub token_endpoint_auth_methods_supported: Vec<String>,
    /// Algorithms that sign its assertions.
    pub token_endpoint_auth_signing_alg_values_supported: Vec<String>,
    /// How a client authenticates at the revocation endpoint.
    pub revocation_endpoint_auth_methods_supported: Vec<String>,
    /// Algorithms that sign its assertions there.
    pub revocation_endpoint_auth_signing_alg_values_supported: Vec<String>,
    /// How a client authenticates at the introspection endpoint.
    pub introspection_endpoint_auth_methods_supported: Vec<String>,
    /// Algorithms that sign its assertions there.
    pub introspection_endpoint_auth_signing_alg_values_supported: Vec<String>,
    /// Values of `display`.
    pub display_values_supported: Vec<String>,
    /// Values of `prompt` [Initiating User Registration §4].
    pub prompt_values_supported: Vec<String>,
    /// Claim types.
    pub claim_types_supported: Vec<String>,
    /// Claims.
    pub claims_supported: Vec<String>,
    /// Languages of the pages.
    pub ui_locales_supported: Vec<String>,
    /// Whether `claims` is read.
    pub claims_parameter_supported: bool,
    /// Whether `request` is read.
    pub request_parameter_supported: bool,
    /// Whether `request_uri` is read, other than for pushed requests.
    pub request_uri_parameter_supported: bool,
    /// PKCE methods [RFC 8414 §2].
    pub code_challenge_methods_supported: Vec<String>,
    /// Whether the answer names its issuer [RFC 9207 §3].
    pub authorization_response_iss_parameter_supported: bool,
    /// Whether clients are told when a session ends [Back-Channel Logout §2.1].
    pub backchannel_logout_supported: bool,
    /// Whether they are told which [Back-Channel Logout §2.1].
    pub backchannel_logout_session_supported: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_required_members_are_there_under_their_names() {
        let json = serde_json::to_value(Discovery { issuer: "https://id.example".to_owned(), ..Discovery::default() })
            .unwrap();
        // OpenID Connect Discovery §3, REQUIRED.
        for name in [
            "issuer",
            "authorization_endpoint",
            "token_endpoint",
            "jwks_uri",
            "response_types_supported",
            "subject_types_supported",
            "id_token_signing_alg_values_supported",
        ] {
            assert!(json.get(name).is_some(), "{name}");
        }
    }
}
