//! Where the endpoints are, below the issuer.

/// The discovery document [OpenID Connect Discovery §4].
pub const DISCOVERY: &str = "/.well-known/openid-configuration";
/// The same for OAuth alone [RFC 8414 §3].
pub const OAUTH_DISCOVERY: &str = "/.well-known/oauth-authorization-server";
/// The authorization endpoint.
pub const AUTHORIZE: &str = "/oauth/authorize";
/// Where the browser comes back to a request that waited.
pub const CONTINUE: &str = "/oauth/authorize/continue";
/// The token endpoint.
pub const TOKEN: &str = "/oauth/token";
/// The userinfo endpoint.
pub const USERINFO: &str = "/oauth/userinfo";
/// Our public keys.
pub const JWKS: &str = "/oauth/jwks";
/// The introspection endpoint.
pub const INTROSPECT: &str = "/oauth/introspect";
/// The revocation endpoint.
pub const REVOKE: &str = "/oauth/revoke";
/// The pushed authorization request endpoint.
pub const PAR: &str = "/oauth/par";
/// The device authorization endpoint.
pub const DEVICE_AUTHORIZATION: &str = "/oauth/device_authorization";
/// The end-session endpoint.
pub const LOGOUT: &str = "/oauth/logout";
/// Where the browser comes back to a request to sign out that it posted.
pub const LOGOUT_CONTINUE: &str = "/oauth/logout/continue";

/// The web edge's sign-in page for a request that waits.
pub const SIGN_IN: &str = "/signin";
/// The web edge's page that asks whether to sign out.
pub const SIGN_OUT: &str = "/signout";
/// The web edge's page that says that nobody is signed in any more.
pub const SIGNED_OUT: &str = "/signed-out";
/// The web edge's page where a device's code is typed.
pub const DEVICE: &str = "/device";
