//! The `claims` parameter: claims asked for one by one [OpenID Connect Core §5.5].

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::error::OAuthError;
use crate::json;

/// The longest request that is read.
pub const MAX_LENGTH: usize = 8 * 1024;
/// The most claims asked for in one place, and the most values for one claim.
const MAX_ENTRIES: usize = 64;

/// Which claims a client asks for, and where. Members that the standard does not define are ignored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClaimsRequest {
    /// Claims for the userinfo answer.
    pub userinfo: BTreeMap<String, ClaimRequest>,
    /// Claims for the ID token.
    pub id_token: BTreeMap<String, ClaimRequest>,
}

/// How one claim is asked for [OpenID Connect Core §5.5.1].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClaimRequest {
    /// Whether the client says that it cannot do without.
    pub essential: bool,
    /// The values that it wants, best first; none means any.
    pub values: Vec<Value>,
}

impl ClaimsRequest {
    /// Reads the parameter.
    ///
    /// # Errors
    /// `invalid_request`: it is not the JSON that the standard describes, or too large.
    pub fn parse(text: &str) -> Result<Self, OAuthError> {
        if text.len() > MAX_LENGTH {
            return Err(OAuthError::about("claims", "is too long"));
        }
        let mut members = json::object(text.as_bytes()).map_err(|_| malformed())?;
        Ok(Self { userinfo: section(members.remove("userinfo"))?, id_token: section(members.remove("id_token"))? })
    }

    /// Whether nothing is asked for.
    pub fn is_empty(&self) -> bool {
        self.userinfo.is_empty() && self.id_token.is_empty()
    }

    /// The strengths of sign-in asked for in the ID token, best first, and whether they are essential.
    pub fn acr(&self) -> Option<(Vec<&str>, bool)> {
        let request = self.id_token.get("acr")?;
        Some((request.values.iter().filter_map(Value::as_str).collect(), request.essential))
    }

    /// The person that must be signed in, when the client names one [OpenID Connect Core §5.5.1].
    pub fn subject(&self) -> Option<&str> {
        [&self.id_token, &self.userinfo].iter().find_map(|section| match section.get("sub")?.values.as_slice() {
            [Value::String(subject)] => Some(subject.as_str()),
            _ => None,
        })
    }

    /// The request as the text of the parameter.
    pub fn to_json(&self) -> String {
        let written = |requests: &BTreeMap<String, ClaimRequest>| {
            requests.iter().map(|(name, request)| (name.clone(), request.to_value())).collect::<Map<_, _>>()
        };
        let mut members = Map::new();
        for (name, requests) in [("userinfo", &self.userinfo), ("id_token", &self.id_token)] {
            if !requests.is_empty() {
                members.insert(name.to_owned(), Value::Object(written(requests)));
            }
        }
        Value::Object(members).to_string()
    }
}

impl ClaimRequest {
    fn parse(value: Value) -> Result<Self, OAuthError> {
        let Value::Object(mut members) = value else {
            return if value.is_null() { Ok(Self::default()) } else { Err(malformed()) };
        };
        let essential = match members.remove("essential") {
            None => false,
            Some(Value::Bool(essential)) => essential,
            Some(_) => return Err(malformed()),
        };
        let values = match (members.remove("value"), members.remove("values")) {
            (None, None) => Vec::new(),
            (Some(one), None) => vec![one],
            (None, Some(Value::Array(several))) if several.len() <= MAX_ENTRIES => several,
            _ => return Err(malformed()),
        };
        Ok(Self { essential, values })
    }

    fn to_value(&self) -> Value {
        let mut members = Map::new();
        if self.essential {
            members.insert("essential".to_owned(), Value::Bool(true));
        }
        match self.values.as_slice() {
            [] => {}
            [one] => {
                members.insert("value".to_owned(), one.clone());
            }
            several => {
                members.insert("values".to_owned(), Value::Array(several.to_vec()));
            }
        }
        if members.is_empty() { Value::Null } else { Value::Object(members) }
    }
}

fn section(value: Option<Value>) -> Result<BTreeMap<String, ClaimRequest>, OAuthError> {
    match value {
        None | Some(Value::Null) => Ok(BTreeMap::new()),
        Some(Value::Object(members)) if members.len() <= MAX_ENTRIES => {
            members.into_iter().map(|(name, value)| Ok((name, ClaimRequest::parse(value)?))).collect()
        }
        Some(_) => Err(malformed()),
    }
}

fn malformed() -> OAuthError {
    OAuthError::about("claims", "is not a claims request")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_example_of_the_standard_is_read() {
        let request = ClaimsRequest::parse(include_str!("../../vectors/oidc-core-5.5-claims-request.json")).unwrap();
        assert_eq!(request.userinfo.len(), 6);
        assert!(request.userinfo["given_name"].essential && !request.userinfo["nickname"].essential);
        assert!(request.id_token["auth_time"].essential);
        assert_eq!(request.acr(), Some((vec!["urn:mace:incommon:iap:silver"], false)));
        assert_eq!(request.subject(), None);
    }

    #[test]
    fn values_are_read_in_order() {
        let request =
            r#"{"id_token":{"acr":{"essential":true,"values":["aal3","aal2"]},"sub":{"value":"248289761001"}}}"#;
        let request = ClaimsRequest::parse(request).unwrap();
        assert_eq!(request.acr(), Some((vec!["aal3", "aal2"], true)));
        assert_eq!(request.subject(), Some("248289761001"));
    }

    #[test]
    fn what_the_standard_does_not_describe_is_refused() {
        for bad in [
            "",
            "[]",
            "null",
            r#"{"id_token":[]}"#,
            r#"{"id_token":{"acr":1}}"#,
            r#"{"id_token":{"acr":{"essential":"yes"}}}"#,
            r#"{"id_token":{"acr":{"values":"x"}}}"#,
            r#"{"id_token":{"acr":{"value":"x","values":["y"]}}}"#,
            r#"{"id_token":{"acr":null,"acr":null}}"#,
            r#"{"id_token":{},"id_token":{}}"#,
        ] {
            assert!(ClaimsRequest::parse(bad).is_err(), "{bad}");
        }
        assert!(ClaimsRequest::parse(&format!("{{}}{}", " ".repeat(MAX_LENGTH))).is_err());
    }

    #[test]
    fn unknown_members_are_ignored() {
        assert!(ClaimsRequest::parse(r#"{"x":1,"userinfo":null,"id_token":{}}"#).unwrap().is_empty());
    }

    fn section() -> impl Strategy<Value = BTreeMap<String, ClaimRequest>> {
        let values = prop::collection::vec("[a-z\"]{0,8}".prop_map(Value::from), 0..4);
        let request = (any::<bool>(), values).prop_map(|(essential, values)| ClaimRequest { essential, values });
        prop::collection::btree_map("[a-z_#\"]{1,10}", request, 0..6)
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(userinfo in section(), id_token in section()) {
            let request = ClaimsRequest { userinfo, id_token };
            prop_assert_eq!(ClaimsRequest::parse(&request.to_json()), Ok(request));
        }
    }
}
