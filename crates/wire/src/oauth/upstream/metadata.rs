//! The provider's own document [OpenID Connect Discovery §3, §4].

use serde_json::Value;

use crate::json;

/// Why a document is not the provider's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadProviderMetadata {
    /// It is not a JSON object with unique members.
    #[error("the provider's document is not a JSON object")]
    Malformed,
    /// It is about another issuer.
    #[error("the provider's document is about another issuer")]
    Issuer,
    /// A member that must be there is not, or has the wrong type.
    #[error("the member `{0}` of the provider's document is missing or malformed")]
    Member(&'static str),
}

/// What a client needs to know of a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderMetadata {
    /// Who it is.
    pub issuer: String,
    /// Where a sign-in begins.
    pub authorization_endpoint: String,
    /// Where codes are redeemed.
    pub token_endpoint: String,
    /// Where its public keys are.
    pub jwks_uri: String,
    /// Where more claims are read, if anywhere.
    pub userinfo_endpoint: Option<String>,
    /// Whether its answers name it [RFC 9207 §3].
    pub answers_name_issuer: bool,
}

impl ProviderMetadata {
    /// Reads the document of `issuer`.
    ///
    /// # Errors
    /// It is malformed, lacks a member, or is about somebody else: the issuer must be exactly the one that was asked
    /// [OpenID Connect Discovery §4.3].
    pub fn parse(text: &str, issuer: &str) -> Result<Self, BadProviderMetadata> {
        let members = json::object(text.as_bytes()).map_err(|_| BadProviderMetadata::Malformed)?;
        let optional = |name| match members.get(name) {
            None => Ok(None),
            Some(Value::String(text)) if !text.is_empty() => Ok(Some(text.clone())),
            Some(_) => Err(BadProviderMetadata::Member(name)),
        };
        let required = |name| optional(name)?.ok_or(BadProviderMetadata::Member(name));
        let named = required("issuer")?;
        if named != issuer {
            return Err(BadProviderMetadata::Issuer);
        }
        let answers_name_issuer = match members.get("authorization_response_iss_parameter_supported") {
            None => false,
            Some(Value::Bool(flag)) => *flag,
            Some(_) => {
                return Err(BadProviderMetadata::Member("authorization_response_iss_parameter_supported"));
            }
        };
        Ok(Self {
            issuer: named,
            authorization_endpoint: required("authorization_endpoint")?,
            token_endpoint: required("token_endpoint")?,
            jwks_uri: required("jwks_uri")?,
            userinfo_endpoint: optional("userinfo_endpoint")?,
            answers_name_issuer,
        })
    }

    /// Every address in it.
    pub fn addresses(&self) -> impl Iterator<Item = &str> {
        [&self.authorization_endpoint, &self.token_endpoint, &self.jwks_uri]
            .into_iter()
            .chain(&self.userinfo_endpoint)
            .map(String::as_str)
    }
}

/// Where the document of `issuer` is: a slash at the end of the issuer goes first [OpenID Connect Discovery §4.1].
pub fn metadata_address(issuer: &str) -> String {
    format!("{}/.well-known/openid-configuration", issuer.strip_suffix('/').unwrap_or(issuer))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ISSUER: &str = "https://am.example:443/openam/realms/Healthcare";

    fn parse(change: &Value) -> Result<ProviderMetadata, BadProviderMetadata> {
        let mut members = json!({
            "issuer": ISSUER,
            "authorization_endpoint": "https://am.example/authorize",
            "token_endpoint": "https://am.example/token",
            "jwks_uri": "https://am.example/keys",
            "userinfo_endpoint": "https://am.example/userinfo",
            "subject_types_supported": ["public"],
        });
        members.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        members.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        ProviderMetadata::parse(&members.to_string(), ISSUER)
    }

    #[test]
    fn an_upstream_document_is_read() {
        let metadata = parse(&json!({})).unwrap();
        assert_eq!(metadata.addresses().count(), 4);
        assert!(!metadata.answers_name_issuer);
        assert!(parse(&json!({"authorization_response_iss_parameter_supported": true})).unwrap().answers_name_issuer);
        assert_eq!(parse(&json!({"userinfo_endpoint": null})).unwrap().addresses().count(), 3);
    }

    #[test]
    fn an_upstream_document_that_is_another_or_lacks_something_is_refused() {
        use BadProviderMetadata::{Issuer, Malformed, Member};
        for (change, why) in [
            (json!({"issuer": null}), Member("issuer")),
            (json!({"issuer": format!("{ISSUER}/")}), Issuer),
            (json!({"issuer": ISSUER.replace(":443", "")}), Issuer),
            (json!({"authorization_endpoint": null}), Member("authorization_endpoint")),
            (json!({"token_endpoint": ["https://am.example/token"]}), Member("token_endpoint")),
            (json!({"jwks_uri": ""}), Member("jwks_uri")),
            (json!({"userinfo_endpoint": 1}), Member("userinfo_endpoint")),
            (
                json!({"authorization_response_iss_parameter_supported": "true"}),
                Member("authorization_response_iss_parameter_supported"),
            ),
        ] {
            assert_eq!(parse(&change), Err(why), "{change}");
        }
        for text in ["", "[]", r#"{"issuer":"a","issuer":"b"}"#] {
            assert_eq!(ProviderMetadata::parse(text, ISSUER), Err(Malformed), "{text}");
        }
    }

    #[test]
    fn an_upstream_document_is_below_its_issuer() {
        for issuer in ["https://id.example/a", "https://id.example/a/"] {
            assert_eq!(metadata_address(issuer), "https://id.example/a/.well-known/openid-configuration");
        }
    }
}
