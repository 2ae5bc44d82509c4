//! OAuth 2.0 and OpenID Connect messages, without input and output.
//!
//! Every parser takes [`Parameters`] (a query or a form, read strictly) or the text of a header, and returns a typed
//! request or the standard's own [`OAuthError`]; every answer is a value that writes itself. Nothing here knows which
//! clients exist or what a person may do: that is decided above, with what is parsed here.
//!
//! | Standard | Module |
//! |---|---|
//! | RFC 6749 OAuth 2.0 | [`parameters`], [`authorization`], [`response`], [`client`], [`token`], [`scope`], [`error`] |
//! | OpenID Connect Core 1.0 | [`authorization`], [`claims_request`], [`id_token`] |
//! | OAuth 2.0 Form Post Response Mode, RFC 9207 | [`response`] |
//! | RFC 7636 PKCE | [`pkce`] |
//! | RFC 7523 assertions | [`client`] |
//! | RFC 8252 §7, RFC 9700 §2.1 redirect addresses | [`redirect_uri`] |
//! | RFC 9126 pushed requests | [`pushed`] |
//! | RFC 8628 device authorization | [`device`] |
//! | RFC 7662, RFC 7009 | [`introspection`], [`revocation`] |
//! | RFC 6750, RFC 9470 | [`bearer`] |
//! | RFC 9068 | [`access_token`] |
//! | RFC 8414, OpenID Connect Discovery 1.0 | [`discovery`] |
//! | RP-Initiated Logout 1.0, Back-Channel Logout 1.0 | [`logout`] |
//! | OpenID Connect Core 1.0 from the other side: we are the client of a provider | [`upstream`] |
//!
//! Not here, on purpose: request objects (RFC 9101), implicit and hybrid responses, `plain` PKCE, the password grant.

pub mod access_token;
pub mod authorization;
pub mod bearer;
pub mod claims_request;
pub mod client;
pub mod device;
pub mod discovery;
pub mod error;
pub mod id_token;
pub mod introspection;
pub mod logout;
pub mod parameters;
pub mod pkce;
pub mod pushed;
pub mod redirect_uri;
pub mod response;
pub mod revocation;
pub mod scope;
pub mod token;
pub mod upstream;

pub use error::{ErrorCode, OAuthError};
pub use parameters::Parameters;
pub use scope::Scope;
