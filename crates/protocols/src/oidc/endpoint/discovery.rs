//! What the provider is and can do [OpenID Connect Discovery 1.0, RFC 8414].

use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};
use wardkey_domain::application::scope::STANDARD;
use wardkey_domain::application::{ClaimName, ClientAuthentication, GrantType, ResponseMode, SigningAlgorithm, acr};
use wardkey_wire::jose::Algorithm;
use wardkey_wire::oauth::discovery::Discovery;

use crate::oidc::cors::allow_any_origin;
use crate::oidc::state::OidcState;
use crate::oidc::{answer, paths};

/// Claims of tokens and answers besides those about the person.
const PROTOCOL_CLAIMS: &[&str] =
    &["sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid", "at_hash"];

/// `GET /.well-known/openid-configuration`
pub async fn show(State(state): State<OidcState>) -> Response {
    published(state.discovery())
}

/// An answer that everybody may keep for a few minutes.
pub fn published(body: Bytes) -> Response {
    let mut response = answer::json(StatusCode::OK, body);
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    headers.remove(header::PRAGMA);
    allow_any_origin(response)
}

/// The document. It is built from the configured issuer only, so that no `Host` header can change an address in it.
pub fn document(issuer: &str) -> Bytes {
    let at = |path: &str| format!("{issuer}{path}");
    let methods = names(ClientAuthentication::ALL.iter().map(|method| method.as_str()));
    let confidential = names(
        ClientAuthentication::ALL
            .iter()
            .filter(|method| **method != ClientAuthentication::None)
            .map(|method| method.as_str()),
    );
    let assertions = names(Algorithm::ALL.iter().map(|algorithm| algorithm.as_str()));
    let discovery = Discovery {
        issuer: issuer.to_owned(),
        authorization_endpoint: at(paths::AUTHORIZE),
        token_endpoint: at(paths::TOKEN),
        userinfo_endpoint: at(paths::USERINFO),
        jwks_uri: at(paths::JWKS),
        end_session_endpoint: at(paths::LOGOUT),
        revocation_endpoint: at(paths::REVOKE),
        introspection_endpoint: at(paths::INTROSPECT),
        pushed_authorization_request_endpoint: at(paths::PAR),
        require_pushed_authorization_requests: false,
        device_authorization_endpoint: at(paths::DEVICE_AUTHORIZATION),
        scopes_supported: names(STANDARD.iter().copied()),
        response_types_supported: names(["code"]),
        response_modes_supported: names(ResponseMode::ALL.iter().map(|mode| mode.as_str())),
        grant_types_supported: names(GrantType::ALL.iter().map(|grant| grant.as_str())),
        acr_values_supported: names(acr::supported()),
        subject_types_supported: names(["public"]),
        id_token_signing_alg_values_supported: names(SigningAlgorithm::ALL.iter().map(|own| own.as_str())),
        token_endpoint_auth_methods_supported: methods.clone(),
        token_endpoint_auth_signing_alg_values_supported: assertions.clone(),
        revocation_endpoint_auth_methods_supported: methods,
        revocation_endpoint_auth_signing_alg_values_supported: assertions.clone(),
        introspection_endpoint_auth_methods_supported: confidential,
        introspection_endpoint_auth_signing_alg_values_supported: assertions,
        display_values_supported: names(["page"]),
        prompt_values_supported: names(["none", "login", "consent", "select_account"]),
        claim_types_supported: names(["normal"]),
        claims_supported: names(
            PROTOCOL_CLAIMS.iter().copied().chain(ClaimName::ALL.iter().map(|claim| claim.as_str())),
        ),
        ui_locales_supported: names(["en-GB"]),
        claims_parameter_supported: true,
        request_parameter_supported: false,
        request_uri_parameter_supported: false,
        code_challenge_methods_supported: names(["S256"]),
        authorization_response_iss_parameter_supported: true,
        backchannel_logout_supported: true,
        backchannel_logout_session_supported: true,
    };
    // A document of texts and flags can always be written.
    serde_json::to_vec(&discovery).unwrap_or_default().into()
}

fn names<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    names.into_iter().map(str::to_owned).collect()
}
