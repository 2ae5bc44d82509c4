//! The token endpoint [RFC 6749 §3.2].

use axum::extract::{Request, State};
use axum::response::Response;
use http::StatusCode;
use wardkey_domain::application::Scopes;
use wardkey_usecases::application::{
    self, CodeExchange, Issued, TokenAnswer, TokenRefusal, device::exchange_device_code,
};
use wardkey_wire::oauth::pkce::CodeVerifier;
use wardkey_wire::oauth::token::{TokenRequest, TokenResponse, TokenType};
use wardkey_wire::oauth::{ErrorCode, OAuthError, Scope};

use crate::oidc::client_authentication::authenticate;
use crate::oidc::error::Failure;
use crate::oidc::request::Form;
use crate::oidc::state::OidcState;
use crate::oidc::{answer, mapping};

const ENDPOINT: &str = "token";

/// `POST /oauth/token`
pub async fn exchange(State(state): State<OidcState>, request: Request) -> Response {
    match answered(&state, request).await {
        Ok(response) => {
            answer::count(ENDPOINT, "ok");
            response
        }
        Err(failure) => failure.answer(ENDPOINT),
    }
}

async fn answered(state: &OidcState, request: Request) -> Result<Response, Failure> {
    let form = Form::read(request).await?;
    let client = authenticate(state, &form, ENDPOINT).await?;
    let op = state.by_application(&form.circumstances(), client.id());
    let asked = match TokenRequest::parse(&form.parameters) {
        Ok(asked) => asked,
        Err(error) => {
            application::request_refused(&state.app, &op, &client, ENDPOINT, error.code.as_str()).await?;
            return Err(error.into());
        }
    };
    let app = &state.app;
    let answer = match &asked {
        TokenRequest::AuthorizationCode { code, redirect_uri, code_verifier } => {
            let exchange = CodeExchange {
                code: code.expose(),
                redirect_uri: redirect_uri.as_deref(),
                verifier: code_verifier.as_ref().map(CodeVerifier::expose),
            };
            application::exchange_code(app, &op, &client, exchange).await?
        }
        TokenRequest::RefreshToken { refresh_token, scope } => {
            let scope = scope.as_ref().map(scopes).transpose()?;
            application::exchange_refresh(app, &op, &client, refresh_token.expose(), scope.as_ref()).await?
        }
        TokenRequest::ClientCredentials { scope } => {
            let scope = scope.as_ref().map(scopes).transpose()?;
            application::exchange_client_credentials(app, &op, &client, scope.as_ref()).await?
        }
        TokenRequest::DeviceCode { device_code } => {
            exchange_device_code(app, &op, &client, device_code.expose()).await?
        }
    };
    match answer {
        TokenAnswer::Issued(issued) => present(state, &issued).await,
        TokenAnswer::Refused(refusal) => Err(refused(refusal).into()),
    }
}

async fn present(state: &OidcState, issued: &Issued) -> Result<Response, Failure> {
    let algorithm = issued.client.settings.signing;
    let keys = state.keys_for(algorithm).await?;
    let key = keys.signer(algorithm)?;
    let access_token = mapping::access_token(state.issuer(), issued, key)?;
    let id_token = match issued.identity.as_ref().filter(|identity| identity.wants_id_token) {
        Some(identity) => Some(mapping::id_token(state.issuer(), issued, identity, access_token.expose(), key)?),
        None => None,
    };
    let response = TokenResponse {
        access_token: access_token.expose(),
        token_type: TokenType::Bearer,
        expires_in: issued.expires_in.as_secs(),
        refresh_token: issued.refresh.as_ref().map(|token| token.expose().as_str()),
        id_token: id_token.as_ref().map(|token| token.expose().as_str()),
        scope: mapping::scope(&issued.scope)?,
    };
    answer::json_of(StatusCode::OK, &response)
}

fn refused(refusal: TokenRefusal) -> OAuthError {
    OAuthError::new(error_code(refusal.error()), refusal.description())
}

/// The wire's code for a registered error.
pub fn error_code(error: &'static str) -> ErrorCode {
    ErrorCode::ALL.iter().copied().find(|code| code.as_str() == error).unwrap_or(ErrorCode::ServerError)
}

/// The wire's scopes as ours.
pub fn scopes(scope: &Scope) -> Result<Scopes, OAuthError> {
    let invalid = |_| OAuthError::new(ErrorCode::InvalidScope, "the scope names too many or too long values");
    scope.to_string().parse().map_err(invalid)
}

#[cfg(test)]
mod tests {
    use wardkey_domain::application::{AuthorizationRefusal, CodeRefusal, RefreshRefusal};

    use super::*;

    #[test]
    fn every_refusal_has_a_registered_error() {
        let ours = [
            TokenRefusal::GrantNotAllowed,
            TokenRefusal::Scope,
            TokenRefusal::Code(CodeRefusal::Replayed),
            TokenRefusal::Refresh(RefreshRefusal::Reused),
            TokenRefusal::Account,
            TokenRefusal::DevicePending,
            TokenRefusal::DeviceSlowDown,
            TokenRefusal::DeviceDenied,
            TokenRefusal::DeviceExpired,
            TokenRefusal::DeviceUnknown,
        ];
        let to_browsers = [
            AuthorizationRefusal::LoginRequired,
            AuthorizationRefusal::InteractionRequired,
            AuthorizationRefusal::UnmetRequirements,
            AuthorizationRefusal::AccessDenied,
        ];
        let errors = ours.map(TokenRefusal::error).into_iter().chain(to_browsers.map(AuthorizationRefusal::error));
        for error in errors {
            assert_eq!(error_code(error).as_str(), error);
        }
    }
}
