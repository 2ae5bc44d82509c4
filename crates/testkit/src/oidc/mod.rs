//! An application that signs people in by OpenID Connect, written from the standards and not from our provider.

mod client;
mod pkce;
mod tokens;

pub use client::{Authorization, ClientAuthentication, OidcClient};
pub use pkce::Pkce;
pub use tokens::{IdToken, OAuthError, Tokens};
