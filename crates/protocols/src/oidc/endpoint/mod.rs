//! The endpoints, a file each: parse, call one use case, present.

pub mod authorize;
pub mod device_authorization;
pub mod discovery;
pub mod introspect;
pub mod jwks;
pub mod logout;
pub mod pushed;
pub mod resume;
pub mod revoke;
pub mod token;
pub mod userinfo;
