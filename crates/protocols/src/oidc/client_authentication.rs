//! Who is this client? Asked at every endpoint that machines call [RFC 6749 §2.3, OpenID Connect Core §9].

use std::sync::Arc;

use wardkey_domain::application::ClientAuthentication as Registered;
use wardkey_domain::time::Timestamp;
use wardkey_usecases::Circumstances;
use wardkey_usecases::application::{self, Client, WantedKeys};
use wardkey_wire::jose::{Algorithm, JwkSet, VerifyingKey};
use wardkey_wire::oauth::client::{AuthenticationMethod, ClientAssertion, ClientAuthentication};
use wardkey_wire::oauth::{ErrorCode, OAuthError};

use crate::oidc::error::Failure;
use crate::oidc::paths;
use crate::oidc::request::Form;
use crate::oidc::state::OidcState;

/// The client that sent a form, once it has proved itself in its registered way.
///
/// # Errors
/// `invalid_client`, or `invalid_request` when it used several ways at once.
pub async fn authenticate(state: &OidcState, form: &Form, endpoint: &'static str) -> Result<Arc<Client>, Failure> {
    form.parameters.unique()?;
    let presented = ClientAuthentication::parse(form.authorization()?, &form.parameters)?;
    let circumstances = form.circumstances();
    let Some(client) = application::find(&state.app, presented.client_id()).await? else {
        return Err(invalid_client("the client is unknown or its proof is wrong"));
    };
    if !is_registered(&client, presented.method()) {
        return refuse(state, &circumstances, &client, endpoint, "authentication_method").await;
    }
    match &presented {
        ClientAuthentication::None { .. } => Ok(client),
        ClientAuthentication::Basic { secret, .. } | ClientAuthentication::Post { secret, .. } => {
            if client.has_secret(secret.expose(), state.app.now()) {
                return Ok(client);
            }
            refuse(state, &circumstances, &client, endpoint, "client_secret").await
        }
        ClientAuthentication::Assertion(assertion) => match verify(state, &circumstances, &client, assertion).await? {
            Proved::Yes => Ok(client),
            Proved::No => refuse(state, &circumstances, &client, endpoint, "client_assertion").await,
            Proved::Replayed => refuse(state, &circumstances, &client, endpoint, "client_assertion_replayed").await,
        },
    }
}

/// As [`authenticate`], of a client that can keep a secret.
///
/// # Errors
/// `invalid_client` for a public client too: anybody could pretend to be it.
pub async fn authenticate_confidential(
    state: &OidcState,
    form: &Form,
    endpoint: &'static str,
) -> Result<Arc<Client>, Failure> {
    let client = authenticate(state, form, endpoint).await?;
    if client.settings.is_public() {
        return refuse(state, &form.circumstances(), &client, endpoint, "public_client").await;
    }
    Ok(client)
}

fn is_registered(client: &Client, method: AuthenticationMethod) -> bool {
    let registered = match client.settings.authentication {
        Registered::None => AuthenticationMethod::None,
        Registered::ClientSecretBasic => AuthenticationMethod::ClientSecretBasic,
        Registered::ClientSecretPost => AuthenticationMethod::ClientSecretPost,
        Registered::PrivateKeyJwt => AuthenticationMethod::PrivateKeyJwt,
    };
    registered == method
}

enum Proved {
    Yes,
    No,
    Replayed,
}

async fn verify(
    state: &OidcState,
    circumstances: &Circumstances,
    client: &Client,
    assertion: &ClientAssertion,
) -> Result<Proved, Failure> {
    let issuer = state.issuer();
    // [OpenID Connect Core §9] names the token endpoint; newer texts, and RFC 9126 §2, the issuer.
    let (token, pushed) = (state.address(paths::TOKEN), state.address(paths::PAR));
    let audiences = [issuer, token.as_str(), pushed.as_str()];
    let mut keys = verifying_keys(state, client, WantedKeys::Kept).await?;
    if let Some(kid) = assertion.kid()
        && !keys.iter().any(|key| key.kid() == Some(kid.as_str()))
    {
        keys = verifying_keys(state, client, WantedKeys::Fresh).await?;
    }
    let now = state.app.now();
    let Ok(verified) = assertion.verify(&keys, &audiences, now.as_seconds()) else { return Ok(Proved::No) };
    let op = state.by_application(circumstances, client.id());
    let expires_at = Timestamp::from_seconds(verified.expires);
    let is_fresh = application::spend_assertion(&state.app, &op, client, &verified.jti, expires_at).await?;
    Ok(if is_fresh { Proved::Yes } else { Proved::Replayed })
}

async fn verifying_keys(state: &OidcState, client: &Client, wanted: WantedKeys) -> Result<Vec<VerifyingKey>, Failure> {
    let Some(text) = application::client_keys(&state.app, client, wanted).await? else { return Ok(Vec::new()) };
    match JwkSet::parse(&text) {
        Ok(set) => Ok(set.verifying_keys(Algorithm::ALL)),
        Err(error) => {
            tracing::warn!(application.id = %client.id(), error = %error, "an application's key set cannot be read");
            Ok(Vec::new())
        }
    }
}

async fn refuse<T>(
    state: &OidcState,
    circumstances: &Circumstances,
    client: &Client,
    endpoint: &'static str,
    why: &'static str,
) -> Result<T, Failure> {
    let op = state.anonymous(circumstances);
    application::request_refused(&state.app, &op, client, endpoint, why).await?;
    Err(invalid_client("the client is unknown or its proof is wrong"))
}

fn invalid_client(why: &'static str) -> Failure {
    OAuthError::new(ErrorCode::InvalidClient, why).into()
}
