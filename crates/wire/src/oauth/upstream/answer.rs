//! What the token endpoint answers a client [RFC 6749 §5.1, §5.2; OpenID Connect Core §3.1.3.3].

use serde_json::Value;

use crate::jose::MAX_TOKEN;
use crate::json;
use crate::sensitive::Sensitive;

/// The longest access token that is read.
const LONGEST_ACCESS_TOKEN: usize = 8 * 1024;
/// The longest error code that is passed on.
const LONGEST_CODE: usize = 64;

/// The answer is not the tokens that were asked for. It says nothing of what it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the answer of the token endpoint cannot be read")]
pub struct BadTokenAnswer;

/// Tokens that a code was exchanged for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenAnswer {
    /// What the provider's other endpoints take.
    pub access_token: Sensitive<String>,
    /// Who has signed in; not verified yet.
    pub id_token: Sensitive<String>,
}

impl TokenAnswer {
    /// Reads the answer to a code. Refresh tokens and lifetimes are passed over: nothing is kept.
    ///
    /// # Errors
    /// It is no JSON object with unique members, lacks a token, or its access token is of another type than `Bearer`.
    pub fn parse(text: &str) -> Result<Self, BadTokenAnswer> {
        let members = json::object(text.as_bytes()).map_err(|_| BadTokenAnswer)?;
        let named = |name: &str, longest: usize| {
            let text = members.get(name).and_then(Value::as_str).ok_or(BadTokenAnswer)?;
            if (1..=longest).contains(&text.len()) { Ok(text) } else { Err(BadTokenAnswer) }
        };
        // [RFC 6749 §5.1]: the type is not case sensitive.
        if !named("token_type", LONGEST_CODE)?.eq_ignore_ascii_case("Bearer") {
            return Err(BadTokenAnswer);
        }
        let access_token = named("access_token", LONGEST_ACCESS_TOKEN)?;
        // SECURITY: [RFC 6750 §2.1], `b64token`: nothing that could end a header and begin another.
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
        if !access_token.bytes().all(allowed) {
            return Err(BadTokenAnswer);
        }
        Ok(Self {
            access_token: Sensitive::new(access_token.to_owned()),
            id_token: Sensitive::new(named("id_token", MAX_TOKEN)?.to_owned()),
        })
    }
}

/// The code of an error answer [RFC 6749 §5.2]: lower-case letters, digits and underscores, as every registered one has.
/// The description is left where it is: it is free text.
///
/// # Errors
/// The answer has no such code.
pub fn refusal_code(text: &str) -> Result<String, BadTokenAnswer> {
    let members = json::object(text.as_bytes()).map_err(|_| BadTokenAnswer)?;
    let code = members.get("error").and_then(Value::as_str).ok_or(BadTokenAnswer)?;
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if (1..=LONGEST_CODE).contains(&code.len()) && code.bytes().all(plain) {
        Ok(code.to_owned())
    } else {
        Err(BadTokenAnswer)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_upstream_answer_is_tokens_or_nothing() {
        let good = json!({"access_token": "abc", "token_type": "Bearer", "id_token": "a.b.c", "expires_in": 60});
        for (change, reads) in [
            (json!({}), true),
            (json!({"token_type": "bearer"}), true),
            (json!({"refresh_token": "r", "scope": "openid"}), true),
            (json!({"token_type": null}), false),
            (json!({"token_type": "DPoP"}), false),
            (json!({"id_token": null}), false),
            (json!({"id_token": 1}), false),
            (json!({"id_token": "x".repeat(MAX_TOKEN + 1)}), false),
            (json!({"access_token": null}), false),
            (json!({"access_token": ""}), false),
            (json!({"access_token": "a\r\nb: c"}), false),
            (json!({"access_token": "x".repeat(LONGEST_ACCESS_TOKEN + 1)}), false),
        ] {
            let mut members = good.as_object().unwrap().clone();
            members.extend(change.as_object().unwrap().clone());
            members.retain(|_, value| !value.is_null());
            assert_eq!(TokenAnswer::parse(&Value::Object(members).to_string()).is_ok(), reads, "{change}");
        }
        for text in ["", "[]", "access_token=a", r#"{"id_token":"a","id_token":"b"}"#] {
            assert_eq!(TokenAnswer::parse(text), Err(BadTokenAnswer), "{text}");
        }
        let printed = format!("{:?}", TokenAnswer::parse(&good.to_string()).unwrap());
        assert!(!printed.contains("abc") && !printed.contains("a.b.c"), "{printed}");
    }

    #[test]
    fn the_code_of_an_upstream_refusal_is_plain() {
        for (text, code) in [
            (r#"{"error":"invalid_grant","error_description":"free text"}"#, Some("invalid_grant")),
            (r#"{"error":"Nurse Jackie was not found"}"#, None),
            (r#"{"error":""}"#, None),
            (r#"{"error":["invalid_grant"]}"#, None),
            ("{}", None),
            ("<html>", None),
        ] {
            assert_eq!(refusal_code(text).ok().as_deref(), code, "{text}");
        }
        assert!(refusal_code(&json!({"error": "a".repeat(LONGEST_CODE + 1)}).to_string()).is_err());
    }
}
