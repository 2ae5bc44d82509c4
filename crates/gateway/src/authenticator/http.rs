//! Carrying a call over HTTP.

use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use wardkey_wire::authenticator::{Error as Refused, MAX_BODY};

use crate::tls::client_config;

const LIMIT: Duration = Duration::from_secs(15);

/// Why a call was not answered.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// The server says no; its word.
    #[error("the server answered `{0}`")]
    Refused(String),
    /// The server cannot be reached, or its answer cannot be read.
    #[error("the server cannot be reached, or answered what cannot be read")]
    Connection(#[source] Option<reqwest::Error>),
}

/// Calls `name` at `origin`. `extra_roots` are certificate authorities (PEM) to trust beside the system's.
///
/// # Errors
/// Says why there is no answer.
pub async fn call<T: DeserializeOwned>(
    origin: &str,
    name: &str,
    message: &impl Serialize,
    extra_roots: Option<&[u8]>,
) -> Result<T, CallError> {
    let tls = client_config(extra_roots).map_err(|_| CallError::Connection(None))?;
    let client = reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(reqwest::redirect::Policy::none())
        .timeout(LIMIT)
        .user_agent("Wardkey authenticator")
        .build()
        .map_err(|error| CallError::Connection(Some(error)))?;
    let body = serde_json::to_vec(message).map_err(|_| CallError::Connection(None))?;
    let request = client.post(format!("{origin}/authenticator/v1/{name}")).header("content-type", "application/json");
    let answer = request.body(body).send().await.map_err(|error| CallError::Connection(Some(error)))?;
    let is_good = answer.status().is_success();
    let bytes = answer.bytes().await.map_err(|error| CallError::Connection(Some(error)))?;
    if bytes.len() > MAX_BODY * 16 {
        return Err(CallError::Connection(None));
    }
    if is_good {
        return serde_json::from_slice(&bytes).map_err(|_| CallError::Connection(None));
    }
    match serde_json::from_slice::<Refused>(&bytes) {
        Ok(refused) => Err(CallError::Refused(refused.error)),
        Err(_) => Err(CallError::Connection(None)),
    }
}
