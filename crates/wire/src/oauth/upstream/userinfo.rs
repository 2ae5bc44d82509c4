//! Claims that are fetched beside an ID token [OpenID Connect Core §5.3.2].

use super::id_token::IdTokenFault;
use crate::jose::Claims;

/// Reads what the userinfo endpoint answers about `subject`, the `sub` of an ID token that was checked.
///
/// SECURITY: claims about anybody else are those of a substituted access token, and are not used
/// [OpenID Connect Core §5.3.2, §16.11].
///
/// # Errors
/// It is not a JSON object with unique members, or is about somebody else.
pub fn userinfo_of(subject: &str, text: &str) -> Result<Claims, IdTokenFault> {
    let claims = Claims::parse(text.as_bytes())?;
    if claims.text("sub") == Some(subject) { Ok(claims) } else { Err(IdTokenFault::SomebodyElse) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jose::JoseError;

    #[test]
    fn upstream_userinfo_is_about_the_same_person() {
        for (text, refused) in [
            (r#"{"sub":"1","uid":"2"}"#, None),
            (r#"{"sub":"2"}"#, Some(IdTokenFault::SomebodyElse)),
            (r#"{"sub":1}"#, Some(IdTokenFault::SomebodyElse)),
            ("{}", Some(IdTokenFault::SomebodyElse)),
            (r#"{"sub":"2","sub":"1"}"#, Some(JoseError::Malformed.into())),
            ("<html>", Some(JoseError::Malformed.into())),
        ] {
            assert_eq!(userinfo_of("1", text).err(), refused, "{text}");
        }
    }
}
