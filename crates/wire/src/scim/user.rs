//! People [RFC 7643 §4.1, §4.3].

use serde_json::{Map, Value, json};

use super::error::ScimError;
use super::published::USER;
use super::{ENTERPRISE_SCHEMA, normal};
use crate::json;

/// What is said of a person: what a client asks for, or what there is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct User {
    /// What the client calls the person.
    pub user_name: String,
    /// What else the client calls the person.
    pub external_id: Option<String>,
    /// The given name.
    pub given_name: Option<String>,
    /// The family name.
    pub family_name: Option<String>,
    /// The name that people see.
    pub display_name: Option<String>,
    /// Whether the person may sign in.
    pub active: Option<bool>,
    /// The address.
    pub email: Option<String>,
    /// The ODS code of the organisation.
    pub organization: Option<String>,
}

impl User {
    /// Reads a resource that a client sends whole.
    ///
    /// # Errors
    /// `invalidSyntax` or `invalidValue`.
    pub fn parse(body: &[u8]) -> Result<Self, ScimError> {
        Self::of_sent(self::body(body)?)
    }

    /// Reads one that is in an operation of a bulk request.
    ///
    /// # Errors
    /// `invalidSyntax` or `invalidValue`.
    pub fn of_sent(sent: Map<String, Value>) -> Result<Self, ScimError> {
        Self::of_normal(&normal::resource(&USER, sent)?)
    }

    /// Reads what PATCH operations have made of a resource that [`User::write`] wrote.
    ///
    /// # Errors
    /// `invalidValue`: something that is required is missing.
    pub fn of_patched(resource: &Map<String, Value>) -> Result<Self, ScimError> {
        Self::of_normal(resource)
    }

    fn of_normal(resource: &Map<String, Value>) -> Result<Self, ScimError> {
        let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
        let name = resource.get("name");
        let part = |part: &str| text(name.and_then(|name| name.get(part)));
        let user_name = text(resource.get("userName")).filter(|name| !name.trim().is_empty());
        let emails = resource.get("emails").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        Ok(Self {
            user_name: user_name.ok_or_else(|| ScimError::value("`userName` is missing."))?,
            external_id: text(resource.get("externalId")),
            given_name: part("givenName"),
            family_name: part("familyName"),
            display_name: text(resource.get("displayName")),
            active: resource.get("active").and_then(Value::as_bool),
            email: text(chosen(emails).and_then(|email| email.get("value"))),
            organization: text(resource.get(ENTERPRISE_SCHEMA).and_then(|members| members.get("organization"))),
        })
    }

    /// Writes what there is, without what the server adds about the resource itself.
    pub fn write(&self) -> Map<String, Value> {
        let mut resource = USER.begin(if self.organization.is_some() { USER.extensions } else { &[] });
        let mut put = |name: &str, value: Value| {
            resource.insert(name.to_owned(), value);
        };
        put("userName", self.user_name.as_str().into());
        if let Some(id) = &self.external_id {
            put("externalId", id.as_str().into());
        }
        let name: Map<_, _> = [("familyName", &self.family_name), ("givenName", &self.given_name)]
            .into_iter()
            .filter_map(|(part, text)| Some((part.to_owned(), text.as_deref()?.into())))
            .collect();
        if !name.is_empty() {
            put("name", name.into());
        }
        if let Some(name) = &self.display_name {
            put("displayName", name.as_str().into());
        }
        if let Some(active) = self.active {
            put("active", active.into());
        }
        if let Some(email) = &self.email {
            put("emails", json!([{ "value": email, "type": "work", "primary": true }]));
        }
        if let Some(code) = &self.organization {
            put(ENTERPRISE_SCHEMA, json!({ "organization": code }));
        }
        resource
    }
}

/// Of several addresses, the one that counts: the primary one, or one for work, or the first.
fn chosen(emails: &[Value]) -> Option<&Value> {
    let is_primary = |email: &&Value| email.get("primary") == Some(&Value::Bool(true));
    let is_work = |email: &&Value| {
        email.get("type").and_then(Value::as_str).is_some_and(|kind| kind.eq_ignore_ascii_case("work"))
    };
    emails.iter().find(is_primary).or_else(|| emails.iter().find(is_work)).or_else(|| emails.first())
}

/// Reads the body of a request as one JSON object in which no member is there twice.
///
/// # Errors
/// `invalidSyntax`: it is something else.
pub fn body(bytes: &[u8]) -> Result<Map<String, Value>, ScimError> {
    json::object(bytes)
        .map_err(|_| ScimError::syntax("The body must be a JSON object in which no name is there twice."))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::scim::{ScimType, USER_SCHEMA};

    /// [RFC 7644 §3.3], the example of a resource that a client creates.
    const CREATED: &str = r#"{
        "schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName":"bjensen",
        "externalId":"bjensen",
        "name":{ "formatted":"Ms. Barbara J Jensen III", "familyName":"Jensen", "givenName":"Barbara" }
    }"#;

    /// [RFC 7643 §8.3], the example of a user of an enterprise, shortened to what concerns us.
    const ENTERPRISE_USER: &str = r#"{
        "schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
        "id":"2819c223-7f76-453a-919d-413861904646",
        "externalId":"701984",
        "userName":"bjensen@example.com",
        "name":{"formatted":"Ms. Barbara J Jensen, III","familyName":"Jensen","givenName":"Barbara","middleName":"Jane"},
        "displayName":"Babs Jensen",
        "emails":[{"value":"babs@jensen.org","type":"home"},{"value":"bjensen@example.com","type":"work","primary":true}],
        "phoneNumbers":[{"value":"555-555-5555","type":"work"}],
        "active":true,
        "password":"t1meMa$heen",
        "groups":[{"value":"e9e30dba-f08f-4109-8486-d5c6a331660a","display":"Tour Guides"}],
        "x509Certificates":[{"value":"MIIDQzCCAqygAwIBAgICEAAwDQYJKoZIhvcNAQEFBQAwTjELMAkGA1UEBhMCVVMx"}],
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{
            "employeeNumber":"701984","costCenter":"4130","organization":"RAA","division":"Theme Park",
            "manager":{"value":"26118915-6090-4610-87e4-49d8ca9f808d","displayName":"John Smith"}
        },
        "meta":{"resourceType":"User","created":"2010-01-23T04:56:22Z","version":"W\/\"3694e05e9dff591\""}
    }"#;

    #[test]
    fn the_examples_of_the_standard_are_read() {
        let created = User::parse(CREATED.as_bytes()).unwrap();
        let expected = User {
            user_name: "bjensen".to_owned(),
            external_id: Some("bjensen".to_owned()),
            given_name: Some("Barbara".to_owned()),
            family_name: Some("Jensen".to_owned()),
            ..User::default()
        };
        assert_eq!(created, expected);
        let user = User::parse(ENTERPRISE_USER.as_bytes()).unwrap();
        assert_eq!(user.email.as_deref(), Some("bjensen@example.com"));
        assert_eq!((user.organization.as_deref(), user.active), (Some("RAA"), Some(true)));
        assert_eq!(user.display_name.as_deref(), Some("Babs Jensen"));
        let written = serde_json::to_string(&user.write()).unwrap();
        assert!(!written.contains("t1me") && !written.contains("MIID") && !written.contains("555"), "{written}");
    }

    #[test]
    fn a_person_has_a_name() {
        for body in [
            json!({ "schemas": [USER_SCHEMA] }),
            json!({ "schemas": [USER_SCHEMA], "userName": "  " }),
            json!({ "schemas": [USER_SCHEMA], "userName": null }),
        ] {
            let error = User::parse(body.to_string().as_bytes()).unwrap_err();
            assert_eq!(error.scim_type, Some(ScimType::InvalidValue), "{body}");
        }
        for body in ["", "[]", "{", r#"{"userName":"a","userName":"b"}"#] {
            assert_eq!(User::parse(body.as_bytes()).unwrap_err().scim_type, Some(ScimType::InvalidSyntax), "{body}");
        }
    }

    #[test]
    fn of_several_addresses_one_counts() {
        let read = |emails: Value| {
            let body = json!({ "schemas": [USER_SCHEMA], "userName": "n", "emails": emails });
            User::parse(body.to_string().as_bytes()).unwrap().email.unwrap_or_default()
        };
        assert_eq!(read(json!([{ "value": "a" }, { "value": "b" }])), "a");
        assert_eq!(read(json!([{ "value": "a" }, { "value": "b", "type": "Work" }])), "b");
        assert_eq!(read(json!([{ "value": "a", "type": "work" }, { "value": "b", "primary": true }])), "b");
        assert_eq!(read(json!([])), "");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(
            user_name in "[a-zA-Z0-9@.]{1,20}",
            texts in prop::collection::vec(prop::option::of("[\\PC]{1,20}"), 6),
            active in prop::option::of(any::<bool>()),
        ) {
            let [external_id, given_name, family_name, display_name, email, organization] = texts.try_into().unwrap();
            let user = User {
                user_name, external_id, given_name, family_name, display_name, active, email, organization
            };
            let written = serde_json::to_vec(&user.write()).unwrap();
            prop_assert_eq!(User::parse(&written), Ok(user.clone()));
            prop_assert_eq!(User::of_patched(&user.write()), Ok(user));
        }
    }
}
